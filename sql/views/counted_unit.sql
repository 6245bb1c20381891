-- Counted units of which something may differ: schemas.tables.COUNTED_UNITS. Units that are as they should be are left
-- out: sound, announced, in time, sold to this retailer, and with no reason that speaks of a fault. Where it says
-- `cross join`, the tables are looked up in this order: from the lines of a return, never through all movements.
select
  l.retailer, l.return_id, r.number, l.return_line, l.origin, r.store, l.gtin, t.description,
  e.carton, l.reason, n.condition, n.units, m.net_minor, m.currency,
  a.unplaced, u.due_on, m.cause, n.movement, d.number as receipt_number, n.receipt_document, e.received_on
from return_line as l
cross join allocation as a
cross join inspection as n
join movement as m on m.movement = n.movement and m.to_bucket = 'received'
join "return" as r on r.return_id = l.return_id
join document as d on d.document = n.receipt_document and d.state <> 'superseded'
left join receipt_line as e on e.document = n.receipt_document and (
  m.cause = e.document || '/' || cast(e.line_no as varchar)
  or m.cause like e.document || '/' || cast(e.line_no as varchar) || '.%'
)
left join item as t on t.gtin = l.gtin
left join due_event as u on u.subject = l.return_id and u.event = 'receipt' and l.origin = 'notice'
where a.return_line = l.return_line and n.portion = a.portion
  and not exists (select 1 from inspection as x where x.replaces = n.movement)
  and (
    n.condition <> 'sellable' or l.origin = 'dock' or a.unplaced is not null or e.received_on > u.due_on
    or l.reason in ('damaged', 'damaged_in_transit', 'misuse')
  )
