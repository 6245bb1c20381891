-- Portions that are not finished, with the balances of their open buckets: schemas.tables.OPEN_PORTIONS.
select *
from returned_portion
where announced_units > 0 or received_units > 0 or accepted_units > 0
