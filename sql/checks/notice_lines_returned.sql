-- Each line of an accepted notice with a usable quantity is a return line with these units.
-- columns: table_name text, row_key text, what text
select 'notice_line' as table_name, n.document || '|' || n.line_no as row_key,
  'the notice says ' || n.units || ' units, the return ' || coalesce(sum(l.units), 0) as what
from notice_line as n
join document as d on d.document = n.document and d.kind = 'notice' and d.state = 'accepted'
left join return_line as l on l.document = n.document and l.line_no = n.line_no and l.origin = 'notice'
where n.units > 0
group by n.document, n.line_no, n.units
having coalesce(sum(l.units), 0) <> n.units
order by row_key
