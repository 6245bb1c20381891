-- Posted credit notes, as read back from the ERP, and the documents that took some of them back: these have a kind and
-- `of`, the number of the note, and their units and money are below nothing, so that the whole sums to what is credited.
-- columns: retailer text, kind text, number text, of text, posted_on day, reference text, company text, return_id text,
-- columns: return_number text, lines int, units int, currency text, net_minor int, tax_minor int, approved_by text,
-- columns: draft_id text, document_digest text
select
  c.retailer, coalesce(c.kind, 'credit') as kind, n.number, o.number as of, n.posted_on, n.reference, c.company,
  c.return_id, r.number as return_number, count(l.line_no) as lines, cast(sum(l.units) as bigint) as units, n.currency,
  case when c.kind is null then n.net_minor else -n.net_minor end as net_minor,
  case when c.kind is null then n.tax_minor else -n.tax_minor end as tax_minor,
  c.approved_by, n.draft_id, n.document_digest
from credit_note as n
join credit_intent as c on c.reference = n.reference
join "return" as r on r.return_id = c.return_id
left join credit_note as o on o.reference = c.reverses
left join (
  select reference, line_no, units from credit_intent_line
  union all
  select reference, line_no, -units from reversal_line
) as l on l.reference = n.reference
where c.retailer = coalesce(:retailer, c.retailer)
group by
  c.retailer, c.kind, n.number, o.number, n.posted_on, n.reference, c.company, c.return_id, r.number, n.currency,
  n.net_minor, n.tax_minor, c.approved_by, n.draft_id, n.document_digest
order by c.retailer, n.posted_on, n.number
