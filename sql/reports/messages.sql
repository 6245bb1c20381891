-- Answers to partners, sent and waiting, with the file they answer and the file that answers them.
-- columns: partner text, channel text, kind text, name text, control int, state text, answers_to text, key text,
-- columns: in_answer_to text, answered_by text
select
  m.partner, m.channel, m.kind, m.name, m.control, m.state, f.name as answers_to, m.key, m.in_answer_to,
  b.name as answered_by
from outbound_message as m
left join source_file as f on f.partner = m.partner and f.file = m.in_answer_to
left join source_file as b on b.partner = m.partner and b.file = m.answered_by
where m.partner = coalesce(:partner, m.partner) and m.state = coalesce(:state, m.state)
order by m.partner, m.channel, m.control, m.name, m.key
