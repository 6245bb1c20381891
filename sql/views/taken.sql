-- What retailers took from what they pay us: debit memos and deductions from a payment (amounts below nothing), and credit
-- notes that they wrote for us (self-billed). Money with tax; what was settled of it is not counted here.
select
  l.document, l.line_no, g.partner as retailer, 'deduction' as kind, l.reference,
  l.return_number, l.invoice_number, l.po_number, l.gtin, l.units, -l.amount_minor as amount_minor, l.currency
from deduction_line as l
join document as g on g.document = l.document and g.state = 'accepted'
where l.amount_minor < 0
union all
select
  l.document, l.line_no, g.partner, 'credit note of its own', coalesce(l.invoice_number, g.number),
  cast(null as varchar), l.corrects, l.po_number, l.gtin, l.units,
  abs(l.net_minor) + abs(coalesce(l.tax_minor, 0)), l.currency
from billing_line as l
join document as g on g.document = l.document and g.state = 'accepted'
where l.bill = 'credit' and l.net_minor <> 0
