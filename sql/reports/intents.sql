-- Credits that are not posted yet, with what they wait for. Their lines are part of what is open.
-- columns: retailer text, return_number text, reference text, state text, lines int, units int, currency text,
-- columns: net_minor int, tax_minor int, problem text, approved_by text, attempts int, draft_id text,
-- columns: look_again_at moment
select
  c.retailer, r.number as return_number, c.reference, c.state, count(l.line_no) as lines, sum(l.units) as units,
  c.currency, c.net_minor, c.tax_minor, c.problem, c.approved_by, c.attempts, c.draft_id,
  c.look_again_at
from credit_intent as c
join "return" as r on r.return_id = c.return_id
left join (
  select reference, line_no, units from credit_intent_line
  union all
  select reference, line_no, units from reversal_line
) as l on l.reference = c.reference
where c.state not in ('posted', 'withdrawn') and c.retailer = coalesce(:retailer, c.retailer)
group by
  c.retailer, r.number, c.reference, c.state, c.currency, c.net_minor, c.tax_minor, c.problem, c.approved_by,
  c.attempts, c.draft_id, c.look_again_at
order by c.retailer, c.state, r.number, c.reference
