-- Files by partner and state, and the documents in them by state: received is waiting to be processed.
-- columns: partner text, files int, received int, processed int, quarantined int, documents int, accepted int,
-- columns: duplicate int, held int, documents_quarantined int
select
  f.partner, f.files, f.received, f.processed, f.quarantined,
  coalesce(d.documents, 0) as documents, coalesce(d.accepted, 0) as accepted, coalesce(d.duplicate, 0) as duplicate,
  coalesce(d.held, 0) as held, coalesce(d.quarantined, 0) as documents_quarantined
from (
  select
    partner, count(*) as files, sum(case when state = 'received' then 1 else 0 end) as received,
    sum(case when state = 'processed' then 1 else 0 end) as processed,
    sum(case when state = 'quarantined' then 1 else 0 end) as quarantined
  from source_file group by partner
) as f
left join (
  select
    partner, count(*) as documents, sum(case when state = 'accepted' then 1 else 0 end) as accepted,
    sum(case when state = 'duplicate' then 1 else 0 end) as duplicate,
    sum(case when state = 'held' then 1 else 0 end) as held,
    sum(case when state = 'quarantined' then 1 else 0 end) as quarantined
  from document group by partner
) as d on d.partner = f.partner
order by f.partner
