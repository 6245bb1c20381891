-- Announced units that a decision refused, of which the retailer was not told (schemas/marks.py) and that no sale was
-- found for since: schemas.tables.REFUSED_LINES. Goods that nobody announced are left out: the retailer has no number
-- for them.
select
  d.decision, d.rule, d.because, d.at, d.units,
  d.return_line, l.return_id, k.retailer, r.number, n.file,
  l.line_no, l.reason, l.disposition, l.gtin,
  coalesce(n.vendor_item, t.vendor_item) as vendor_item, n.buyer_item, n.po_number, n.po_line, n.invoice_number, r.store
from mark as k
cross join decision as d
join return_line as l on l.return_line = d.return_line and l.origin = 'notice'
join "return" as r on r.return_id = l.return_id
join notice_line as n on n.document = l.document and n.line_no = l.line_no
left join item as t on t.gtin = l.gtin
where k.kind = 'refused' and d.decision = k.subject and d.outcome = 'refuse'
  and not exists (
    select 1 from movement as m
    where m.portion = d.portion and m.from_bucket = 'refused' and m.to_bucket = 'moved'
  )
