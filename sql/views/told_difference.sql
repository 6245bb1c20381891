-- Announced against received: every difference as it was told, as far as it still holds: schemas.tables.TOLD_DIFFERENCES.
-- Where a receipt was told anew or its return counted again, what was told before is left out; what did not come is told
-- by the last receipt that missed it, else by the notice and the clock. Units credited although they did not come differ
-- all the same. What swaps, what is late and what is not ours is told by pipelines.steps.differences. Each difference is
-- looked up by its line, never through all movements.
select
  x.retailer, x.return_id, x.number, x.return_line, x.store, x.gtin, x.description, x.kind,
  case when x.kind in ('over', 'unannounced') then x.units - x.cancelled_units
    when x.kind in ('never_arrived', 'carton_missing') then x.short_units
    when x.kind = 'short' and x.short_units < x.units then x.short_units
    when x.kind = 'damaged' and x.damaged_units < x.units then x.damaged_units
    else x.units end as units,
  case when x.kind in ('over', 'unannounced') then x.found_net
    when x.kind in ('short', 'never_arrived', 'carton_missing') then x.short_net
    when x.kind = 'damaged' then x.damaged_net
    else 0 end as net_minor,
  x.currency, x.carton, x.reason, x.announced_item, x.came_before, x.counted_before, x.receipt_number,
  x.receipt_document, x.receipt_line_no, x.received_on
from (
  select
    l.retailer, l.return_id, r.number, f.return_line, r.store, l.gtin, t.description, f.kind, f.units,
    (select max(a.currency) from allocation as a where a.return_line = f.return_line) as currency,
    cast(coalesce((
      select sum(m.units) from allocation as a join movement as m on m.portion = a.portion
      where a.return_line = f.return_line and m.to_bucket = 'cancelled'
    ), 0) as bigint) as cancelled_units,
    cast(coalesce((
      select sum(case when m.to_bucket = 'short' then m.units
        when m.from_bucket = 'short' and m.to_bucket <> 'accepted' then -m.units else 0 end)
      from allocation as a join movement as m on m.portion = a.portion where a.return_line = f.return_line
    ), 0) as bigint) as short_units,
    cast(coalesce((
      select sum(case when m.to_bucket = 'short' then m.net_minor
        when m.from_bucket = 'short' and m.to_bucket <> 'accepted' then -m.net_minor else 0 end)
      from allocation as a join movement as m on m.portion = a.portion where a.return_line = f.return_line
    ), 0) as bigint) as short_net,
    cast(coalesce((
      select sum(case when m.from_bucket = 'sold' then m.net_minor
        when m.to_bucket in ('cancelled', 'moved') then -m.net_minor else 0 end)
      from allocation as a join movement as m on m.portion = a.portion where a.return_line = f.return_line
    ), 0) as bigint) as found_net,
    cast(coalesce((
      select sum(i.units) from allocation as a join movement as g on g.portion = a.portion
      join inspection as i on i.movement = g.movement
      where a.return_line = f.return_line and g.to_bucket = 'received' and i.receipt_document = f.receipt_document
        and i.condition = 'damaged' and not exists (select 1 from inspection as o where o.replaces = i.movement)
    ), 0) as bigint) as damaged_units,
    cast(coalesce((
      select sum(g.net_minor) from allocation as a join movement as g on g.portion = a.portion
      join inspection as i on i.movement = g.movement
      where a.return_line = f.return_line and g.to_bucket = 'received' and i.receipt_document = f.receipt_document
        and i.condition = 'damaged' and not exists (select 1 from inspection as o where o.replaces = i.movement)
    ), 0) as bigint) as damaged_net,
    coalesce(l.carton, e.carton) as carton,
    l.reason,
    case when exists (
      select 1 from return_line as s where s.return_id = l.return_id and s.gtin = l.gtin and s.origin = 'notice'
    ) then 1 else 0 end as announced_item,
    case when l.origin = 'dock' then cast(coalesce((
      select sum(g.units) from return_line as s join allocation as a on a.return_line = s.return_line
      join movement as g on g.portion = a.portion
      where s.return_id = l.return_id and s.gtin = l.gtin and g.from_bucket = 'short' and g.to_bucket = 'accepted'
    ), 0) as bigint) else 0 end as came_before,
    case when l.origin = 'dock' and length(l.carton) = 18 and exists (
      select 1 from receipt_line as y
      join document as z on z.document = y.document and z.state = 'accepted'
      where y.carton = l.carton and y.document <> f.receipt_document and (
        y.received_on < e.received_on or (y.received_on = e.received_on and y.document < f.receipt_document)
      )
    ) then 1 else 0 end as counted_before,
    d.number as receipt_number, f.receipt_document, f.receipt_line_no, e.received_on, d.issued_on
  from return_line as l
  cross join difference as f
  join "return" as r on r.return_id = l.return_id
  left join item as t on t.gtin = l.gtin
  left join document as d on d.document = f.receipt_document
  left join receipt_line as e on e.document = f.receipt_document and e.line_no = f.receipt_line_no
  where f.return_line = l.return_line and coalesce(d.state, '') <> 'superseded'
) as x
where x.kind = 'decided'
  or (x.kind in ('over', 'unannounced') and x.units > x.cancelled_units)
  or (x.kind in ('short', 'never_arrived', 'carton_missing') and x.short_units > 0 and not exists (
    select 1 from difference as o
    join document as p on p.document = o.receipt_document and p.state <> 'superseded'
    where o.return_line = x.return_line and o.kind in ('short', 'never_arrived', 'carton_missing') and (
      p.issued_on > x.issued_on
      or (p.issued_on = x.issued_on and o.receipt_document > x.receipt_document)
    )
  ))
  or (x.kind = 'damaged' and x.damaged_units > 0)
