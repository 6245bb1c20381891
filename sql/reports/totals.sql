-- What was announced and what became of it, by retailer and currency. In units and in net money:
-- announced = notice + dock = all that follows. dock: found at the dock unannounced; withheld: money alone, that a
-- credit left out.
-- columns: retailer text, currency text, returns int, lines int, announced_units int, notice_units int,
-- columns: dock_units int, credited_units int, refused_units int, short_units int, cancelled_units int,
-- columns: replaced_units int, repaired_units int, sent_back_units int, reversed_units int, withheld_units int,
-- columns: open_units int, announced_net int, notice_net int, dock_net int, credited_net int, refused_net int,
-- columns: short_net int, cancelled_net int, replaced_net int, repaired_net int, sent_back_net int, reversed_net int,
-- columns: withheld_net int, open_net int
select
  retailer,
  currency,
  count(distinct return_id) as returns,
  count(distinct return_line) as lines,
  cast(sum(total_units) as bigint) as announced_units,
  cast(sum(case when origin = 'notice' then total_units else 0 end) as bigint) as notice_units,
  cast(sum(case when origin = 'notice' then 0 else total_units end) as bigint) as dock_units,
  cast(sum(credited_units) as bigint) as credited_units,
  cast(sum(refused_units) as bigint) as refused_units,
  cast(sum(short_units) as bigint) as short_units,
  cast(sum(cancelled_units) as bigint) as cancelled_units,
  cast(sum(replaced_units) as bigint) as replaced_units,
  cast(sum(repaired_units) as bigint) as repaired_units,
  cast(sum(sent_back_units) as bigint) as sent_back_units,
  cast(sum(reversed_units) as bigint) as reversed_units,
  cast(sum(withheld_units) as bigint) as withheld_units,
  cast(sum(open_units) as bigint) as open_units,
  cast(sum(total_net) as bigint) as announced_net,
  cast(sum(case when origin = 'notice' then total_net else 0 end) as bigint) as notice_net,
  cast(sum(case when origin = 'notice' then 0 else total_net end) as bigint) as dock_net,
  cast(sum(credited_net) as bigint) as credited_net,
  cast(sum(refused_net) as bigint) as refused_net,
  cast(sum(short_net) as bigint) as short_net,
  cast(sum(cancelled_net) as bigint) as cancelled_net,
  cast(sum(replaced_net) as bigint) as replaced_net,
  cast(sum(repaired_net) as bigint) as repaired_net,
  cast(sum(sent_back_net) as bigint) as sent_back_net,
  cast(sum(reversed_net) as bigint) as reversed_net,
  cast(sum(withheld_net) as bigint) as withheld_net,
  cast(sum(open_net) as bigint) as open_net
from line_state
group by retailer, currency
order by retailer, currency
