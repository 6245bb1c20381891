-- What a retailer took is settled once: no deduction settles more than it says, and no decision more than it withholds
-- (net and tax are rounded each by itself).
-- columns: table_name text, row_key text, what text
select 'settlement' as table_name, s.document || '|' || s.line_no as row_key,
  'settles ' || s.amount_minor || ' of ' || coalesce(t.amount_minor, 0) as what
from (
  select document, line_no, sum(amount_minor) as amount_minor from settlement group by document, line_no
) as s
left join taken as t on t.document = s.document and t.line_no = s.line_no
where t.document is null or s.amount_minor > t.amount_minor
union all
select 'decision', d.decision, 'settles ' || sum(s.amount_minor) || ' and withholds ' || (
    d.net_minor + d.tax_minor - d.credit_net - d.credit_tax
  )
from settlement as s
join decision as d on d.decision = s.decision
group by d.decision, d.net_minor, d.tax_minor, d.credit_net, d.credit_tax
having sum(s.amount_minor) > d.net_minor + d.tax_minor - d.credit_net - d.credit_tax + 1
order by table_name, row_key
