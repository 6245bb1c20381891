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
    invoice_line,
    sum(taken * units) as units_taken, sum(taken * net_minor) as net_taken, sum(taken * tax_minor) as tax_taken,
    sum(credited * units) as units_credited, sum(credited * net_minor) as net_credited,
    sum(credited * tax_minor) as tax_credited
  from (
    select
      invoice_line, units, net_minor, tax_minor,
      case
        when from_bucket in ('sold', 'short') then 1
        when from_bucket = 'refused' then 0
        when to_bucket in ('short', 'refused', 'cancelled', 'moved') then -1
        else 0
      end as taken,
      case when to_bucket = 'credited' then 1 else 0 end as credited
    from movement
  ) as counted
  group by invoice_line
) as m on m.invoice_line = i.invoice_line
where c.invoice_line is null
  or c.units <> i.units or c.net_minor <> i.net_minor or c.tax_minor <> i.tax_minor
  or c.units_taken <> coalesce(m.units_taken, 0) or c.units_credited <> coalesce(m.units_credited, 0)
  or c.net_taken <> coalesce(m.net_taken, 0) or c.net_credited <> coalesce(m.net_credited, 0)
  or c.tax_taken <> coalesce(m.tax_taken, 0) or c.tax_credited <> coalesce(m.tax_credited, 0)
order by row_key
