-- What should have happened before this day (:today) and is still awaited. A receipt is met when nothing of its return
-- is still announced, an acknowledgement when the partner has acknowledged or rejected our message.
-- columns: partner text, event text, subject text, due_on day, units int, net_minor int, currency text
select d.partner, d.event, d.subject, d.due_on, s.units, s.net_minor, s.currency
from due_event as d
left join (
  select return_id, currency, sum(announced_units) as units, sum(announced_net) as net_minor
  from line_state group by return_id, currency
) as s on s.return_id = d.subject
left join outbound_message as m on m.key = d.subject
where not d.met and d.due_on < :today and (d.event <> 'receipt' or s.units > 0)
  and (d.event <> 'acknowledgement' or m.state in ('pending', 'sent'))
order by d.due_on, d.partner, d.subject, d.event
