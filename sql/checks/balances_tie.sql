-- The balance of an invoice line is what was sold, and what its movements took and credited.
-- columns: table_name text, row_key text, what text
select 'creditable' as table_name, i.invoice_line as row_key,
  'the balance says ' || coalesce(c.units_taken, -1) || ' taken and ' || coalesce(c.units_credited, -1)
    || ' credited of ' || coalesce(c.units, -1) || ' units; movements say ' || coalesce(m.units_taken, 0)
    || ' and ' || coalesce(m.units_credited, 0) || ' of ' || i.units || ', or the money differs' as what
from invoice_line as i
left join creditable as c on c.invoice_line = i.invoice_line
left join (
  select
    m.invoice_line,
    sum(l.takes * m.units) as units_taken, sum(l.takes * m.net_minor) as net_taken,
    sum(l.takes * m.tax_minor) as tax_taken,
    sum(l.credits * m.units) as units_credited, sum(l.credits * m.net_minor) as net_credited,
    sum(l.credits * m.tax_minor) as tax_credited
  from movement as m
  join legal_move as l on l.from_bucket = m.from_bucket and l.to_bucket = m.to_bucket
  group by m.invoice_line
) as m on m.invoice_line = i.invoice_line
where c.invoice_line is null
  or c.units <> i.units or c.net_minor <> i.net_minor or c.tax_minor <> i.tax_minor
  or c.units_taken <> coalesce(m.units_taken, 0) or c.units_credited <> coalesce(m.units_credited, 0)
  or c.net_taken <> coalesce(m.net_taken, 0) or c.net_credited <> coalesce(m.net_credited, 0)
  or c.tax_taken <> coalesce(m.tax_taken, 0) or c.tax_credited <> coalesce(m.tax_credited, 0)
order by row_key
