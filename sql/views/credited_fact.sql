-- What retailers were credited or will be, an amount a row: credit decisions, and with amounts below nothing those that a
-- person took back and what posted counter-documents took back of them. `decided_at` is when the credit was decided.
select
  l.retailer, d.currency, i.gtin, i.sold_on, r.returned_on, coalesce(d.credit_net, d.net_minor) as net_minor,
  d.at as decided_at
from decision as d
join allocation as a on a.portion = d.portion
join invoice_line as i on i.invoice_line = a.invoice_line
join return_line as l on l.return_line = a.return_line
join "return" as r on r.return_id = l.return_id
where d.outcome = 'credit'
union all
select l.retailer, d.currency, i.gtin, i.sold_on, r.returned_on, -coalesce(d.credit_net, d.net_minor), d.at
from movement as b
join decision as d on d.decision = b.cause and d.portion = b.portion
join allocation as a on a.portion = d.portion
join invoice_line as i on i.invoice_line = a.invoice_line
join return_line as l on l.return_line = a.return_line
join "return" as r on r.return_id = l.return_id
where d.outcome = 'credit' and b.from_bucket = 'accepted' and b.to_bucket = 'refused'
union all
select l.retailer, d.currency, i.gtin, i.sold_on, r.returned_on, -v.net_minor, d.at
from reversal_line as v
join credit_intent as c on c.reference = v.reference and c.state = 'posted'
join credit_intent_line as o on o.reference = v.of_reference and o.line_no = v.of_line_no
join decision as d on d.decision = o.decision
join allocation as a on a.portion = d.portion
join invoice_line as i on i.invoice_line = a.invoice_line
join return_line as l on l.return_line = a.return_line
join "return" as r on r.return_id = l.return_id
where d.outcome = 'credit'
