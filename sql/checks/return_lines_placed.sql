-- The portions of a return line have all its units, less what was placed anew in later portions, and stand on sales of
-- its retailer and item.
-- columns: table_name text, row_key text, what text
select 'return_line' as table_name, l.return_line as row_key,
  'the line has ' || l.units || ' units, its portions ' || coalesce(sum(a.units), 0) || ', of which '
    || coalesce(sum(m.units), 0) || ' were placed anew' as what
from return_line as l
left join allocation as a on a.return_line = l.return_line
left join (
  select portion, sum(units) as units from movement where to_bucket = 'moved' group by portion
) as m on m.portion = a.portion
group by l.return_line, l.units
having coalesce(sum(a.units), 0) - coalesce(sum(m.units), 0) <> l.units
union all
select 'allocation', a.portion, 'the sale is of ' || i.retailer || ' and ' || i.gtin || ', the return of '
  || l.retailer || ' and ' || coalesce(l.gtin, 'no item')
from allocation as a
join invoice_line as i on i.invoice_line = a.invoice_line
join return_line as l on l.return_line = a.return_line
where i.retailer <> l.retailer or i.gtin <> coalesce(l.gtin, '')
order by table_name, row_key
