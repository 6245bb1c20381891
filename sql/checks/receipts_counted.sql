-- No more units are counted in for a receipt than its lines say, and an inspection is a movement into received.
-- columns: table_name text, row_key text, what text
select 'document' as table_name, n.receipt_document as row_key,
  'the receipt says ' || coalesce(r.units, 0) || ' units, counted in were ' || n.units as what
from (
  select receipt_document, sum(units) as units from inspection where replaces is null group by receipt_document
) as n
left join (
  select document, sum(case when units > 0 then units else 0 end) as units from receipt_line group by document
) as r on r.document = n.receipt_document
where n.units > coalesce(r.units, 0)
union all
select 'inspection', n.movement,
  'counted ' || n.units || ' units, the movement has ' || m.units || ' into ' || m.to_bucket
from inspection as n
join movement as m on m.movement = n.movement
where m.to_bucket <> 'received' or m.units <> n.units or m.portion <> n.portion
union all
select 'movement', m.movement, 'received without a condition'
from movement as m
left join inspection as n on n.movement = m.movement
where m.to_bucket = 'received' and n.movement is null
order by table_name, row_key
