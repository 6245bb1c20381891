-- Each line of a credit intent is a decision to credit: its units, what it credits, and what it withholds of the cost.
-- Small credits of a retailer may stand on one note, whatever their returns.
-- columns: table_name text, row_key text, what text
select 'credit_intent_line' as table_name, l.reference || '|' || l.line_no as row_key,
  'decision ' || l.decision || ' says ' || coalesce(d.outcome, 'nothing') || ' ' || coalesce(d.units, 0)
    || ' units, ' || coalesce(d.credit_net, d.net_minor, 0) || ' net; the line says ' || l.units || ' and ' || l.net_minor as what
from credit_intent_line as l
join credit_intent as c on c.reference = l.reference
left join allocation as a on a.portion = l.portion
left join return_line as r on r.return_line = l.return_line
left join decision as d on d.decision = l.decision
where d.decision is null or d.outcome <> 'credit'
  or d.portion <> l.portion or d.return_line <> l.return_line
  or d.units <> l.units
  or coalesce(d.credit_net, d.net_minor) <> l.net_minor or coalesce(d.credit_tax, d.tax_minor) <> l.tax_minor
  or l.net_minor + coalesce(l.withheld_net, 0) <> d.net_minor or l.tax_minor + coalesce(l.withheld_tax, 0) <> d.tax_minor
  or d.currency <> c.currency
  or a.portion is null or coalesce(a.invoice_line, '') <> l.invoice_line
  or r.return_line is null or r.retailer <> c.retailer
order by row_key
