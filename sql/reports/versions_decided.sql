-- Which versions of its policy a retailer's decisions were made by.
-- columns: version text
select distinct d.policy_version as version
from decision as d
join allocation as a on a.portion = d.portion
join return_line as l on l.return_line = a.return_line
where l.retailer = :retailer
order by version
