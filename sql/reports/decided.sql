-- What was decided of a retailer from a moment on, in that order, with the facts that it was decided on:
-- schemas.tables.DECIDED. owed is what rounding had left of the credits of the invoice line before that moment.
-- columns: decision text, portion text, return_line text, return_id text, retailer text, number text, bucket text,
-- columns: units int, net_minor int, tax_minor int, currency text, condition text, disposition text, returned_on day,
-- columns: invoice_line text, sold_on day, spread_low int, spread_high int, spread_currency text, unplaced text,
-- columns: percent int, origin text, store text, reason text, gtin text, vendor_item text, style text,
-- columns: invoice_number text, po_number text, authorised bool, owed_net int, owed_tax int,
-- columns: outcome text, rule text, policy_version text, at moment, credit_net int
with owed as (
  select e.invoice_line, sum(p.owed_net) as owed_net, sum(p.owed_tax) as owed_tax
  from decision as p
  join allocation as e on e.portion = p.portion
  where p.outcome = 'credit' and p.at < :since and (p.owed_net <> 0 or p.owed_tax <> 0)
  group by e.invoice_line
)
select
<<<<<<< HEAD
  d.decision, d.portion, d.return_line, d.return_id, d.retailer, d.number, d.bucket, d.units, d.net_minor,
  d.tax_minor, d.currency, d.condition, d.disposition, d.returned_on, d.invoice_line, d.sold_on, d.spread_low,
  d.spread_high, d.spread_currency, d.unplaced, d.percent, d.origin, d.store, d.reason, d.gtin, d.vendor_item,
  d.style, d.invoice_number, d.po_number, d.authorised, cast(coalesce(o.owed_net, 0) as bigint) as owed_net,
  cast(coalesce(o.owed_tax, 0) as bigint) as owed_tax, d.outcome, d.rule, d.policy_version, d.at, d.credit_net
from decided_fact as d
left join owed as o on o.invoice_line = d.invoice_line
where d.retailer = :retailer and d.at >= :since
=======
  d.decision, d.portion, d.return_line, l.return_id, l.retailer, r.number,
  case
    when n.movement is not null then 'received'
    when m.movement is not null then m.to_bucket
    when d.decision = d.portion || '>short' then 'short'
    else 'announced'
  end as bucket,
  d.units, d.net_minor, d.tax_minor, d.currency, n.condition, l.disposition, r.returned_on,
  a.invoice_line, i.sold_on, a.spread_low, a.spread_high, a.spread_currency, a.unplaced, w.percent,
  l.origin, r.store, l.reason, i.gtin, t.vendor_item,
  (select min(y.name) from item_name as y where y.gtin = i.gtin and y.kind = 'style' and y.retailer = '') as style,
  i.invoice_number, i.po_number,
  exists (select 1 from movement as z where z.portion = d.portion and z.to_bucket = 'authorised') as authorised,
  cast(coalesce(o.owed_net, 0) as bigint) as owed_net,
  cast(coalesce(o.owed_tax, 0) as bigint) as owed_tax,
  d.outcome, d.rule, d.policy_version, d.at, coalesce(d.credit_net, d.net_minor) as credit_net
from decision as d
join allocation as a on a.portion = d.portion
join return_line as l on l.return_line = a.return_line
join "return" as r on r.return_id = l.return_id
left join inspection as n on n.movement = d.decision
left join movement as m on m.movement = d.decision and m.to_bucket in ('kept', 'disposed')
left join authorisation as w on w.authorisation = m.cause and w.portion = m.portion
left join invoice_line as i on i.invoice_line = a.invoice_line
left join item as t on t.gtin = i.gtin
left join owed as o on o.invoice_line = a.invoice_line
where l.retailer = :retailer and d.at >= :since
>>>>>>> c9b05ccb33c33db7c8b3f284d42a4ac4ceb61fa4
order by d.at, d.decision
