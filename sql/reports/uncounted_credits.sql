-- Units that were credited and that a later version of their receipt does not count, with the posted lines that credited
-- units of the same return line, the last ones first, and what of these is left. Units of the line that were decided and
-- not credited may be the ones that did not come, and what counter-documents took back for this receipt is done: both are
-- taken off. Credits of which a counter-document is under way wait for it.
-- columns: return_line text, receipt_document text, receipt text, units int, reference text, line_no int, left_units int
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
  as bigint) as left_units
from difference as d
join document as g on g.document = d.receipt_document and g.state = 'accepted'
join return_line as r on r.return_line = d.return_line and r.retailer = :retailer
join credit_intent_line as l on l.return_line = d.return_line
join credit_intent as c on c.reference = l.reference and c.state = 'posted' and c.kind is null
join credit_note as n on n.reference = c.reference
where d.kind = 'decided' and d.receipt_line_no = 0
  and not exists (
    select 1 from credit_intent as o where o.reverses = c.reference and o.state not in ('posted', 'withdrawn')
  )
order by d.return_line, d.receipt_document, n.posted_on desc, l.reference, l.line_no
