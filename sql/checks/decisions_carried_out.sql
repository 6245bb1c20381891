-- A decision moved its units and money to where it says, and a decision to hold moved nothing.
-- columns: table_name text, row_key text, what text
select 'decision' as table_name, d.decision as row_key,
  d.outcome || ' of ' || d.units || ' units, ' || d.net_minor || ' net; moved ' || coalesce(sum(m.units), 0)
    || ' units, ' || coalesce(sum(m.net_minor), 0) || ' net' as what
from decision as d
left join decided_into as o on o.outcome = d.outcome
left join movement as m
  on m.portion = d.portion and m.cause = d.decision and m.to_bucket = coalesce(o.bucket, m.to_bucket)
group by d.decision, d.outcome, d.units, d.net_minor, d.tax_minor, o.bucket
having (o.bucket is not null and (
    coalesce(sum(m.units), 0) <> d.units or coalesce(sum(m.net_minor), 0) <> d.net_minor
    or coalesce(sum(m.tax_minor), 0) <> d.tax_minor
  ))
  or (o.bucket is null and count(m.movement) > 0)
union all
select 'movement', m.movement, 'accepted without a decision: cause ' || m.cause
from movement as m
left join decision as d on d.decision = m.cause and d.portion = m.portion and d.outcome = 'credit'
where m.to_bucket = 'accepted' and d.decision is null
order by table_name, row_key
