-- What was in each bucket when a period began (:since), what came in and went out in it, and what was there when it
-- ended (before :until): opening + came - went = closing, in units, net money and tax. From movements alone, so that
-- any two moments of the past can be asked. Buckets of origin hold what was taken from the sales, as less than nothing:
-- all buckets of a retailer and currency sum to nothing at any time.
-- columns: retailer text, currency text, bucket text, opening_units int, opening_net int, opening_tax int,
-- columns: came_units int, came_net int, came_tax int, went_units int, went_net int, went_tax int,
-- columns: closing_units int, closing_net int, closing_tax int
select
  l.retailer, m.currency, m.bucket,
  cast(sum(case when m.at < :since then m.side * m.units else 0 end) as bigint) as opening_units,
  cast(sum(case when m.at < :since then m.side * m.net_minor else 0 end) as bigint) as opening_net,
  cast(sum(case when m.at < :since then m.side * m.tax_minor else 0 end) as bigint) as opening_tax,
  cast(sum(case when m.at >= :since and m.side > 0 then m.units else 0 end) as bigint) as came_units,
  cast(sum(case when m.at >= :since and m.side > 0 then m.net_minor else 0 end) as bigint) as came_net,
  cast(sum(case when m.at >= :since and m.side > 0 then m.tax_minor else 0 end) as bigint) as came_tax,
  cast(sum(case when m.at >= :since and m.side < 0 then m.units else 0 end) as bigint) as went_units,
  cast(sum(case when m.at >= :since and m.side < 0 then m.net_minor else 0 end) as bigint) as went_net,
  cast(sum(case when m.at >= :since and m.side < 0 then m.tax_minor else 0 end) as bigint) as went_tax,
  cast(sum(m.side * m.units) as bigint) as closing_units,
  cast(sum(m.side * m.net_minor) as bigint) as closing_net,
  cast(sum(m.side * m.tax_minor) as bigint) as closing_tax
from (
  select return_line, currency, to_bucket as bucket, 1 as side, units, net_minor, tax_minor, at from movement
  union all
  select return_line, currency, from_bucket, -1, units, net_minor, tax_minor, at from movement
) as m
join return_line as l on l.return_line = m.return_line
where m.at < :until and l.retailer = coalesce(:retailer, l.retailer)
group by l.retailer, m.currency, m.bucket
order by l.retailer, m.currency, m.bucket
