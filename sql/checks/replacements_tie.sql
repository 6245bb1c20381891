-- A replacement order is about units that were replaced, as many as were.
-- columns: table_name text, row_key text, what text
select 'replacement_order' as table_name, o.reference as row_key,
  o.units || ' units are ordered; replaced were ' || coalesce(m.units, 0) as what
from replacement_order as o
left join movement as m on m.movement = o.movement and m.to_bucket = 'replaced'
where m.movement is null or m.units <> o.units
order by row_key
