-- What goes out on a day without a person, by retailer and currency.
-- columns: retailer text, currency text, net_minor int
select c.retailer, c.currency, cast(sum(c.net_minor) as bigint) as net_minor
from credit_intent as c
where c.intended_on = :day and c.approvals_needed = 0
group by c.retailer, c.currency
order by c.retailer, c.currency
