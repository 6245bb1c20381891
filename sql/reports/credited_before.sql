-- What a retailer was credited by decisions before a moment, by style and days: schemas.tables.CREDITED. Credits that a
-- person took back are left out, and so is what posted counter-documents took back, then or later.
-- columns: currency text, style text, sold_on day, returned_on day, net_minor int
select
  d.currency,
  (select min(y.name) from item_name as y where y.gtin = i.gtin and y.kind = 'style' and y.retailer = '') as style,
  i.sold_on, r.returned_on,
  cast(sum(coalesce(d.credit_net, d.net_minor) - coalesce(v.net_minor, 0)) as bigint) as net_minor
from decision as d
join allocation as a on a.portion = d.portion
join invoice_line as i on i.invoice_line = a.invoice_line
join return_line as l on l.return_line = a.return_line
join "return" as r on r.return_id = l.return_id
left join taken_back as v on v.decision = d.decision
where l.retailer = :retailer and d.at < :since and d.outcome = 'credit'
  and not exists (
    select 1 from movement as b
    where b.portion = d.portion and b.from_bucket = 'accepted' and b.to_bucket = 'refused' and b.cause = d.decision
  )
group by d.currency, i.sold_on, r.returned_on, i.gtin
