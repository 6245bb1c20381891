-- Instructions to warehouses, and whether they were confirmed: by an acknowledgement of the message, or by an answer that
-- names its number and does not refuse it.
select
  m.key, m.partner, m.control, m.state,
  (m.state = 'acknowledged' or exists (
    select 1 from answer_line as a
    join document as d on d.document = a.document and d.state = 'accepted'
    where d.partner = m.partner and a.request_number = 'IN' || cast(m.control as varchar)
      and coalesce(a.verdict, 'accepted') = 'accepted'
  )) as confirmed
from outbound_message as m
where m.kind = 'instruction'
