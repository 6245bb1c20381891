-- No invoice line is credited or taken beyond what was sold, in units, net or tax.
-- columns: table_name text, row_key text, what text
select 'invoice_line' as table_name, i.invoice_line as row_key,
  'sold ' || i.units || ' units, ' || i.net_minor || ' net, ' || i.tax_minor || ' tax; credited ' || m.units
    || ' units, ' || m.net_minor || ' net, ' || m.tax_minor || ' tax' as what
from invoice_line as i
join (
  select
    m.invoice_line, sum(l.credits * m.units) as units, sum(l.credits * m.net_minor) as net_minor,
    sum(l.credits * m.tax_minor) as tax_minor
  from movement as m
  join legal_move as l on l.from_bucket = m.from_bucket and l.to_bucket = m.to_bucket and l.credits <> 0
  group by m.invoice_line
) as m on m.invoice_line = i.invoice_line
where m.units > i.units or m.net_minor > i.net_minor or m.tax_minor > i.tax_minor
union all
select 'creditable', invoice_line,
  'sold ' || units || ' units, taken ' || units_taken || ', credited ' || units_credited
from creditable
where units_taken not between 0 and units or units_credited not between 0 and units_taken
  or net_taken not between 0 and net_minor or net_credited not between 0 and net_taken
  or tax_taken not between 0 and tax_minor or tax_credited not between 0 and tax_taken
order by table_name, row_key
