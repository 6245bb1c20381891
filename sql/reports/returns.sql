-- Every return with its state: announced (nothing has come), open (something waits), or how it ended: credited,
-- part credited, refused, short, cancelled, replaced, repaired, sent back, reversed, mixed.
-- columns: retailer text, return_id text, number text, origin text, store text, returned_on day, state text,
-- columns: currency text, lines int, announced_units int, credited_units int, refused_units int, short_units int,
-- columns: cancelled_units int, open_units int, announced_net int, credited_net int, refused_net int, short_net int,
-- columns: cancelled_net int, open_net int
select
  r.retailer, r.return_id, r.number, r.origin, r.store, r.returned_on,
  case
    when s.waiting_units = s.total_units then 'announced'
    when s.open_units > 0 then 'open'
    when s.credited_units = s.total_units then 'credited'
    when s.credited_units > 0 then 'part credited'
    when s.refused_units = s.total_units then 'refused'
    when s.short_units = s.total_units then 'short'
    when s.cancelled_units = s.total_units then 'cancelled'
    when s.replaced_units = s.total_units then 'replaced'
    when s.repaired_units = s.total_units then 'repaired'
    when s.sent_back_units = s.total_units then 'sent back'
    when s.reversed_units = s.total_units then 'reversed'
    else 'mixed'
  end as state,
  s.currency, s.lines,
  s.total_units as announced_units, s.credited_units, s.refused_units, s.short_units, s.cancelled_units, s.open_units,
  s.total_net as announced_net, s.credited_net, s.refused_net, s.short_net, s.cancelled_net, s.open_net
from "return" as r
join (
  select
    return_id, currency, count(distinct return_line) as lines, sum(announced_units) as waiting_units,
    sum(total_units) as total_units, sum(credited_units) as credited_units, sum(refused_units) as refused_units,
    sum(short_units) as short_units, sum(cancelled_units) as cancelled_units,
    sum(replaced_units) as replaced_units, sum(repaired_units) as repaired_units,
    sum(sent_back_units) as sent_back_units, sum(reversed_units) as reversed_units, sum(open_units) as open_units,
    sum(total_net) as total_net, sum(credited_net) as credited_net, sum(refused_net) as refused_net,
    sum(short_net) as short_net, sum(cancelled_net) as cancelled_net, sum(open_net) as open_net
  from line_state
  group by return_id, currency
) as s on s.return_id = r.return_id
where r.retailer = coalesce(:retailer, r.retailer)
order by r.retailer, r.number, s.currency
