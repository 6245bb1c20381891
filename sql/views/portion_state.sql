-- The balances of each portion, one row a portion, with a column for each bucket and amount.
select
  portion,
  sum(case when to_bucket = 'announced' then units
    when from_bucket = 'announced' then -units else 0 end) as announced_units,
  sum(case when to_bucket = 'announced' then net_minor
    when from_bucket = 'announced' then -net_minor else 0 end) as announced_net,
  sum(case when to_bucket = 'announced' then tax_minor
    when from_bucket = 'announced' then -tax_minor else 0 end) as announced_tax,
  sum(case when to_bucket = 'received' then units
    when from_bucket = 'received' then -units else 0 end) as received_units,
  sum(case when to_bucket = 'received' then net_minor
    when from_bucket = 'received' then -net_minor else 0 end) as received_net,
  sum(case when to_bucket = 'received' then tax_minor
    when from_bucket = 'received' then -tax_minor else 0 end) as received_tax,
  sum(case when to_bucket = 'accepted' then units
    when from_bucket = 'accepted' then -units else 0 end) as accepted_units,
  sum(case when to_bucket = 'accepted' then net_minor
    when from_bucket = 'accepted' then -net_minor else 0 end) as accepted_net,
  sum(case when to_bucket = 'accepted' then tax_minor
    when from_bucket = 'accepted' then -tax_minor else 0 end) as accepted_tax,
  sum(case when to_bucket = 'credited' then units
    when from_bucket = 'credited' then -units else 0 end) as credited_units,
  sum(case when to_bucket = 'credited' then net_minor
    when from_bucket = 'credited' then -net_minor else 0 end) as credited_net,
  sum(case when to_bucket = 'credited' then tax_minor
    when from_bucket = 'credited' then -tax_minor else 0 end) as credited_tax,
  sum(case when to_bucket = 'refused' then units
    when from_bucket = 'refused' then -units else 0 end) as refused_units,
  sum(case when to_bucket = 'refused' then net_minor
    when from_bucket = 'refused' then -net_minor else 0 end) as refused_net,
  sum(case when to_bucket = 'refused' then tax_minor
    when from_bucket = 'refused' then -tax_minor else 0 end) as refused_tax,
  sum(case when to_bucket = 'short' then units
    when from_bucket = 'short' then -units else 0 end) as short_units,
  sum(case when to_bucket = 'short' then net_minor
    when from_bucket = 'short' then -net_minor else 0 end) as short_net,
  sum(case when to_bucket = 'short' then tax_minor
    when from_bucket = 'short' then -tax_minor else 0 end) as short_tax,
  sum(case when to_bucket = 'cancelled' then units
    when from_bucket = 'cancelled' then -units else 0 end) as cancelled_units,
  sum(case when to_bucket = 'cancelled' then net_minor
    when from_bucket = 'cancelled' then -net_minor else 0 end) as cancelled_net,
  sum(case when to_bucket = 'cancelled' then tax_minor
    when from_bucket = 'cancelled' then -tax_minor else 0 end) as cancelled_tax,
  sum(case when to_bucket = 'moved' then units
    when from_bucket = 'moved' then -units else 0 end) as moved_units,
  sum(case when to_bucket = 'moved' then net_minor
    when from_bucket = 'moved' then -net_minor else 0 end) as moved_net,
  sum(case when to_bucket = 'moved' then tax_minor
    when from_bucket = 'moved' then -tax_minor else 0 end) as moved_tax
from movement
group by portion
