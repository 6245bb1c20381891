-- Refused units, whatever for, that did not go back to the retailer, with their decision: schemas.tables.PARCELS.
select
  k.retailer, k.gtin, k.return_id, k.return_line, a.portion, a.invoice_line, a.units as portion_units,
  'refused' as bucket,
  (select max(e.bucket) from expected_step as e where e.portion = a.portion) as expected_in,
  n.movement as inspection, n.condition, n.receipt_document,
  (select min(r.received_on) from receipt_line as r where r.document = n.receipt_document) as received_on,
  c.cause,
  m.units, m.net_minor, m.tax_minor, a.currency,
  a.evidence, a.repair, a.spread_low, a.spread_high, a.spread_currency, a.unplaced,
  d.decision, d.rule
from claim as k
cross join allocation as a
cross join decision as d
cross join movement as m
left join inspection as n on n.movement = d.decision
left join movement as c on c.movement = n.movement
where a.return_line = k.return_line
  and d.portion = a.portion and d.outcome = 'refuse'
  and m.portion = a.portion and m.cause = d.decision and m.to_bucket = 'refused'
  and not exists (select 1 from inspection as x where x.replaces = n.movement)
  and not exists (
    select 1 from routing as g
    join movement as b on b.portion = g.portion and b.cause = g.routing and b.to_bucket = 'sent_back'
    where g.inspection = n.movement
  )
  and (n.movement is not null or not exists (
    select 1 from movement as g where g.portion = a.portion and g.from_bucket = 'refused'
  ))
