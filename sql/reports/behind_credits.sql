-- What stands behind the credit decisions that no intent carries yet: the version of the policy, whether goods were
-- counted, what was different, and who put units of the line on a sale (one row a person; null when nobody did).
-- columns: decision text, policy_version text, disposition text, counted int, short int, over int, assigned_by text
with assigned as (
  select distinct return_line, "by" as assigned_by from assignment
),
different as (
  select
    return_line,
    sum(case when kind = 'short' then units else 0 end) as short,
    sum(case when kind = 'over' then units else 0 end) as over_units
  from difference
  group by return_line
)
select
  u.decision, d.policy_version, l.disposition,
  case when n.movement is null then 0 else 1 end as counted,
  cast(coalesce(f.short, 0) as bigint) as short, cast(coalesce(f.over_units, 0) as bigint) as "over", a.assigned_by
from uncredited as u
join decision as d on d.decision = u.decision
join return_line as l on l.return_line = u.return_line
left join inspection as n on n.movement = u.decision
left join different as f on f.return_line = u.return_line
left join assigned as a on a.return_line = u.return_line
where u.retailer = :retailer
order by u.decision, a.assigned_by
