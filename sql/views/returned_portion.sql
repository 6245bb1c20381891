-- All portions with the balances of their open buckets, and what of them did not come.
select
  a.portion, a.return_line, l.return_id, l.retailer, r.number, r.store, l.gtin, l.carton,
  l.disposition, l.reason, r.returned_on, l.origin,
  a.invoice_line, i.company, a.currency, a.evidence, a.rank, a.spread_low, a.spread_high, i.sold_on,
  a.unplaced,
  s.announced_units, s.announced_net, s.announced_tax, s.expected_in,
  s.received_units, s.received_net, s.received_tax,
  s.accepted_units, s.accepted_net, s.accepted_tax,
  s.short_units, s.short_net, s.short_tax
from portion_state as s
join allocation as a on a.portion = s.portion
join return_line as l on l.return_line = a.return_line
join "return" as r on r.return_id = l.return_id
left join invoice_line as i on i.invoice_line = a.invoice_line
