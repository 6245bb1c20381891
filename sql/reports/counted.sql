-- Counted units of which something may differ: schemas.tables.COUNTED_UNITS. Units that are as they should be are left
-- out: sound, announced, in time, sold to this retailer, and with no reason that speaks of a fault.
-- columns: retailer text, return_id text, number text, return_line text, origin text, store text, gtin text,
-- columns: description text, carton text, reason text, condition text, units int, net_minor int, currency text,
-- columns: unplaced text, due_on day, cause text, receipt_number text, receipt_document text, received_on day
select
  l.retailer, l.return_id, r.number, l.return_line, l.origin, r.store, l.gtin, t.description,
  e.carton, l.reason, n.condition, n.units, m.net_minor, m.currency,
  a.unplaced, u.due_on, m.cause, d.number as receipt_number, n.receipt_document, e.received_on
from inspection as n
join movement as m on m.movement = n.movement and m.to_bucket = 'received'
join allocation as a on a.portion = m.portion
join return_line as l on l.return_line = m.return_line
join "return" as r on r.return_id = l.return_id
join document as d on d.document = n.receipt_document and d.state <> 'superseded'
left join receipt_line as e on e.document = n.receipt_document and (
  m.cause = e.document || '/' || cast(e.line_no as varchar)
  or m.cause like e.document || '/' || cast(e.line_no as varchar) || '.%'
)
left join item as t on t.gtin = l.gtin
left join due_event as u on u.subject = l.return_id and u.event = 'receipt' and l.origin = 'notice'
where l.retailer = coalesce(:retailer, l.retailer)
  and not exists (select 1 from inspection as x where x.replaces = n.movement)
  and (
    n.condition <> 'sellable' or l.origin = 'dock' or a.unplaced is not null or e.received_on > u.due_on
    or l.reason in ('damaged', 'damaged_in_transit', 'misuse')
  )
order by l.retailer, r.number, l.return_line, n.receipt_document, m.cause, n.condition, n.movement
