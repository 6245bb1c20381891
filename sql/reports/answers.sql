-- What partners say of our answers to them: how many wait, are sent, acknowledged or rejected.
-- columns: partner text, kind text, messages int, pending int, sent int, acknowledged int, rejected int
select
  partner, kind, count(*) as messages,
  sum(case when state = 'pending' then 1 else 0 end) as pending,
  sum(case when state = 'sent' then 1 else 0 end) as sent,
  sum(case when state = 'acknowledged' then 1 else 0 end) as acknowledged,
  sum(case when state = 'rejected' then 1 else 0 end) as rejected
from outbound_message
group by partner, kind
order by partner, kind
