-- Announced against received: every difference with its line, item and receipt, but for those that an earlier version of
-- a receipt told and that are no more.
-- columns: retailer text, number text, return_line text, gtin text, description text, kind text, units int,
-- columns: receipt_number text, receipt_document text, receipt_line_no int, received_on day
select
  l.retailer, r.number, f.return_line, l.gtin, t.description, f.kind, f.units,
  d.number as receipt_number, f.receipt_document, f.receipt_line_no, e.received_on
from difference as f
join return_line as l on l.return_line = f.return_line
join "return" as r on r.return_id = l.return_id
left join item as t on t.gtin = l.gtin
left join document as d on d.document = f.receipt_document
left join receipt_line as e on e.document = f.receipt_document and e.line_no = f.receipt_line_no
where l.retailer = coalesce(:retailer, l.retailer) and coalesce(d.state, '') <> 'superseded'
order by l.retailer, r.number, f.return_line, f.kind, f.receipt_document, f.receipt_line_no
