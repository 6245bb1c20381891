-- What rounding left of the credits of an invoice line, in millionths of a minor unit; the next credit of it gets that.
-- Only lines of which something was credited in part have any; a credit that was taken back whole leaves nothing.
select
  a.invoice_line,
  sum(d.owed_net) as owed_net,
  sum(d.owed_tax) as owed_tax
from decision as d
join allocation as a on a.portion = d.portion
where d.outcome = 'credit' and (d.owed_net <> 0 or d.owed_tax <> 0)
  and not exists (
    select 1 from movement as b
    where b.portion = d.portion and b.from_bucket = 'accepted' and b.to_bucket = 'refused' and b.cause = d.decision
  )
  and not exists (select 1 from taken_back as v where v.decision = d.decision and v.units = d.units)
group by a.invoice_line
