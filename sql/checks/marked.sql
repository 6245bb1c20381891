-- Whatever has units in an open bucket is marked, since steps read the marks alone: nothing is forgotten.
-- columns: table_name text, row_key text, what text
select 'allocation' as table_name, s.portion as row_key, 'is open and not marked' as what
from portion_state as s
where s.announced_units + s.stayed_units + s.received_units + s.accepted_units > 0
  and s.portion not in (select k.subject from mark as k where k.kind = 'open')
order by s.portion
