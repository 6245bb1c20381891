-- Decisions that hold or refuse units, with their facts, while the goods did not go back to the retailer: what evidence
-- that comes later may decide otherwise. schemas.tables.DECIDED; nothing is owed of what was not credited. Left out is what
-- stays at the store by our word, and what a cap cut: its units were counted in one with credited ones.
select
  d.decision, d.about, d.portion, d.return_line, d.return_id, d.retailer, d.number, d.bucket,
  d.units, d.net_minor, d.tax_minor, d.currency, d.condition, d.disposition, d.returned_on,
  d.invoice_line, d.sold_on, d.spread_low, d.spread_high, d.spread_currency, d.unplaced, d.percent,
  d.origin, d.store, d.reason, d.gtin, d.vendor_item, d.style, d.invoice_number, d.po_number, d.authorised,
  cast(0 as bigint) as owed_net, cast(0 as bigint) as owed_tax,
  d.outcome, d.rule, d.policy_version, d.at, d.credit_net
from decided_fact as d
where d.outcome in ('hold', 'refuse') and d.bucket in ('received', 'announced') and d.decision = d.about
  and not exists (select 1 from decision as x where x.decision = d.decision || '>over')
  and not exists (select 1 from inspection as x where x.replaces = d.decision)
  and not exists (
    select 1 from routing as g
    join movement as b on b.portion = g.portion and b.cause = g.routing and b.to_bucket = 'sent_back'
    where g.inspection = d.decision
  )
  and (d.bucket = 'received' or not exists (
    select 1 from movement as x where x.portion = d.portion and x.to_bucket = 'moved'
  ))
