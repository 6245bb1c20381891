-- Each return line with the units and money of its portions by bucket, one row for each currency of its portions.
-- total is what was announced or found; open is announced, received and accepted: still to be finished. What was placed
-- anew counts where it went on.
select
  l.return_line,
  l.return_id,
  l.retailer,
  r.number,
  l.origin,
  l.gtin,
  l.units,
  a.currency,
  sum(a.units) - sum(s.moved_units) as total_units,
  sum(s.announced_units) as announced_units,
  sum(s.received_units) as received_units,
  sum(s.accepted_units) as accepted_units,
  sum(s.credited_units) as credited_units,
  sum(s.refused_units) as refused_units,
  sum(s.short_units) as short_units,
  sum(s.cancelled_units) as cancelled_units,
  sum(s.announced_units) + sum(s.received_units) + sum(s.accepted_units) as open_units,
  sum(a.net_minor) - sum(s.moved_net) as total_net,
  sum(s.announced_net) as announced_net,
  sum(s.received_net) as received_net,
  sum(s.accepted_net) as accepted_net,
  sum(s.credited_net) as credited_net,
  sum(s.refused_net) as refused_net,
  sum(s.short_net) as short_net,
  sum(s.cancelled_net) as cancelled_net,
  sum(s.announced_net) + sum(s.received_net) + sum(s.accepted_net) as open_net,
  sum(a.tax_minor) - sum(s.moved_tax) as total_tax,
  sum(s.announced_tax) as announced_tax,
  sum(s.received_tax) as received_tax,
  sum(s.accepted_tax) as accepted_tax,
  sum(s.credited_tax) as credited_tax,
  sum(s.refused_tax) as refused_tax,
  sum(s.short_tax) as short_tax,
  sum(s.cancelled_tax) as cancelled_tax,
  sum(s.announced_tax) + sum(s.received_tax) + sum(s.accepted_tax) as open_tax
from return_line as l
join "return" as r on r.return_id = l.return_id
join allocation as a on a.return_line = l.return_line
join portion_state as s on s.portion = a.portion and s.moved_units < a.units
group by l.return_line, l.return_id, l.retailer, r.number, l.origin, l.gtin, l.units, a.currency
