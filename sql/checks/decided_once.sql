-- Units are decided once: decisions move no more units of a portion than it has.
-- columns: table_name text, row_key text, what text
select 'decision' as table_name, d.portion as row_key,
  'decisions move ' || sum(d.units) || ' units of ' || a.units as what
from decision as d
join allocation as a on a.portion = d.portion
join decided_into as o on o.outcome = d.outcome
group by d.portion, a.units
having sum(d.units) > a.units
union all
select 'decision', d.decision,
  'decides on ' || d.units || ' units, ' || d.net_minor || ' net; counted in were ' || m.units || ' and ' || m.net_minor
from (
  select
    c.decision, c.portion, c.units + coalesce(o.units, 0) as units, c.net_minor + coalesce(o.net_minor, 0) as net_minor,
    c.tax_minor + coalesce(o.tax_minor, 0) as tax_minor
  from decision as c
  left join decision as o on o.decision = c.decision || '>over' and o.portion = c.portion
) as d
join inspection as n on n.movement = d.decision
join movement as m on m.movement = n.movement
where d.units <> m.units or d.net_minor <> m.net_minor or d.tax_minor <> m.tax_minor or d.portion <> m.portion
order by row_key, what
