-- What was announced and what became of it, by retailer and currency. In units and in net money:
-- announced = notice + dock = credited + refused + short + cancelled + open. dock: found at the dock unannounced.
-- columns: retailer text, currency text, returns int, lines int, announced_units int, notice_units int, dock_units
-- columns: int, credited_units int, refused_units int, short_units int, cancelled_units int, open_units int,
-- columns: announced_net int, notice_net int, dock_net int, credited_net int, refused_net int, short_net int,
-- columns: cancelled_net int, open_net int
select
  retailer,
  currency,
  count(distinct return_id) as returns,
  count(distinct return_line) as lines,
  sum(total_units) as announced_units,
  sum(case when origin = 'notice' then total_units else 0 end) as notice_units,
  sum(case when origin = 'notice' then 0 else total_units end) as dock_units,
  sum(credited_units) as credited_units,
  sum(refused_units) as refused_units,
  sum(short_units) as short_units,
  sum(cancelled_units) as cancelled_units,
  sum(open_units) as open_units,
  sum(total_net) as announced_net,
  sum(case when origin = 'notice' then total_net else 0 end) as notice_net,
  sum(case when origin = 'notice' then 0 else total_net end) as dock_net,
  sum(credited_net) as credited_net,
  sum(refused_net) as refused_net,
  sum(short_net) as short_net,
  sum(cancelled_net) as cancelled_net,
  sum(open_net) as open_net
from line_state
group by retailer, currency
order by retailer, currency
