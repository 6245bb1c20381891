-- A document of goods speaks of units that were replaced or counted in, as many as moved.
-- columns: table_name text, row_key text, what text
select 'goods_document_line' as table_name, g.movement as row_key,
  g.units || ' units in ' || g.reference || ', a ' || coalesce(d.kind, 'missing document') || '; '
    || coalesce(m.to_bucket || ' were ' || m.units, 'nothing moved') as what
from goods_document_line as g
left join goods_document as d on d.reference = g.reference
left join movement as m on m.movement = g.movement
where d.reference is null or m.movement is null or m.units <> g.units
  or m.to_bucket <> case d.kind when 'replacement' then 'replaced' else 'received' end
order by row_key
