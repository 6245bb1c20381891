-- Units that wait for a decision: schemas.tables.UNDECIDED. Counted units by inspection, in the portion where they are
-- now; announced ones that have a disposition (which dispositions leave the goods at the store is the policy's); what stays
-- at the store by our word on announced units; and units that did not come, where their difference was resolved so that
-- the announcement holds.
select
  n.movement as decision,
  m.portion, m.return_line, l.return_id, l.retailer, r.number,
  'received' as bucket,
  n.units, m.net_minor, m.tax_minor, m.currency,
  n.condition,
  l.disposition, r.returned_on,
  a.invoice_line, i.sold_on, a.spread_low, a.spread_high, a.spread_currency, a.unplaced, cast(null as integer) as percent
from inspection as n
join movement as m on m.movement = n.movement and m.to_bucket = 'received'
join allocation as a on a.portion = m.portion
join return_line as l on l.return_line = m.return_line
join "return" as r on r.return_id = l.return_id
left join invoice_line as i on i.invoice_line = a.invoice_line
left join decision as d on d.decision = n.movement
where d.decision is null and not exists (select 1 from inspection as x where x.replaces = n.movement)
union all
select
  a.portion || '>keep',
  a.portion, a.return_line, l.return_id, l.retailer, r.number,
  s.expected_in,
  s.announced_units, s.announced_net, s.announced_tax, a.currency,
  null,
  l.disposition, r.returned_on,
  a.invoice_line, i.sold_on, a.spread_low, a.spread_high, a.spread_currency, a.unplaced, null
from allocation as a
join return_line as l on l.return_line = a.return_line and l.disposition is not null
join "return" as r on r.return_id = l.return_id
join portion_state as s on s.portion = a.portion and s.announced_units > 0
left join invoice_line as i on i.invoice_line = a.invoice_line
left join decision as d on d.decision = a.portion || '>keep'
where d.decision is null
union all
select
  m.movement,
  m.portion, m.return_line, l.return_id, l.retailer, r.number,
  m.to_bucket,
  m.units, m.net_minor, m.tax_minor, m.currency,
  null,
  l.disposition, r.returned_on,
  a.invoice_line, i.sold_on, a.spread_low, a.spread_high, a.spread_currency, a.unplaced, w.percent
from authorisation as w
join movement as m on m.portion = w.portion and m.cause = w.authorisation and m.to_bucket in ('kept', 'disposed')
join allocation as a on a.portion = m.portion
join return_line as l on l.return_line = m.return_line
join "return" as r on r.return_id = l.return_id
left join invoice_line as i on i.invoice_line = a.invoice_line
left join decision as d on d.decision = m.movement
where d.decision is null
union all
select
  a.portion || '>short',
  a.portion, a.return_line, l.return_id, l.retailer, r.number,
  'short',
  s.short_units, s.short_net, s.short_tax, a.currency,
  null,
  l.disposition, r.returned_on,
  a.invoice_line, i.sold_on, a.spread_low, a.spread_high, a.spread_currency, a.unplaced, null
from allocation as a
join return_line as l on l.return_line = a.return_line
join "return" as r on r.return_id = l.return_id
join portion_state as s on s.portion = a.portion and s.short_units > 0
left join invoice_line as i on i.invoice_line = a.invoice_line
left join decision as d on d.decision = a.portion || '>short'
where d.decision is null and exists (
  select 1 from resolution as q
  where q.return_line = a.return_line and q.kind in ('short', 'never_arrived', 'carton_missing') and q.action = 'accept'
    and not exists (
      select 1 from resolution as x
      where x.return_line = q.return_line and x.kind = q.kind and x.receipt_document = q.receipt_document
        and x.receipt_line_no = q.receipt_line_no and x.turn > q.turn
    )
)
