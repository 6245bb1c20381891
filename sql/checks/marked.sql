-- Whatever has units in an open bucket is marked, since steps read the marks alone: nothing is forgotten.
-- columns: table_name text, row_key text, what text
select 'allocation' as table_name, s.portion as row_key, 'is open and not marked' as what
from portion_state as s
left join mark as k on k.kind = 'open' and k.subject = s.portion
where s.announced_units + s.stayed_units + s.received_units + s.accepted_units > 0 and k.subject is null
order by s.portion
