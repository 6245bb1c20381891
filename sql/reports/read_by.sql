-- Which versions of mappings read what stands behind the credit decisions that no intent carries yet: the notice or the
-- receipt that made the line, the receipt that counted it, and the export that sold it. Versions that count as settled
-- from the start are left out.
-- columns: decision text, partner text, map text, version text, state text, first_seen_at moment, promoted_at moment
with behind as (
  select u.decision, l.document
  from uncredited as u
  join return_line as l on l.return_line = u.return_line
  where u.retailer = :retailer
  union
  select u.decision, n.receipt_document
  from uncredited as u
  join inspection as n on n.movement = u.decision
  where u.retailer = :retailer
  union
  select u.decision, i.document
  from uncredited as u
  join invoice_line as i on i.invoice_line = u.invoice_line
  where u.retailer = :retailer
)
select b.decision, v.partner, v.map, v.version, v.state, v.first_seen_at, v.promoted_at
from behind as b
join document as d on d.document = b.document
join map_version as v on v.partner = d.partner and v.version = d.rule_version
where v.state = 'test' or v.promoted_at is not null
order by b.decision, v.partner, v.map, v.version
