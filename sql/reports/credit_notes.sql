-- Posted credit notes, as read back from the ERP.
-- columns: retailer text, number text, posted_on day, reference text, company text, return_id text,
-- columns: return_number text, lines int, units int, currency text, net_minor int, tax_minor int, approved_by text,
-- columns: draft_id text, document_digest text
select
  c.retailer, n.number, n.posted_on, n.reference, c.company, c.return_id,
  r.number as return_number, count(l.line_no) as lines, sum(l.units) as units,
  n.currency, n.net_minor, n.tax_minor, c.approved_by, n.draft_id, n.document_digest
from credit_note as n
join credit_intent as c on c.reference = n.reference
join "return" as r on r.return_id = c.return_id
left join credit_intent_line as l on l.reference = n.reference
where c.retailer = coalesce(:retailer, c.retailer)
group by
  c.retailer, n.number, n.posted_on, n.reference, c.company, c.return_id, r.number, n.currency, n.net_minor,
  n.tax_minor, c.approved_by, n.draft_id, n.document_digest
order by c.retailer, n.posted_on, n.number
