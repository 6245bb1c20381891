-- The steps from what units cost to what is credited, of credits that no intent carries yet.
-- columns: decision text, step int, rule text, before_minor int, after_minor int, because text, currency text
select u.decision, p.step, p.rule, p.before_minor, p.after_minor, p.because, u.currency
from uncredited as u
join pricing as p on p.decision = u.decision
where u.retailer = :retailer
order by u.decision, p.step
