-- Every movement is a legal move (schemas/ledger.py), of its portion's return line, invoice line and currency.
-- columns: table_name text, row_key text, what text
select
  'movement' as table_name,
  m.movement as row_key,
  m.from_bucket || ' to ' || m.to_bucket || ' does not fit portion ' || m.portion as what
from movement as m
left join allocation as a on a.portion = m.portion
where a.portion is null
  or m.return_line <> a.return_line
  or coalesce(m.invoice_line, '') <> coalesce(a.invoice_line, '')
  or m.currency <> a.currency
  or (m.from_bucket = 'sold' and m.invoice_line is null)
  or (m.from_bucket = 'unsold' and m.invoice_line is not null)
  or (m.from_bucket = 'refused' and m.invoice_line is not null)
  or m.from_bucket || '>' || m.to_bucket not in (
    'sold>announced', 'unsold>announced', 'announced>received', 'announced>accepted', 'announced>short',
    'announced>refused', 'announced>cancelled', 'announced>moved', 'received>accepted', 'received>refused',
    'received>cancelled', 'received>moved', 'refused>moved', 'accepted>refused', 'accepted>credited',
    'received>announced', 'short>announced'
  )
order by row_key
