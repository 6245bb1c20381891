-- What is in each bucket of each portion: the sum over its movements. The origins (sold, unsold) are negative.
select
  portion,
  bucket,
  sum(units) as units,
  sum(net_minor) as net_minor,
  sum(tax_minor) as tax_minor,
  max(moved_in_at) as moved_in_at
from (
  select portion, to_bucket as bucket, units, net_minor, tax_minor, at as moved_in_at
  from movement
  union all
  select portion, from_bucket, -units, -net_minor, -tax_minor, null
  from movement
) as moved
group by portion, bucket
