-- Words on announced units that were left to a person and that nobody said yet.
select q.authorisation, q.portion, q.return_line, q.units, q.rule, q.because, q.at
from authorisation as q
where q.outcome = 'ask' and not exists (select 1 from authorisation as x where x.answers = q.authorisation)
