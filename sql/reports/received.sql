-- What the warehouses counted in, by retailer and currency; it is part of what was announced or found at the dock.
-- columns: retailer text, currency text, units int, net_minor int
select l.retailer, m.currency, sum(m.units) as units, sum(m.net_minor) as net_minor
from movement as m
join return_line as l on l.return_line = m.return_line
where m.to_bucket = 'received' and not exists (select 1 from inspection as x where x.replaces = m.movement)
group by l.retailer, m.currency
order by l.retailer, m.currency
