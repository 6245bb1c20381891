-- Deductions of which something is not settled: schemas.tables.TAKEN, with the retailer.
select
  t.document, t.line_no, t.retailer, t.kind, t.reference, t.return_number, t.invoice_number, t.po_number, t.gtin,
  t.units, t.amount_minor - coalesce(s.amount_minor, 0) as amount_minor, t.currency
from taken as t
left join (
  select document, line_no, cast(sum(amount_minor) as bigint) as amount_minor from settlement group by document, line_no
) as s on s.document = t.document and s.line_no = t.line_no
where t.amount_minor > coalesce(s.amount_minor, 0)
