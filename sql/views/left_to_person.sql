-- Counted units whose last route was left to a person: schemas.handling_tables.UNROUTED, with the number of their routes.
select
  n.movement as inspection, n.portion, l.return_line, l.return_id, l.retailer, r.number,
  c.partner as warehouse, c.number as receipt,
  (select min(x.received_on) from receipt_line as x where x.document = n.receipt_document) as counted_on,
  m.units, m.net_minor, m.currency, n.condition,
  d.outcome,
  l.gtin, t.vendor_item, t.description, l.reason, l.carton,
  (select count(*) from routing as g where g.inspection = n.movement) as said
from decision as d
join inspection as n on n.movement = d.decision
join movement as m on m.movement = n.movement
join document as c on c.document = n.receipt_document
join allocation as a on a.portion = n.portion
join return_line as l on l.return_line = a.return_line
join "return" as r on r.return_id = l.return_id
left join item as t on t.gtin = l.gtin
where d.outcome <> 'hold'
  and exists (
    select 1 from routing as g where g.inspection = n.movement and g.route = 'person'
      and not exists (select 1 from routing as x where x.inspection = g.inspection and x.route <> 'person')
  )
  and not exists (select 1 from inspection as x where x.replaces = n.movement)
