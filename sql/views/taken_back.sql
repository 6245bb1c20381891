-- What posted counter-documents took back of each credited decision.
select
  o.decision, cast(sum(b.units) as bigint) as units, cast(sum(b.net_minor) as bigint) as net_minor,
  cast(sum(b.tax_minor) as bigint) as tax_minor
from reversal_line as b
join credit_intent as c on c.reference = b.reference and c.state = 'posted'
join credit_intent_line as o on o.reference = b.of_reference and o.line_no = b.of_line_no
group by o.decision
