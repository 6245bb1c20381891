-- All that stands behind each credit that no intent carries yet: what was announced, counted and accepted, the sale and
-- why it is the one, the decision, and the bytes that said so (a notice's; of goods at the dock the receipt's).
-- columns: decision text, return_line text, units int, announced int, received int, condition text, receipt text,
-- columns: received_on day, gtin text, vendor_item text, description text, reason text, carton text,
-- columns: invoice_number text, invoice_line_no text, sold_on day, evidence text, because text, rule text,
-- columns: policy_version text, currency text, cost_net int, credit_net int, credit_tax int, file text, offset int,
-- columns: length int
select
  u.decision, u.return_line, u.units, l.units as announced,
  (
    select cast(sum(x.units) as bigint) from inspection as x
    join allocation as y on y.portion = x.portion and y.return_line = u.return_line
    where not exists (select 1 from inspection as z where z.replaces = x.movement)
  ) as received,
  n.condition, g.number as receipt,
  (select min(x.received_on) from receipt_line as x where x.document = n.receipt_document) as received_on,
  u.gtin, u.vendor_item, u.description, u.reason, l.carton,
  u.invoice_number, u.invoice_line_no, u.sold_on, a.evidence, d.because, d.rule, d.policy_version, u.currency,
  d.net_minor as cost_net, u.net_minor as credit_net, u.tax_minor as credit_tax,
  c.file, c."offset", c.length
from uncredited as u
join decision as d on d.decision = u.decision
join allocation as a on a.portion = u.portion
join return_line as l on l.return_line = u.return_line
left join claim as c on c.return_line = u.return_line
left join inspection as n on n.movement = u.decision
left join document as g on g.document = n.receipt_document
where u.retailer = :retailer
order by u.decision
