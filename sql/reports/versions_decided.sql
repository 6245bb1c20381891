-- Which versions of its policy a retailer's decisions were made by.
-- columns: version text
select distinct d.policy_version as version
from decision as d
join return_line as l on l.return_line = d.return_line
where l.retailer = :retailer
order by version
