-- A credit is nothing or more and no more than its units cost, and its pricing leads from one to the other.
-- columns: table_name text, row_key text, what text
select 'decision' as table_name, d.decision as row_key,
  d.outcome || ' credits ' || d.credit_net || ' net and ' || coalesce(d.credit_tax, -1) || ' tax of ' || d.net_minor
    || ' and ' || d.tax_minor as what
from decision as d
where d.credit_net is not null and (
    d.credit_tax is null or d.credit_net not between 0 and d.net_minor or d.credit_tax not between 0 and d.tax_minor
    or (d.outcome <> 'credit' and (d.credit_net <> 0 or d.credit_tax <> 0))
  )
union all
select 'decision', d.decision, 'credits ' || d.credit_net || ' net of ' || d.net_minor || ', and no rule says why'
from decision as d
left join pricing as p on p.decision = d.decision
where d.outcome = 'credit' and d.credit_net < d.net_minor and p.decision is null
union all
select 'pricing', p.decision || '|' || p.step,
  p.rule || ' makes ' || p.after_minor || ' of ' || p.before_minor || '; before it were ' || coalesce(b.after_minor, d.net_minor)
    || ', credited are ' || d.credit_net
from pricing as p
join decision as d on d.decision = p.decision
left join pricing as b on b.decision = p.decision and b.step = p.step - 1
left join pricing as n on n.decision = p.decision and n.step = p.step + 1
where p.before_minor <> coalesce(b.after_minor, d.net_minor)
  or (b.decision is null and p.step <> 1)
  or (n.decision is null and p.after_minor <> d.credit_net)
order by table_name, row_key
