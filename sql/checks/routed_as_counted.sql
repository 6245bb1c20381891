-- Goods are routed as many as were counted in, and by somebody's word no more once a route was said.
-- columns: table_name text, row_key text, what text
select 'routing' as table_name, g.routing as row_key,
  g.units || ' units go to ' || g.route || '; counted in were ' || n.units as what
from routing as g
join inspection as n on n.movement = g.inspection
where n.units <> g.units or n.portion <> g.portion
union all
select 'routing', max(g.routing), count(*) || ' routes were said of the same goods'
from routing as g
where g.route <> 'person'
group by g.inspection
having count(*) > 1
order by row_key
