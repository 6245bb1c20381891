-- A posted intent, its credit note and its movements into credited say the same, and what its lines withhold is moved
-- so; there is none without the others. What a decision credits with nothing needs no note. What counter-documents do is
-- in reversed_within_credited.sql.
-- columns: table_name text, row_key text, what text
select 'credit_intent' as table_name, c.reference as row_key,
  'state ' || c.state || ': intent ' || c.net_minor || ' net, ' || c.tax_minor || ' tax; credit note '
    || coalesce(n.net_minor, 0) || ' and ' || coalesce(n.tax_minor, 0) || '; movements ' || coalesce(m.units, 0)
    || ' units, ' || coalesce(m.net_minor, 0) || ' net, withheld ' || coalesce(w.net_minor, 0) || '; lines '
    || coalesce(l.units, 0) || ' units, withheld ' || coalesce(l.withheld_net, 0) as what
from credit_intent as c
left join credit_note as n on n.reference = c.reference
left join (
  select cause, sum(units) as units, sum(net_minor) as net_minor, sum(tax_minor) as tax_minor
  from movement where to_bucket = 'credited' group by cause
) as m on m.cause = c.reference
left join (
  select cause, sum(net_minor) as net_minor, sum(tax_minor) as tax_minor
  from movement where to_bucket = 'withheld' group by cause
) as w on w.cause = c.reference
left join (
  select reference, sum(units) as units, sum(withheld_net) as withheld_net, sum(withheld_tax) as withheld_tax
  from credit_intent_line group by reference
) as l on l.reference = c.reference
where c.kind is null and ((c.state = 'posted' and (
    n.reference is null or m.cause is null or m.units <> coalesce(l.units, 0)
    or n.net_minor <> c.net_minor or n.tax_minor <> c.tax_minor or n.currency <> c.currency
    or m.net_minor <> c.net_minor or m.tax_minor <> c.tax_minor
    or coalesce(c.draft_id, '') <> n.draft_id
    or coalesce(w.net_minor, 0) <> coalesce(l.withheld_net, 0)
    or coalesce(w.tax_minor, 0) <> coalesce(l.withheld_tax, 0)
  ))
  or (c.state <> 'posted' and (n.reference is not null or m.cause is not null or w.cause is not null)))
union all
select 'movement', m.movement, m.to_bucket || ' without an intent: cause ' || m.cause
from movement as m
left join credit_intent as c on c.reference = m.cause
left join decision as d on d.decision = m.cause and d.outcome = 'credit' and d.credit_net = 0 and d.credit_tax = 0
where m.to_bucket in ('credited', 'withheld') and c.reference is null
  and (d.decision is null or (m.to_bucket = 'credited' and (m.net_minor <> 0 or m.tax_minor <> 0)))
order by table_name, row_key
