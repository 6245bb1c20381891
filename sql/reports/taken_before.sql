-- Deductions of a retailer with what decisions before a moment had not settled of them: schemas.tables.TAKEN.
-- columns: document text, line_no int, kind text, reference text, return_number text, invoice_number text,
-- columns: po_number text, gtin text, units int, amount_minor int, currency text
select
  t.document, t.line_no, t.kind, t.reference, t.return_number, t.invoice_number, t.po_number, t.gtin,
  t.units, t.amount_minor - coalesce(s.amount_minor, 0) as amount_minor, t.currency
from taken as t
left join (
  select p.document, p.line_no, cast(sum(p.amount_minor) as bigint) as amount_minor
  from settlement as p
  join decision as d on d.decision = p.decision
  where d.at < :since
  group by p.document, p.line_no
) as s on s.document = t.document and s.line_no = t.line_no
where t.retailer = :retailer and t.amount_minor > coalesce(s.amount_minor, 0)
order by t.document, t.line_no
