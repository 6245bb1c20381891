-- What was posted on each day from one on, by currency.
-- columns: day day, currency text, notes int, net_minor int
select n.posted_on as day, n.currency, count(*) as notes, cast(sum(n.net_minor) as bigint) as net_minor
from credit_note as n
where n.posted_on >= :since
group by n.posted_on, n.currency
order by n.posted_on, n.currency
