-- Answers to partners, sent and waiting, with the file they answer.
-- columns: partner text, channel text, kind text, name text, control int, state text, answers_to text, key text,
-- columns: in_answer_to text
select
  m.partner, m.channel, m.kind, m.name, m.control, m.state, f.name as answers_to, m.key, m.in_answer_to
from outbound_message as m
left join source_file as f on f.partner = m.partner and f.file = m.in_answer_to
where m.partner = coalesce(:partner, m.partner) and m.state = coalesce(:state, m.state)
order by m.partner, m.channel, m.control, m.name, m.key
