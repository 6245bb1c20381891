-- Units that may be placed anew, one row an inspection, or what has not come yet of a portion: schemas.tables.PARCELS.
-- Refused units are among them when they were refused only because no sale was found, and did not go back since. Where it
-- says `cross join`, the tables are looked up in this order: from the claims of an item to their portions, never through
-- all movements.
select
  k.retailer, k.gtin, k.return_id, k.return_line, a.portion, a.invoice_line, a.units as portion_units,
  'announced' as bucket,
  (select max(e.bucket) from expected_step as e where e.portion = a.portion) as expected_in,
  null as inspection, null as condition, null as receipt_document, null as received_on,
  null as cause,
  (select sum(m.units) from expected_movement as m where m.portion = a.portion) as units,
  (select sum(m.net_minor) from expected_movement as m where m.portion = a.portion) as net_minor,
  (select sum(m.tax_minor) from expected_movement as m where m.portion = a.portion) as tax_minor,
  a.currency,
  a.evidence, a.repair, a.spread_low, a.spread_high, a.spread_currency, a.unplaced
from claim as k
cross join allocation as a
where a.return_line = k.return_line
  and 0 < (select sum(m.units) from expected_movement as m where m.portion = a.portion)
union all
select
  k.retailer, k.gtin, k.return_id, k.return_line, a.portion, a.invoice_line, a.units as portion_units,
  'received',
  (select max(e.bucket) from expected_step as e where e.portion = a.portion),
  n.movement, n.condition, n.receipt_document,
  (select min(r.received_on) from receipt_line as r where r.document = n.receipt_document),
  m.cause,
  m.units, m.net_minor, m.tax_minor, a.currency,
  a.evidence, a.repair, a.spread_low, a.spread_high, a.spread_currency, a.unplaced
from claim as k
cross join allocation as a
cross join inspection as n
cross join movement as m
left join decision as d on d.decision = n.movement and d.outcome <> 'hold'
where a.return_line = k.return_line and n.portion = a.portion and m.movement = n.movement
  and m.to_bucket = 'received' and d.decision is null and not exists (select 1 from inspection as x where x.replaces = n.movement)
union all
select
  p.retailer, p.gtin, p.return_id, p.return_line, p.portion, p.invoice_line, p.portion_units,
  p.bucket, p.expected_in, p.inspection, p.condition, p.receipt_document, p.received_on, p.cause,
  p.units, p.net_minor, p.tax_minor, p.currency,
  p.evidence, p.repair, p.spread_low, p.spread_high, p.spread_currency, p.unplaced
from refused_parcel as p
where p.invoice_line is null and p.rule like 'unplaced.%'
