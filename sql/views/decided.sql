-- What was decided, with the facts that it was decided on: schemas.tables.DECIDED. A decision's id is the movement that
-- counted its units in or left them at the store by our word, or the portion with `>keep` where the policy leaves them.
select
  d.decision,
  d.portion, d.return_line, l.return_id, l.retailer, r.number,
  'received' as bucket,
  d.units, d.net_minor, d.tax_minor, d.currency,
  n.condition,
  l.disposition, r.returned_on,
  a.invoice_line, i.sold_on, a.spread_low, a.spread_high, a.spread_currency, a.unplaced, null as percent,
  d.outcome, d.rule, d.policy_version, d.at
from decision as d
join inspection as n on n.movement = d.decision
join allocation as a on a.portion = d.portion
join return_line as l on l.return_line = d.return_line
join "return" as r on r.return_id = l.return_id
left join invoice_line as i on i.invoice_line = a.invoice_line
union all
select
  d.decision,
  d.portion, d.return_line, l.return_id, l.retailer, r.number,
  'announced',
  d.units, d.net_minor, d.tax_minor, d.currency,
  null,
  l.disposition, r.returned_on,
  a.invoice_line, i.sold_on, a.spread_low, a.spread_high, a.spread_currency, a.unplaced, null,
  d.outcome, d.rule, d.policy_version, d.at
from decision as d
join allocation as a on a.portion = d.portion
join return_line as l on l.return_line = d.return_line
join "return" as r on r.return_id = l.return_id
left join invoice_line as i on i.invoice_line = a.invoice_line
where d.decision = a.portion || '>keep'
union all
select
  d.decision,
  d.portion, d.return_line, l.return_id, l.retailer, r.number,
  m.to_bucket,
  d.units, d.net_minor, d.tax_minor, d.currency,
  null,
  l.disposition, r.returned_on,
  a.invoice_line, i.sold_on, a.spread_low, a.spread_high, a.spread_currency, a.unplaced, w.percent,
  d.outcome, d.rule, d.policy_version, d.at
from decision as d
join movement as m on m.movement = d.decision and m.to_bucket in ('kept', 'disposed')
join authorisation as w on w.authorisation = m.cause and w.portion = m.portion
join allocation as a on a.portion = d.portion
join return_line as l on l.return_line = d.return_line
join "return" as r on r.return_id = l.return_id
left join invoice_line as i on i.invoice_line = a.invoice_line
