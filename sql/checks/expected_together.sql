-- Units of a portion that have not come are all in one bucket: the furthest that any of its units came on the way.
-- columns: table_name text, row_key text, what text
select 'movement' as table_name, b.portion as row_key,
  b.units || ' units are ' || b.bucket || ', others of the portion were ' || s.expected_in as what
from portion_balance as b
join expected_bucket as e on e.bucket = b.bucket
join portion_state as s on s.portion = b.portion
where b.units > 0 and b.bucket <> s.expected_in
order by row_key, what
