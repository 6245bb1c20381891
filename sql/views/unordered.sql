-- Units that were replaced and that no replacement order speaks of yet.
select
  m.movement, m.return_line, m.units, k.retailer, r.number, r.store, l.gtin, l.reason
from mark as k
cross join movement as m
join return_line as l on l.return_line = m.return_line
join "return" as r on r.return_id = l.return_id
left join replacement_order as o on o.movement = m.movement
where k.kind = 'unordered' and m.movement = k.subject and m.to_bucket = 'replaced' and o.movement is null
