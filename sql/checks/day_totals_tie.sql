-- The totals of a day are what its sales and credits sum to, for all items of a retailer and for each style.
-- columns: table_name text, row_key text, what text
select 'day_total' as table_name, b.retailer || '|' || b.style || '|' || b.currency || '|' || b.day as row_key,
  'says ' || b.sold_told || ' sold, ' || b.of_sold_told || ' credited of that and ' || b.of_returned_told
    || ' of what came back; sales and credits sum to ' || b.sold_minor || ', ' || b.of_sold_minor || ' and '
    || b.of_returned_minor as what
from (
  select
    t.retailer, t.style, t.currency, t.day,
    sum(t.sold_told) as sold_told, sum(t.of_sold_told) as of_sold_told, sum(t.of_returned_told) as of_returned_told,
    sum(t.sold_minor) as sold_minor, sum(t.of_sold_minor) as of_sold_minor, sum(t.of_returned_minor) as of_returned_minor
  from (
    select
      retailer, style, currency, day, sold_minor as sold_told, of_sold_minor as of_sold_told,
      of_returned_minor as of_returned_told, 0 as sold_minor, 0 as of_sold_minor, 0 as of_returned_minor
    from day_total
    union all
    select retailer, '', currency, day, 0, 0, 0, sold_minor, of_sold_minor, of_returned_minor from day_fact
    union all
    select f.retailer, y.style, f.currency, f.day, 0, 0, 0, f.sold_minor, f.of_sold_minor, f.of_returned_minor
    from day_fact as f
    join (
      select
        s.gtin, substr(s.name, 1, length(s.name) - length(ltrim(s.name, replace(s.name, '/', '')))) as style
      from (select gtin, min(name) as name from item_name where kind = 'style' and retailer = '' group by gtin) as s
    ) as y on y.gtin = f.gtin and y.style <> ''
  ) as t
  group by t.retailer, t.style, t.currency, t.day
) as b
where b.sold_told <> b.sold_minor or b.of_sold_told <> b.of_sold_minor or b.of_returned_told <> b.of_returned_minor
order by row_key
