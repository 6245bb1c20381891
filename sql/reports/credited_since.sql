-- What a retailer was credited by decisions from a moment on, by item and days. Credits that a person took back are left
-- out, and so is what posted counter-documents took back.
-- columns: currency text, style text, sold_on day, returned_on day, net_minor int
select
  f.currency,
  (select min(y.name) from item_name as y where y.gtin = f.gtin and y.kind = 'style' and y.retailer = '') as style,
  f.sold_on, f.returned_on, cast(sum(f.net_minor) as bigint) as net_minor
from credited_fact as f
where f.retailer = :retailer and f.decided_at >= :since
group by f.currency, f.gtin, f.sold_on, f.returned_on
order by f.currency, f.gtin, f.sold_on, f.returned_on
