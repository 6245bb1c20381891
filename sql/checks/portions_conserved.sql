-- What came into a portion from its origin is what its allocation says, and all of it is in some bucket.
-- columns: table_name text, row_key text, what text
select
  'allocation' as table_name,
  a.portion as row_key,
  'allocated ' || a.units || ' units, ' || a.net_minor || ' net, ' || a.tax_minor || ' tax; moved from its origin '
    || coalesce(b.units, 0) || ' units, ' || coalesce(b.net_minor, 0) || ' net, ' || coalesce(b.tax_minor, 0)
    || ' tax; in buckets ' || coalesce(h.units, 0) || ' units, ' || coalesce(h.net_minor, 0) || ' net, '
    || coalesce(h.tax_minor, 0) || ' tax' as what
from allocation as a
left join (
  select portion, -sum(units) as units, -sum(net_minor) as net_minor, -sum(tax_minor) as tax_minor
  from portion_balance where bucket in ('sold', 'unsold') group by portion
) as b on b.portion = a.portion
left join (
  select portion, sum(units) as units, sum(net_minor) as net_minor, sum(tax_minor) as tax_minor
  from portion_balance where bucket not in ('sold', 'unsold') group by portion
) as h on h.portion = a.portion
where coalesce(b.units, 0) <> a.units or coalesce(h.units, 0) <> a.units
  or coalesce(b.net_minor, 0) <> a.net_minor or coalesce(h.net_minor, 0) <> a.net_minor
  or coalesce(b.tax_minor, 0) <> a.tax_minor or coalesce(h.tax_minor, 0) <> a.tax_minor
order by row_key
