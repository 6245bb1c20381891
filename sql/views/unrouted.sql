-- Counted units that were decided and that nobody was told what to do with: schemas.handling_tables.UNROUTED. What was
-- placed anew is decided, and goes its way, where it went on.
select
  n.movement as inspection, n.portion, m.return_line, l.return_id, k.retailer, r.number,
  c.partner as warehouse, c.number as receipt,
  (select min(x.received_on) from receipt_line as x where x.document = n.receipt_document) as counted_on,
  m.units, m.net_minor, m.currency, n.condition,
  d.outcome,
  l.gtin, t.vendor_item, t.description, l.reason, l.carton
from mark as k
cross join decision as d
join inspection as n on n.movement = d.decision
join movement as m on m.movement = n.movement
join document as c on c.document = n.receipt_document
join return_line as l on l.return_line = m.return_line
join "return" as r on r.return_id = l.return_id
left join item as t on t.gtin = l.gtin
where k.kind = 'unrouted' and d.decision = k.subject and d.outcome <> 'hold'
  and not exists (select 1 from routing as g where g.inspection = n.movement)
  and not exists (select 1 from inspection as x where x.replaces = n.movement)
