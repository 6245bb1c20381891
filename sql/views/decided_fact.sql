-- Decisions with the facts that they were decided on: schemas.tables.DECIDED, without what rounding had left. A decision's
-- id is the movement that counted its units in or left them at the store by our word; else the portion, with `>keep`
-- where the policy leaves them there, or `>short` where the announcement holds. Units above a cap have the id of the
-- others with `>over` behind it; `about` is what both are about.
select
  d.decision, d.about, d.portion, d.return_line, l.return_id, l.retailer, r.number,
  case
    when n.movement is not null then 'received'
    when m.movement is not null then m.to_bucket
    when d.about = d.portion || '>short' then 'short'
    else 'announced'
  end as bucket,
  d.units, d.net_minor, d.tax_minor, d.currency, n.condition, l.disposition, r.returned_on,
  a.invoice_line, i.sold_on, a.spread_low, a.spread_high, a.spread_currency, a.unplaced, w.percent,
  l.origin, r.store, l.reason, i.gtin, t.vendor_item,
  (select min(y.name) from item_name as y where y.gtin = i.gtin and y.kind = 'style' and y.retailer = '') as style,
  i.invoice_number, i.po_number,
  exists (select 1 from movement as z where z.portion = d.portion and z.to_bucket = 'authorised') as authorised,
  d.outcome, d.rule, d.policy_version, d.at, coalesce(d.credit_net, d.net_minor) as credit_net
from (
  select
    e.*, case when e.decision like '%>over' then substr(e.decision, 1, length(e.decision) - 5) else e.decision end as about
  from decision as e
) as d
join allocation as a on a.portion = d.portion
join return_line as l on l.return_line = a.return_line
join "return" as r on r.return_id = l.return_id
left join inspection as n on n.movement = d.about
left join movement as m on m.movement = d.about and m.to_bucket in ('kept', 'disposed')
left join authorisation as w on w.authorisation = m.cause and w.portion = m.portion
left join invoice_line as i on i.invoice_line = a.invoice_line
left join item as t on t.gtin = i.gtin
