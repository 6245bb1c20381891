-- The lines of posted credit notes: what was credited, of which sale, for which line of which return, and why.
-- columns: retailer text, number text, reference text, line_no int, return_number text, return_line text,
-- columns: invoice_number text, invoice_line_no text, po_number text, gtin text, vendor_item text, description text,
-- columns: units int, net_minor int, tax_minor int, currency text, reason text, condition text, evidence text,
-- columns: rule text, because text
select
  c.retailer, n.number, l.reference, l.line_no, r.number as return_number, l.return_line,
  i.invoice_number, i.invoice_line_no, i.po_number, i.gtin, t.vendor_item, t.description,
  l.units, l.net_minor, l.tax_minor, n.currency, e.reason, s.condition, a.evidence,
  d.rule, d.because
from credit_note as n
join credit_intent as c on c.reference = n.reference
join credit_intent_line as l on l.reference = n.reference
join return_line as e on e.return_line = l.return_line
join "return" as r on r.return_id = e.return_id
join invoice_line as i on i.invoice_line = l.invoice_line
join allocation as a on a.portion = l.portion
join decision as d on d.decision = l.decision
left join inspection as s on s.movement = l.decision
left join item as t on t.gtin = i.gtin
where n.reference = coalesce(:reference, n.reference)
order by c.retailer, n.number, l.line_no
