-- What was wrong in partners' files, by partner and code.
-- columns: partner text, severity text, code text, findings int, files int, documents int, first_at moment,
-- columns: last_at moment
select
  partner, severity, code, count(*) as findings, count(distinct file) as files,
  count(distinct document) as documents, min(found_at) as first_at, max(found_at) as last_at
from finding
where partner = coalesce(:partner, partner)
group by partner, severity, code
order by partner, findings desc, code
