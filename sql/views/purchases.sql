-- What retailers were sold, by style and day: schemas.tables.PURCHASES, with the retailer.
select s.retailer, s.currency, s.sold_on, s.style, cast(sum(s.net_minor) as bigint) as net_minor
from (
  select
    i.retailer, i.currency, i.sold_on, i.net_minor,
    (select min(y.name) from item_name as y where y.gtin = i.gtin and y.kind = 'style' and y.retailer = '') as style
  from invoice_line as i
) as s
group by s.retailer, s.currency, s.sold_on, s.style
