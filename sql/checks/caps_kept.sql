-- No cap was broken when it was used: every decision found room for what it credits, and counted what came before it.
-- columns: table_name text, row_key text, what text
select 'cap_use' as table_name, u.decision || '|' || u.cap as row_key,
  u.cap || ': ' || u.used_minor || ' used and ' || u.net_minor || ' more, of ' || u.limit_minor || '; the decision credits '
    || coalesce(d.credit_net, 0) as what
from cap_use as u
left join decision as d on d.decision = u.decision
where u.used_minor < 0 or u.used_minor + u.net_minor > u.limit_minor
  or d.decision is null or d.outcome <> 'credit' or d.credit_net <> u.net_minor or d.currency <> u.currency
order by row_key
