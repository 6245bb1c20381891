-- What retailers were sold, by item and day: schemas.tables.PURCHASES, with the retailer.
select
  i.retailer, i.currency, i.sold_on,
  (select min(y.name) from item_name as y where y.gtin = i.gtin and y.kind = 'style' and y.retailer = '') as style,
  cast(sum(i.net_minor) as bigint) as net_minor
from invoice_line as i
group by i.retailer, i.currency, i.sold_on, i.gtin
