-- Deductions of which something is not settled, read from the marks on (schemas/marks.py): schemas.tables.TAKEN, with the
-- retailer and the mark's subject. What was taken is in `taken`.
select
  o.subject, o.document, o.line_no, o.retailer, o.kind, o.reference, o.return_number, o.invoice_number, o.po_number,
  o.gtin, o.units, o.amount_minor - o.settled_minor as amount_minor, o.currency
from (
  select
    k.subject, l.document, l.line_no, k.retailer, 'deduction' as kind, l.reference, l.return_number, l.invoice_number,
    l.po_number, l.gtin, l.units, -l.amount_minor as amount_minor, l.currency,
    cast(coalesce((
      select sum(s.amount_minor) from settlement as s where s.document = l.document and s.line_no = l.line_no
    ), 0) as bigint) as settled_minor
  from mark as k
  cross join deduction_line as l
  join document as g on g.document = l.document and g.state = 'accepted'
  where k.kind = 'taken' and l.amount_minor < 0
    and l.document = substr(k.subject, 1, length(rtrim(k.subject, '0123456789')) - 1)
    and l.line_no = cast(substr(k.subject, length(rtrim(k.subject, '0123456789')) + 1) as bigint)
  union all
  select
    k.subject, l.document, l.line_no, k.retailer, 'credit note of its own', coalesce(l.invoice_number, g.number),
    cast(null as varchar), l.corrects, l.po_number, l.gtin, l.units,
    abs(l.net_minor) + abs(coalesce(l.tax_minor, 0)), l.currency,
    cast(coalesce((
      select sum(s.amount_minor) from settlement as s where s.document = l.document and s.line_no = l.line_no
    ), 0) as bigint)
  from mark as k
  cross join billing_line as l
  join document as g on g.document = l.document and g.state = 'accepted'
  where k.kind = 'taken' and l.bill = 'credit' and l.net_minor <> 0
    and l.document = substr(k.subject, 1, length(rtrim(k.subject, '0123456789')) - 1)
    and l.line_no = cast(substr(k.subject, length(rtrim(k.subject, '0123456789')) + 1) as bigint)
) as o
where o.amount_minor > o.settled_minor
