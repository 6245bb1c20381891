-- Differences that wait for an answer of the retailer or for a person, by kind; answer_by is the first of their days.
-- columns: retailer text, kind text, action text, lines int, units int, answer_by day
select q.retailer, q.kind, q.action, count(*) as lines, cast(sum(q.units) as bigint) as units,
  min(a.answer_by) as answer_by
from resolution as q
left join question as a on a.question = q.question
where q.action in ('ask', 'hold') and not exists (
  select 1 from resolution as x
  where x.return_line = q.return_line and x.kind = q.kind and x.receipt_document = q.receipt_document
    and x.receipt_line_no = q.receipt_line_no and x.turn > q.turn
)
group by q.retailer, q.kind, q.action
order by q.retailer, q.kind, q.action
