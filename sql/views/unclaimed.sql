-- Counted units that we made good, of which no recourse on a supplier speaks yet: what ``schemas.handling_tables.UNCLAIMED``
-- asks of them. Whether they are claims is the policy's to say.
select
  d.decision, d.return_line, k.retailer, d.outcome, d.units, d.net_minor, d.currency,
  'received' as bucket, n.condition, l.reason, l.disposition, l.gtin, t.vendor_item,
  (select min(y.name) from item_name as y where y.gtin = l.gtin and y.kind = 'style' and y.retailer = '') as style
from mark as k
cross join decision as d
join inspection as n on n.movement = d.decision
join return_line as l on l.return_line = d.return_line
left join item as t on t.gtin = l.gtin
left join recourse as c on c.decision = d.decision
where k.kind = 'unclaimed' and d.decision = k.subject and d.outcome in ('credit', 'replace', 'repair') and c.decision is null
