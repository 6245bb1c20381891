-- The total of a credit intent is the sum of its lines; a counter-document has lines of its own.
-- columns: table_name text, row_key text, what text
select 'credit_intent' as table_name, c.reference as row_key,
  'the intent says ' || c.net_minor || ' net and ' || c.tax_minor || ' tax, its lines '
    || coalesce(sum(l.net_minor), 0) || ' and ' || coalesce(sum(l.tax_minor), 0) as what
from credit_intent as c
left join (
  select reference, net_minor, tax_minor from credit_intent_line
  union all
  select reference, net_minor, tax_minor from reversal_line
) as l on l.reference = c.reference
group by c.reference, c.net_minor, c.tax_minor
having coalesce(sum(l.net_minor), 0) <> c.net_minor or coalesce(sum(l.tax_minor), 0) <> c.tax_minor
  or count(l.reference) = 0
order by row_key
