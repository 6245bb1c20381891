-- Units that did not come, one row a portion, in the shape of schemas.tables.PARCELS.
select
  k.retailer, k.gtin, k.return_id, k.return_line, a.portion, a.invoice_line, a.units as portion_units,
  'short' as bucket,
  (select max(e.bucket) from expected_step as e where e.portion = a.portion) as expected_in,
  null as inspection, null as condition, null as receipt_document, null as received_on,
  null as cause, m.units, m.net_minor, m.tax_minor, a.currency,
  a.evidence, a.repair, a.spread_low, a.spread_high, a.spread_currency, a.unplaced
from claim as k
join allocation as a on a.return_line = k.return_line
join (
  select portion,
    sum(case when to_bucket = 'short' then units else -units end) as units,
    sum(case when to_bucket = 'short' then net_minor else -net_minor end) as net_minor,
    sum(case when to_bucket = 'short' then tax_minor else -tax_minor end) as tax_minor
  from movement
  where to_bucket = 'short' or from_bucket = 'short'
  group by portion
) as m on m.portion = a.portion and m.units > 0
