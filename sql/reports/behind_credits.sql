-- What stands behind the credit decisions that no intent carries yet: the version of the policy, whether goods were
-- counted, what was different, and who put units of the line on a sale (one row a person; null when nobody did).
-- columns: decision text, policy_version text, disposition text, counted int, short int, over int, assigned_by text
select distinct
  u.decision, d.policy_version, l.disposition,
  case when n.movement is null then 0 else 1 end as counted,
  cast(coalesce((
    select sum(f.units) from difference as f where f.return_line = u.return_line and f.kind = 'short'
  ), 0) as bigint) as short,
  cast(coalesce((
    select sum(f.units) from difference as f where f.return_line = u.return_line and f.kind = 'over'
  ), 0) as bigint) as "over",
  a."by" as assigned_by
from uncredited as u
join decision as d on d.decision = u.decision
join return_line as l on l.return_line = u.return_line
left join inspection as n on n.movement = u.decision
left join assignment as a on a.return_line = u.return_line
where u.retailer = :retailer
order by u.decision, a."by"
