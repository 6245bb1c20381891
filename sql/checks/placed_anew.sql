-- Counted units that were placed anew, or counted again, keep their receipt and condition, and all of them went on and
-- left their portion.
-- columns: table_name text, row_key text, what text
select 'inspection' as table_name, n.movement as row_key,
  n.units || ' units were counted in, ' || x.units || ' of them went on in later portions' as what
from inspection as n
join (select replaces, sum(units) as units from inspection group by replaces) as x on x.replaces = n.movement
where x.units <> n.units
union all
select 'inspection', x.movement, 'counted in as ' || x.condition || ' by ' || x.receipt_document || ', before as '
  || n.condition || ' by ' || n.receipt_document
from inspection as x
join inspection as n on n.movement = x.replaces
where x.condition <> n.condition or x.receipt_document <> n.receipt_document
union all
select 'inspection', n.movement, 'went on in later portions and is decided to ' || d.outcome
from inspection as n
join decision as d on d.decision = n.movement and d.outcome = 'credit'
where n.movement in (select replaces from inspection)
union all
select 'allocation', g.portion, g.units || ' counted units went on, ' || coalesce(sum(m.units), 0) || ' were moved out'
from (
  select portion, sum(units) as units from inspection
  where movement in (select replaces from inspection) group by portion
) as g
left join movement as m on m.portion = g.portion
  and ((m.from_bucket = 'received' and m.to_bucket in ('moved', 'cancelled', 'announced'))
    or (m.from_bucket = 'refused' and m.to_bucket = 'moved'))
group by g.portion, g.units
having coalesce(sum(m.units), 0) < g.units
order by table_name, row_key, what
