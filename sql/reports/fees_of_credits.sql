-- The fees that were taken off credits that no intent carries yet, in the order in which they were taken.
-- columns: decision text, step int, rule text, before_minor int, after_minor int, because text, currency text
select u.decision, p.step, p.rule, p.before_minor, p.after_minor, p.because, u.currency
from uncredited as u
join pricing as p on p.decision = u.decision and p.rule like 'credit.fees.%'
where u.retailer = :retailer
order by u.decision, p.step
