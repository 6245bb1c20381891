-- What is left of each line of a credit once posted counter-documents took their parts back: units, and the money that
-- it credited and left out of their price. A correction of the price moves money from one to the other.
-- columns: line_no int, decision text, portion text, return_line text, invoice_line text, credited_units int,
-- columns: units int, net_minor int, tax_minor int, withheld_net int, withheld_tax int
select
  l.line_no, l.decision, l.portion, l.return_line, l.invoice_line, l.units as credited_units,
  cast(l.units - coalesce(v.units, 0) as bigint) as units,
  cast(l.net_minor - coalesce(v.net_minor, 0) as bigint) as net_minor,
  cast(l.tax_minor - coalesce(v.tax_minor, 0) as bigint) as tax_minor,
  cast(coalesce(l.withheld_net, 0) - coalesce(v.withheld_net, 0) + coalesce(v.price_net, 0) as bigint) as withheld_net,
  cast(coalesce(l.withheld_tax, 0) - coalesce(v.withheld_tax, 0) + coalesce(v.price_tax, 0) as bigint) as withheld_tax
from credit_intent_line as l
left join (
  select
    b.of_reference, b.of_line_no, sum(b.units) as units, sum(b.net_minor) as net_minor, sum(b.tax_minor) as tax_minor,
    sum(b.withheld_net) as withheld_net, sum(b.withheld_tax) as withheld_tax,
    sum(case when b.units = 0 then b.net_minor else 0 end) as price_net,
    sum(case when b.units = 0 then b.tax_minor else 0 end) as price_tax
  from reversal_line as b
  join credit_intent as c on c.reference = b.reference and c.state = 'posted'
  where b.of_reference = :reference
  group by b.of_reference, b.of_line_no
) as v on v.of_reference = l.reference and v.of_line_no = l.line_no
where l.reference = :reference
order by l.line_no
