-- Lines of orders, ship notices, bills, deductions and answers belong to accepted documents of their kind; those of an
-- order or shipment of our ERP stay when a later version took its place.
-- columns: table_name text, row_key text, what text
select l.table_name, l.document || '|' || l.line_no as row_key,
  'its document is ' || d.state || ', of kind ' || d.kind as what
from (
  select 'order_line' as table_name, 'order' as kind, document, line_no from order_line
  union all select 'shipment_line', 'shipment', document, line_no from shipment_line
  union all select 'billing_line', 'invoice', document, line_no from billing_line
  union all select 'deduction_line', 'deduction', document, line_no from deduction_line
  union all select 'answer_line', 'answer', document, line_no from answer_line
) as l
join document as d on d.document = l.document
where d.kind <> l.kind
  or (
    d.state <> 'accepted'
    and not (d.state = 'superseded' and d.purpose = 'current' and d.kind in ('order', 'shipment'))
  )
order by table_name, row_key
