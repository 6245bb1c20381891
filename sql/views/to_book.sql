-- Units of which the ERP has no document of goods yet: schemas.goods_documents.TO_BOOK. What was placed anew was counted
-- once: only its first inspection is booked.
select
  o.movement, 'replacement' as kind, o.reference as subject, o.number, o.retailer, i.company, o.store,
  o.gtin, t.vendor_item, o.units,
  null as grade, null as route, m.at as since
from replacement_order as o
join movement as m on m.movement = o.movement
left join invoice_line as i on i.invoice_line = m.invoice_line
left join item as t on t.gtin = o.gtin
where o.state = 'ready'
  and not exists (select 1 from goods_document_line as g where g.movement = o.movement)
union all
select
  n.movement, 'receipt', n.receipt_document, c.number, l.retailer, i.company, null,
  l.gtin, t.vendor_item, n.units,
  n.condition,
  (
    select w.route from routing as w
    where w.inspection = n.movement
      and not exists (select 1 from routing as later where later.inspection = w.inspection and later.at > w.at)
  ),
  m.at
from inspection as n
join movement as m on m.movement = n.movement
join document as c on c.document = n.receipt_document
join return_line as l on l.return_line = m.return_line
left join invoice_line as i on i.invoice_line = m.invoice_line
left join item as t on t.gtin = l.gtin
where n.replaces is null
  and not exists (select 1 from goods_document_line as g where g.movement = n.movement)
