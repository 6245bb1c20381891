-- Units that did not come, one row a portion, in the shape of schemas.tables.PARCELS. Where it says `cross join`, the
-- tables are looked up in this order: from the claims of a return, never through all movements.
select
  k.retailer, k.gtin, k.return_id, k.return_line, a.portion, a.invoice_line, a.units as portion_units,
  'short' as bucket,
  (select max(e.bucket) from expected_step as e where e.portion = a.portion) as expected_in,
  null as inspection, null as condition, null as receipt_document, null as received_on,
  null as cause,
  (
    select sum(case when m.to_bucket = 'short' then m.units else -m.units end) from movement as m
    where m.portion = a.portion and (m.to_bucket = 'short' or m.from_bucket = 'short')
  ) as units,
  (
    select sum(case when m.to_bucket = 'short' then m.net_minor else -m.net_minor end) from movement as m
    where m.portion = a.portion and (m.to_bucket = 'short' or m.from_bucket = 'short')
  ) as net_minor,
  (
    select sum(case when m.to_bucket = 'short' then m.tax_minor else -m.tax_minor end) from movement as m
    where m.portion = a.portion and (m.to_bucket = 'short' or m.from_bucket = 'short')
  ) as tax_minor,
  a.currency,
  a.evidence, a.repair, a.spread_low, a.spread_high, a.spread_currency, a.unplaced
from claim as k
cross join allocation as a
where a.return_line = k.return_line and 0 < (
  select sum(case when m.to_bucket = 'short' then m.units else -m.units end) from movement as m
  where m.portion = a.portion and (m.to_bucket = 'short' or m.from_bucket = 'short')
)
