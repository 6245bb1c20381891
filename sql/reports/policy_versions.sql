-- Versions of policies, oldest first within their policy, and how many decisions each has made.
-- columns: partner text, policy text, version text, state text, valid_from day, expires day, written_by text,
-- columns: first_seen_at moment, approved_at moment, approved_by text, stands_until day, note text, decisions int
with made as (
  select l.retailer, d.policy_version, count(*) as decisions
  from decision as d
  join return_line as l on l.return_line = d.return_line
  group by l.retailer, d.policy_version
)
select
  v.partner, v.policy, v.version, v.state, v.valid_from, v.expires, v.written_by, v.first_seen_at, v.approved_at,
  v.approved_by, v.stands_until, v.note, coalesce(m.decisions, 0) as decisions
from policy_version as v
left join made as m on m.retailer = v.partner and m.policy_version = v.version
where v.partner = coalesce(:partner, v.partner)
order by v.partner, v.policy, v.first_seen_at, v.version
