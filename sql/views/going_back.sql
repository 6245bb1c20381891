-- Refused goods that the warehouse was told to send back, and goods that it repaired, until the ledger says so:
-- schemas.handling_tables.GOING_BACK. Goods that found a sale since go on there.
select
  g.routing, m.portion, m.return_line, t.retailer, m.invoice_line,
  m.units, m.net_minor, m.tax_minor, m.currency,
  m.to_bucket as bucket,
  k.confirmed
from mark as t
cross join routing as g
join instruction as k on k.key = g.message and k.state <> 'pending'
join movement as m on m.portion = g.portion and m.cause = g.inspection
  and ((g.route = 'send_back' and m.to_bucket = 'refused') or (g.route = 'repair' and m.to_bucket = 'repaired'))
join return_line as l on l.return_line = g.return_line
where t.kind = 'going_back' and g.routing = t.subject and not exists (
    select 1 from movement as x
    where x.portion = m.portion and x.from_bucket = m.to_bucket and x.to_bucket in ('sent_back', 'moved')
      and x.cause in (g.routing, m.cause)
  )
  and not exists (
    select 1 from movement as x where x.portion = m.portion and x.from_bucket = 'refused' and x.to_bucket = 'moved'
  )
