-- Our word on announced units moved them to where it says, and a word that was left to a person moved nothing.
-- columns: table_name text, row_key text, what text
select 'authorisation' as table_name, w.authorisation as row_key,
  w.outcome || ' of ' || w.units || ' units; moved ' || coalesce(sum(m.units), 0) as what
from authorisation as w
left join movement as m on m.portion = w.portion and m.cause = w.authorisation and m.to_bucket = case w.outcome
    when 'authorise' then 'authorised' when 'refuse' then 'refused' when 'keep' then 'kept' when 'dispose' then 'disposed'
    else m.to_bucket end
group by w.authorisation, w.outcome, w.units
having (w.outcome <> 'ask' and coalesce(sum(m.units), 0) <> w.units) or (w.outcome = 'ask' and count(m.movement) > 0)
order by row_key
