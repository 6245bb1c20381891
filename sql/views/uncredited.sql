-- Credit decisions that no intent carries yet, read from the marks on (schemas/marks.py): schemas.tables.CREDIT_LINES. A decision that a person took back by a
-- movement from accepted to refused, caused by the decision, is left out; so is one that credits nothing of a price.
select
  d.decision, d.portion, d.return_line, l.return_id, k.retailer, r.number, r.store, l.reason,
  d.units, coalesce(d.credit_net, d.net_minor) as net_minor, coalesce(d.credit_tax, d.tax_minor) as tax_minor,
  d.currency,
  i.invoice_line, i.company, i.invoice_number, i.invoice_line_no, i.sold_on, i.po_number, i.po_line,
  i.gtin, t.vendor_item, t.description, i.tax_category, i.tax_rate,
  d.net_minor - coalesce(d.credit_net, d.net_minor) as withheld_net,
  d.tax_minor - coalesce(d.credit_tax, d.tax_minor) as withheld_tax,
  d.at as decided_at
from mark as k
cross join decision as d
join allocation as a on a.portion = d.portion
join invoice_line as i on i.invoice_line = a.invoice_line
join return_line as l on l.return_line = d.return_line
join "return" as r on r.return_id = l.return_id
left join item as t on t.gtin = i.gtin
left join credit_intent_line as c on c.decision = d.decision
left join movement as b
  on b.portion = d.portion and b.from_bucket = 'accepted' and b.to_bucket = 'refused' and b.cause = d.decision
where k.kind = 'open' and d.portion = k.subject and d.outcome = 'credit' and c.decision is null and b.movement is null
  and (d.credit_net is null or d.credit_net + d.credit_tax > 0 or d.net_minor + d.tax_minor = 0)
