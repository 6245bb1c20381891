-- A counter-document takes back what a posted credit credited, and no more: line by line in units and money, also with
-- those that are still under way; a posted one has its document, and moved what its lines say. It was prepared and
-- approved by two persons.
-- columns: table_name text, row_key text, what text
select 'credit_intent_line' as table_name, l.reference || '|' || l.line_no as row_key,
  'credited ' || l.units || ' units, ' || l.net_minor || ' net; taken back ' || v.units || ' and ' || v.net_minor as what
from credit_intent_line as l
join (
  select
    b.of_reference, b.of_line_no, sum(b.units) as units, sum(b.net_minor) as net_minor, sum(b.tax_minor) as tax_minor
  from reversal_line as b
  join credit_intent as c on c.reference = b.reference and c.state <> 'withdrawn'
  group by b.of_reference, b.of_line_no
) as v on v.of_reference = l.reference and v.of_line_no = l.line_no
where v.units > l.units or v.net_minor > l.net_minor or v.tax_minor > l.tax_minor
union all
select 'reversal_line', b.reference || '|' || b.line_no,
  'is of line ' || b.of_reference || '|' || b.of_line_no || ', which is not its own credit''s or not posted'
from reversal_line as b
join credit_intent as c on c.reference = b.reference
left join credit_intent as o on o.reference = b.of_reference and o.state = 'posted'
left join credit_intent_line as l
  on l.reference = b.of_reference and l.line_no = b.of_line_no and l.portion = b.portion
  and l.return_line = b.return_line and l.invoice_line = b.invoice_line
where c.kind is null or coalesce(c.reverses, '') <> b.of_reference or o.reference is null or o.kind is not null
  or o.currency <> c.currency or o.company <> c.company or o.retailer <> c.retailer or l.reference is null
union all
select 'credit_intent', c.reference,
  coalesce(c.kind, 'credit') || ' ' || c.state || ': ' || coalesce(l.units, 0) || ' units, ' || c.net_minor
    || ' net; document ' || coalesce(n.net_minor, 0) || '; movements ' || coalesce(m.units, 0) || ' units, '
    || coalesce(m.net_minor, 0) || ' net'
from credit_intent as c
left join credit_note as n on n.reference = c.reference
left join (
  select reference, sum(units) as units, sum(withheld_net) as withheld_net, sum(withheld_tax) as withheld_tax
  from reversal_line group by reference
) as l on l.reference = c.reference
left join (
  select cause, sum(units) as units, sum(net_minor) as net_minor, sum(tax_minor) as tax_minor
  from movement where from_bucket = 'credited' group by cause
) as m on m.cause = c.reference
left join (
  select cause, sum(net_minor) as net_minor, sum(tax_minor) as tax_minor
  from movement where from_bucket = 'withheld' group by cause
) as w on w.cause = c.reference
where c.kind is not null and (
    c.reverses is null or l.reference is null or (c.state <> 'withdrawn' and coalesce(c.approvals_needed, 0) < 1)
    or (c.state = 'posted' and (
      n.reference is null or m.cause is null or m.units <> l.units
      or n.net_minor <> c.net_minor or n.tax_minor <> c.tax_minor or n.currency <> c.currency
      or m.net_minor <> c.net_minor or m.tax_minor <> c.tax_minor or coalesce(c.draft_id, '') <> n.draft_id
      or coalesce(w.net_minor, 0) <> l.withheld_net or coalesce(w.tax_minor, 0) <> l.withheld_tax
    ))
    or (c.state <> 'posted' and (n.reference is not null or m.cause is not null or w.cause is not null))
  )
union all
select 'credit_intent', c.reference, 'a counter-document that nobody prepared'
from credit_intent as c
left join credit_part as p on p.reference = c.reference and p.part = 'preparer'
where c.kind is not null and p.reference is null
union all
select 'movement', m.movement, 'taken back without a counter-document: cause ' || m.cause
from movement as m
left join credit_intent as c on c.reference = m.cause and c.kind is not null
where (m.from_bucket = 'credited' or (m.from_bucket = 'withheld' and m.to_bucket = 'reversed'))
  and c.reference is null
order by table_name, row_key
