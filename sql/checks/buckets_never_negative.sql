-- No bucket of a portion holds less than nothing, and an empty one holds no money; what is withheld is money alone.
-- columns: table_name text, row_key text, what text
select
  'movement' as table_name,
  portion as row_key,
  'bucket ' || bucket || ' holds ' || units || ' units, ' || net_minor || ' net, ' || tax_minor || ' tax' as what
from portion_balance
where bucket not in ('sold', 'unsold')
  and (
  units < 0 or net_minor < 0 or tax_minor < 0
  or (units = 0 and bucket <> 'withheld' and (net_minor <> 0 or tax_minor <> 0))
  or (units <> 0 and bucket = 'withheld')
)
order by row_key, what
