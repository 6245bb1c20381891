-- What was credited on each day from one on, by currency; documents that charge are not among it.
-- columns: day day, currency text, notes int, net_minor int
select n.posted_on as day, n.currency, count(*) as notes, cast(sum(n.net_minor) as bigint) as net_minor
from credit_note as n
join credit_intent as c on c.reference = n.reference and c.kind is null
where n.posted_on >= :since
group by n.posted_on, n.currency
order by n.posted_on, n.currency
