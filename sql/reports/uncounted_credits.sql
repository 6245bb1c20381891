-- Units that were credited and that a later version of their receipt does not count, or counts in one of the conditions
-- that the policy refuses (`refused`: their names between bars), with the posted lines that credited units of the same
-- return line, the last ones first, and what of these is left. Units of the line that were decided and not credited may be
-- the ones that it speaks of, and what counter-documents took back for this receipt is done: both are taken off. Credits of
-- which a counter-document is under way wait for it.
-- columns: return_line text, receipt_document text, receipt text, units int, reference text, line_no int, left_units int,
-- columns: worse bool
select
  d.return_line, d.receipt_document, g.number as receipt,
  cast(
    d.units
    - coalesce((
        select sum(b.units) from reversal_line as b
        where b.cause = d.receipt_document and b.return_line = d.return_line
      ), 0)
    - coalesce((
        select sum(x.units) from allocation as a
        join decision as x on x.portion = a.portion and x.outcome <> 'hold'
        where a.return_line = d.return_line
          and not exists (select 1 from inspection as s where s.replaces = x.decision)
      ), 0)
    + coalesce((
        select sum(y.units) from credit_intent_line as y
        join credit_intent as z on z.reference = y.reference and z.state = 'posted'
        where y.return_line = d.return_line
      ), 0)
  as bigint) as units,
  l.reference, l.line_no,
  cast(
    l.units - coalesce((
      select sum(b.units) from reversal_line as b
      join credit_intent as v on v.reference = b.reference and v.state <> 'withdrawn'
      where b.of_reference = l.reference and b.of_line_no = l.line_no
    ), 0)
  as bigint) as left_units,
  d.first_line_no > 0 as worse
from (
  select f.return_line, f.receipt_document, sum(f.units) as units, min(f.receipt_line_no) as first_line_no
  from difference as f
  left join receipt_line as e on e.document = f.receipt_document and e.line_no = f.receipt_line_no
  where f.kind = 'decided'
    and (f.receipt_line_no = 0 or :refused like '%|' || coalesce(e.condition, 'unknown') || '|%')
  group by f.return_line, f.receipt_document
) as d
join document as g on g.document = d.receipt_document and g.state = 'accepted'
join return_line as r on r.return_line = d.return_line and r.retailer = :retailer
join credit_intent_line as l on l.return_line = d.return_line
join credit_intent as c on c.reference = l.reference and c.state = 'posted' and c.kind is null
join credit_note as n on n.reference = c.reference
where not exists (
    select 1 from credit_intent as o where o.reverses = c.reference and o.state not in ('posted', 'withdrawn')
  )
order by d.return_line, d.receipt_document, n.posted_on desc, l.reference, l.line_no
