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
  d.decision, d.portion, d.return_line, d.return_id, d.retailer, d.number, d.bucket, d.units, d.net_minor,
  d.tax_minor, d.currency, d.condition, d.disposition, d.returned_on, d.invoice_line, d.sold_on, d.spread_low,
  d.spread_high, d.spread_currency, d.unplaced, d.percent, d.origin, d.store, d.reason, d.gtin, d.vendor_item,
  d.style, d.invoice_number, d.po_number, d.authorised, cast(coalesce(o.owed_net, 0) as bigint) as owed_net,
  cast(coalesce(o.owed_tax, 0) as bigint) as owed_tax, d.outcome, d.rule, d.policy_version, d.at, d.credit_net
from decided_fact as d
left join owed as o on o.invoice_line = d.invoice_line
where d.retailer = :retailer and d.at >= :since
order by d.at, d.decision
