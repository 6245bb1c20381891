-- Whatever has units in an open bucket is marked, and so is each amount that a retailer took and that is not settled,
-- since steps read the marks alone: nothing is forgotten.
-- columns: table_name text, row_key text, what text
select 'allocation' as table_name, s.portion as row_key, 'is open and not marked' as what
from portion_state as s
where s.announced_units + s.stayed_units + s.received_units + s.accepted_units > 0
  and s.portion not in (select k.subject from mark as k where k.kind = 'open')
union all
select
  case when t.kind = 'deduction' then 'deduction_line' else 'billing_line' end, t.document || '|' || t.line_no,
  'is not settled and not marked'
from taken as t
left join (
  select document, line_no, sum(amount_minor) as amount_minor from settlement group by document, line_no
) as s on s.document = t.document and s.line_no = t.line_no
where t.amount_minor > coalesce(s.amount_minor, 0)
  and t.document || '|' || t.line_no not in (select k.subject from mark as k where k.kind = 'taken')
order by row_key
