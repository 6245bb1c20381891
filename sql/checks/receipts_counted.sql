-- No more units are counted in for a receipt than its lines say, none for an earlier version of a receipt. An inspection
-- is a movement into received; or, where a receipt was counted again, the one that leads back out of it.
-- What was decided stays with its receipt; so do units that were refused for want of a sale and go on with one: was has
-- what each inspection of such a receipt replaces.
-- columns: table_name text, row_key text, what text
with recursive was (movement, earlier) as (
  select n.movement, n.movement
  from inspection as n
  join document as d on d.document = n.receipt_document and d.state = 'superseded'
  union all
  select w.movement, x.replaces
  from was as w
  join inspection as x on x.movement = w.earlier
  where x.replaces is not null
)
select 'document' as table_name, n.receipt_document as row_key,
  'the receipt says ' || coalesce(r.units, 0) || ' units, counted in were ' || n.units as what
from (
  select n.receipt_document, sum(case when m.to_bucket = 'received' then n.units else -n.units end) as units
  from inspection as n
  join movement as m on m.movement = n.movement
  where n.replaces is null or m.to_bucket <> 'received'
  group by n.receipt_document
) as n
left join (
  select document, sum(case when units > 0 then units else 0 end) as units from receipt_line group by document
) as r on r.document = n.receipt_document
where n.units > coalesce(r.units, 0)
union all
select 'inspection', n.movement,
  'counted ' || n.units || ' units, the movement has ' || m.units || ' from ' || m.from_bucket || ' into ' || m.to_bucket
from inspection as n
join movement as m on m.movement = n.movement
where m.units <> n.units or m.portion <> n.portion or not (
  m.to_bucket = 'received'
  or (m.from_bucket = 'received' and m.to_bucket in ('announced', 'cancelled') and n.replaces is not null)
)
union all
select 'movement', m.movement, 'received without a condition'
from movement as m
left join inspection as n on n.movement = m.movement
where m.to_bucket = 'received' and n.movement is null
union all
select 'inspection', n.movement, 'counted in by ' || d.document || ', of which a later version counts'
from inspection as n
join movement as m on m.movement = n.movement and m.to_bucket = 'received'
join document as d on d.document = n.receipt_document and d.state = 'superseded'
where not exists (select 1 from inspection as x where x.replaces = n.movement)
  and not exists (
    select 1 from was as w
    join decision as e on e.decision = w.earlier and e.outcome <> 'hold'
    where w.movement = n.movement
  )
order by table_name, row_key
