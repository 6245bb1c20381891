-- Announced against received: every difference as it was told, as far as it still holds: schemas.tables.TOLD_DIFFERENCES.
-- Where a receipt was told anew or its return counted again, what was told before is left out; what did not come is told
-- by the last receipt that missed it, else by the notice and the clock. Units credited although they did not come differ
-- all the same. What swaps, what is late and what is not ours is told by pipelines.steps.differences.
-- columns: retailer text, return_id text, number text, return_line text, store text, gtin text, description text,
-- columns: kind text, units int, net_minor int, currency text, carton text, reason text, announced_item int,
-- columns: came_before int, counted_before int, receipt_number text, receipt_document text, receipt_line_no int, received_on day
select
  l.retailer, l.return_id, r.number, f.return_line, r.store, l.gtin, t.description, f.kind,
  case when f.kind in ('over', 'unannounced') then f.units - coalesce(m.cancelled_units, 0)
    when f.kind in ('never_arrived', 'carton_missing') then coalesce(m.short_units, 0)
    when f.kind = 'short' and coalesce(m.short_units, 0) < f.units then coalesce(m.short_units, 0)
    when f.kind = 'damaged' and coalesce(n.units, 0) < f.units then coalesce(n.units, 0)
    else f.units end as units,
  case when f.kind in ('over', 'unannounced') then coalesce(m.found_net, 0)
    when f.kind in ('short', 'never_arrived', 'carton_missing') then coalesce(m.short_net, 0)
    when f.kind = 'damaged' then coalesce(n.net_minor, 0)
    else 0 end as net_minor,
  m.currency,
  coalesce(l.carton, e.carton) as carton,
  l.reason,
  case when exists (
    select 1 from return_line as s where s.return_id = l.return_id and s.gtin = l.gtin and s.origin = 'notice'
  ) then 1 else 0 end as announced_item,
  case when l.origin = 'dock' then coalesce(b.units, 0) else 0 end as came_before,
  case when l.origin = 'dock' and length(l.carton) = 18 and exists (
    select 1 from receipt_line as x
    join document as y on y.document = x.document and y.state = 'accepted'
    where x.carton = l.carton and x.document <> f.receipt_document and (
      x.received_on < e.received_on or (x.received_on = e.received_on and x.document < f.receipt_document)
    )
  ) then 1 else 0 end as counted_before,
  d.number as receipt_number, f.receipt_document, f.receipt_line_no, e.received_on
from difference as f
join return_line as l on l.return_line = f.return_line
join "return" as r on r.return_id = l.return_id
left join item as t on t.gtin = l.gtin
left join document as d on d.document = f.receipt_document
left join receipt_line as e on e.document = f.receipt_document and e.line_no = f.receipt_line_no
left join (
  select return_line, max(currency) as currency,
    sum(case when to_bucket = 'cancelled' then units else 0 end) as cancelled_units,
    sum(case when to_bucket = 'short' then units
      when from_bucket = 'short' and to_bucket <> 'accepted' then -units else 0 end) as short_units,
    sum(case when to_bucket = 'short' then net_minor
      when from_bucket = 'short' and to_bucket <> 'accepted' then -net_minor else 0 end) as short_net,
    sum(case when from_bucket = 'sold' then net_minor
      when to_bucket in ('cancelled', 'moved') then -net_minor else 0 end) as found_net
  from movement group by return_line
) as m on m.return_line = f.return_line
left join (
  select g.return_line, i.receipt_document, sum(i.units) as units, sum(g.net_minor) as net_minor
  from inspection as i
  join movement as g on g.movement = i.movement and g.to_bucket = 'received'
  where i.condition = 'damaged' and not exists (select 1 from inspection as x where x.replaces = i.movement)
  group by g.return_line, i.receipt_document
) as n on n.return_line = f.return_line and n.receipt_document = f.receipt_document
left join (
  select s.return_id, s.gtin, sum(g.units) as units
  from movement as g
  join return_line as s on s.return_line = g.return_line
  where g.from_bucket = 'short' and g.to_bucket = 'accepted'
  group by s.return_id, s.gtin
) as b on b.return_id = l.return_id and b.gtin = l.gtin
where l.retailer = coalesce(:retailer, l.retailer) and coalesce(d.state, '') <> 'superseded' and (
  f.kind = 'decided'
  or (f.kind in ('over', 'unannounced') and f.units > coalesce(m.cancelled_units, 0))
  or (f.kind in ('short', 'never_arrived', 'carton_missing') and m.short_units > 0 and not exists (
    select 1 from difference as o
    join document as p on p.document = o.receipt_document and p.state <> 'superseded'
    where o.return_line = f.return_line and o.kind in ('short', 'never_arrived', 'carton_missing') and (
      p.issued_on > d.issued_on
      or (p.issued_on = d.issued_on and o.receipt_document > f.receipt_document)
    )
  ))
  or (f.kind = 'damaged' and n.units > 0)
)
order by l.retailer, r.number, f.return_line, f.kind, f.receipt_document, f.receipt_line_no
