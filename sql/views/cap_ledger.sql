-- What retailers were credited or will be, by style and days: schemas.tables.CREDITED, with the retailer. Credits that a
-- person took back are left out, and so is what posted counter-documents took back.
select s.retailer, s.currency, s.sold_on, s.returned_on, s.style, cast(sum(s.net_minor) as bigint) as net_minor
from (
  select
    l.retailer, d.currency, i.sold_on, r.returned_on,
    (select min(y.name) from item_name as y where y.gtin = i.gtin and y.kind = 'style' and y.retailer = '') as style,
    coalesce(d.credit_net, d.net_minor) - coalesce(v.net_minor, 0) as net_minor
  from decision as d
  join allocation as a on a.portion = d.portion
  join invoice_line as i on i.invoice_line = a.invoice_line
  join return_line as l on l.return_line = a.return_line
  join "return" as r on r.return_id = l.return_id
  left join taken_back as v on v.decision = d.decision
  where d.outcome = 'credit'
    and not exists (
      select 1 from movement as b
      where b.portion = d.portion and b.from_bucket = 'accepted' and b.to_bucket = 'refused' and b.cause = d.decision
    )
) as s
group by s.retailer, s.currency, s.sold_on, s.returned_on, s.style
