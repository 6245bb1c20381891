-- What rounding left of the credits of an invoice line, a row each: minor units that the next credit of the line takes in.
-- Credits that a person took back, or that a posted counter-document took back whole, left nothing.
-- columns: invoice_line text, owed_net int, owed_tax int
select p.invoice_line, o.owed_net, o.owed_tax
from allocation as p
join decision as o on o.portion = p.portion and o.outcome = 'credit'
where (o.owed_net <> 0 or o.owed_tax <> 0)
  and not exists (
    select 1 from movement as b
    where b.portion = o.portion and b.from_bucket = 'accepted' and b.to_bucket = 'refused' and b.cause = o.decision
  )
  and o.units <> (
    select coalesce(sum(v.units), 0) from credit_intent_line as y
    join reversal_line as v on v.of_reference = y.reference and v.of_line_no = y.line_no
    join credit_intent as c on c.reference = v.reference and c.state = 'posted'
    where y.decision = o.decision
  )
