-- Announced against received: every difference with its line, item and receipt, as far as it still holds. Where a receipt
-- was told anew or its return counted again, what was told before is left out; what did not come is told by the last
-- receipt that missed it.
-- columns: retailer text, number text, return_line text, gtin text, description text, kind text, units int,
-- columns: receipt_number text, receipt_document text, receipt_line_no int, received_on day
select
  l.retailer, r.number, f.return_line, l.gtin, t.description, f.kind,
  case when f.kind in ('over', 'unannounced') then f.units - coalesce(m.cancelled_units, 0)
    when f.kind = 'short' and coalesce(m.short_units, 0) < f.units then coalesce(m.short_units, 0)
    when f.kind = 'damaged' and coalesce(n.units, 0) < f.units then coalesce(n.units, 0)
    else f.units end as units,
  d.number as receipt_number, f.receipt_document, f.receipt_line_no, e.received_on
from difference as f
join return_line as l on l.return_line = f.return_line
join "return" as r on r.return_id = l.return_id
left join item as t on t.gtin = l.gtin
left join document as d on d.document = f.receipt_document
left join receipt_line as e on e.document = f.receipt_document and e.line_no = f.receipt_line_no
left join (
  select return_line,
    sum(case when to_bucket = 'cancelled' then units else 0 end) as cancelled_units,
    sum(case when to_bucket = 'short' then units when from_bucket = 'short' then -units else 0 end) as short_units
  from movement group by return_line
) as m on m.return_line = f.return_line
left join (
  select g.return_line, i.receipt_document, sum(i.units) as units
  from inspection as i
  join movement as g on g.movement = i.movement and g.to_bucket = 'received'
  where i.condition = 'damaged' and not exists (select 1 from inspection as x where x.replaces = i.movement)
  group by g.return_line, i.receipt_document
) as n on n.return_line = f.return_line and n.receipt_document = f.receipt_document
where l.retailer = coalesce(:retailer, l.retailer) and coalesce(d.state, '') <> 'superseded' and (
  f.kind = 'decided'
  or (f.kind in ('over', 'unannounced') and f.units > coalesce(m.cancelled_units, 0))
  or (f.kind = 'short' and m.short_units > 0 and not exists (
    select 1 from difference as o
    join document as p on p.document = o.receipt_document and p.state <> 'superseded'
    where o.return_line = f.return_line and o.kind = 'short' and (
      p.issued_on > d.issued_on
      or (p.issued_on = d.issued_on and o.receipt_document > f.receipt_document)
    )
  ))
  or (f.kind = 'damaged' and n.units > 0)
)
order by l.retailer, r.number, f.return_line, f.kind, f.receipt_document, f.receipt_line_no
