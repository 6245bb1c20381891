-- Units that did not come and are credited as announced, by portion: read from the marks on (schemas/marks.py).
select
  k.retailer, m.portion,
  cast(sum(case when m.to_bucket = 'short' then m.units else -m.units end) as bigint) as units,
  cast(sum(case when m.to_bucket = 'short' then m.net_minor else -m.net_minor end) as bigint) as net_minor,
  cast(sum(case when m.to_bucket = 'short' then m.tax_minor else -m.tax_minor end) as bigint) as tax_minor
from mark as k
cross join movement as m
where k.kind = 'short' and m.portion = k.subject and (m.to_bucket = 'short' or m.from_bucket = 'short')
group by k.retailer, m.portion
having sum(case when m.to_bucket = 'short' then m.units else -m.units end) > 0
