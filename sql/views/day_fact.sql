-- What day totals sum (schemas/day_totals.py), an amount a row: sales by their day, and credits by the days of their sale
-- and of their return. Credits that a person took back, and what posted counter-documents took back, are amounts below
-- nothing. Credits of returns without a day are known by their sale alone.
select i.retailer, i.currency, i.gtin, i.sold_on as day, i.net_minor as sold_minor, 0 as of_sold_minor, 0 as of_returned_minor
from invoice_line as i
union all
select c.retailer, c.currency, c.gtin, c.sold_on, 0, c.net_minor, 0 from credited_fact as c
union all
select c.retailer, c.currency, c.gtin, c.returned_on, 0, 0, c.net_minor from credited_fact as c where c.returned_on is not null
