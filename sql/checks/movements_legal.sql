-- Every movement is a legal move (schemas/ledger.py), of its portion's return line, invoice line and currency. Refused
-- units go on when a sale is found, or when evidence came to which the rule that refused them listens.
-- columns: table_name text, row_key text, what text
select
  'movement' as table_name,
  m.movement as row_key,
  m.from_bucket || ' to ' || m.to_bucket || ' does not fit portion ' || m.portion as what
from movement as m
left join allocation as a on a.portion = m.portion
left join legal_move as l on l.from_bucket = m.from_bucket and l.to_bucket = m.to_bucket
where a.portion is null
  or m.return_line <> a.return_line
  or coalesce(m.invoice_line, '') <> coalesce(a.invoice_line, '')
  or m.currency <> a.currency
  or (m.from_bucket = 'sold' and m.invoice_line is null)
  or (m.from_bucket = 'unsold' and m.invoice_line is not null)
  or (m.from_bucket = 'refused' and m.to_bucket = 'moved' and m.invoice_line is not null and not exists (
    select 1 from decision as d
    where d.portion = m.portion and d.outcome = 'refuse' and (
      d.rule in ('goods.claims', 'window_days') or d.rule like 'reconciliation%' or d.rule like 'conditions.%'
    )
  ))
  or l.takes is null
order by row_key
