-- What went out by itself on a day is what the day's credits without a person sum to, for each retailer and for all.
-- columns: table_name text, row_key text, what text
select 'spending' as table_name, s.day || '|' || s.retailer || '|' || s.currency as row_key,
  'says ' || s.net_minor || ', gone out are ' || coalesce(c.net_minor, 0) as what
from spending as s
left join (
  select intended_on, retailer, currency, sum(net_minor) as net_minor from credit_intent
  where approvals_needed = 0 and kind is null group by intended_on, retailer, currency
  union all
  select intended_on, '', currency, sum(net_minor) from credit_intent
  where approvals_needed = 0 and kind is null group by intended_on, currency
) as c on c.intended_on = s.day and c.retailer = s.retailer and c.currency = s.currency
where s.net_minor <> coalesce(c.net_minor, 0)
order by row_key
