-- Units that wait for a decision, read from the marks on (schemas/marks.py): schemas.tables.UNDECIDED. Counted units by
-- inspection, in the portion where they are now; announced ones that have a disposition (which dispositions leave the
-- goods at the store is the policy's); what stays at the store by our word on announced units; and units that did not
-- come, where their difference was resolved so that the announcement holds.
select
  u.decision, u.portion, u.return_line, l.return_id, u.retailer, r.number, u.bucket,
  u.units, u.net_minor, u.tax_minor, u.currency, u.condition, l.disposition, r.returned_on,
  u.invoice_line, i.sold_on, u.spread_low, u.spread_high, u.spread_currency, u.unplaced, u.percent,
  l.origin, r.store, l.reason, i.gtin, t.vendor_item,
  (select min(y.name) from item_name as y where y.gtin = i.gtin and y.kind = 'style' and y.retailer = '') as style,
  i.invoice_number, i.po_number,
  exists (select 1 from movement as z where z.portion = u.portion and z.to_bucket = 'authorised') as authorised,
  cast(coalesce((select sum(w.owed_net) from owing as w where w.invoice_line = u.invoice_line), 0) as bigint) as owed_net,
  cast(coalesce((select sum(w.owed_tax) from owing as w where w.invoice_line = u.invoice_line), 0) as bigint) as owed_tax
from (
  select
    k.retailer, n.movement as decision, m.portion, m.return_line, 'received' as bucket,
    n.units, m.net_minor, m.tax_minor, m.currency, n.condition,
    a.invoice_line, a.spread_low, a.spread_high, a.spread_currency, a.unplaced, cast(null as bigint) as percent
  from mark as k
  cross join inspection as n
  cross join movement as m
  cross join allocation as a
  left join decision as d on d.decision = n.movement
  where k.kind = 'open' and n.portion = k.subject and m.movement = n.movement and m.to_bucket = 'received'
    and a.portion = m.portion and d.decision is null and not exists (select 1 from inspection as x where x.replaces = n.movement)
  union all
  select
    s.retailer, a.portion || '>keep', a.portion, a.return_line, s.expected_in,
    s.announced_units, s.announced_net, s.announced_tax, a.currency, null,
    a.invoice_line, a.spread_low, a.spread_high, a.spread_currency, a.unplaced, null
  from open_portion as s
  join allocation as a on a.portion = s.portion
  left join decision as d on d.decision = s.portion || '>keep'
  where s.announced_units > 0 and s.disposition is not null and d.decision is null
  union all
  select
    k.retailer, m.movement, m.portion, m.return_line, m.to_bucket,
    m.units, m.net_minor, m.tax_minor, m.currency, null,
    a.invoice_line, a.spread_low, a.spread_high, a.spread_currency, a.unplaced, w.percent
  from mark as k
  cross join authorisation as w
  cross join movement as m
  cross join allocation as a
  left join decision as d on d.decision = m.movement
  where k.kind = 'open' and w.portion = k.subject and m.portion = w.portion and m.cause = w.authorisation
    and m.to_bucket in ('kept', 'disposed') and a.portion = m.portion and d.decision is null
  union all
  select
    s.retailer, a.portion || '>short', a.portion, a.return_line, 'short',
    s.units, s.net_minor, s.tax_minor, a.currency, null,
    a.invoice_line, a.spread_low, a.spread_high, a.spread_currency, a.unplaced, null
  from short_portion as s
  join allocation as a on a.portion = s.portion
  left join decision as d on d.decision = a.portion || '>short'
  where d.decision is null and exists (
    select 1 from resolution as q
    where q.return_line = a.return_line and q.kind in ('short', 'never_arrived', 'carton_missing')
      and q.action = 'accept'
      and not exists (
        select 1 from resolution as x
        where x.return_line = q.return_line and x.kind = q.kind and x.receipt_document = q.receipt_document
          and x.receipt_line_no = q.receipt_line_no and x.turn > q.turn
      )
  )
) as u
join return_line as l on l.return_line = u.return_line
join "return" as r on r.return_id = l.return_id
left join invoice_line as i on i.invoice_line = u.invoice_line
left join item as t on t.gtin = i.gtin
