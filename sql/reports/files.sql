-- Every file that arrived, with what came of it. arrivals: how often these bytes came.
-- columns: partner text, file text, name text, size int, arrived_at moment, state text, standard text, arrivals int,
-- columns: unarchived int, documents int, quarantined int, findings int
select
  f.partner, f.file, f.name, f.size, f.arrived_at, f.state, f.standard, coalesce(a.arrivals, 0) as arrivals,
  coalesce(a.unarchived, 0) as unarchived, coalesce(d.documents, 0) as documents,
  coalesce(d.quarantined, 0) as quarantined, coalesce(n.findings, 0) as findings
from source_file as f
left join (
  select partner, file, count(*) as arrivals, sum(case when archived then 0 else 1 end) as unarchived
  from arrival group by partner, file
) as a on a.partner = f.partner and a.file = f.file
left join (
  select partner, file, count(*) as documents, sum(case when state = 'quarantined' then 1 else 0 end) as quarantined
  from document group by partner, file
) as d on d.partner = f.partner and d.file = f.file
left join (
  select partner, file, count(*) as findings from finding group by partner, file
) as n on n.partner = f.partner and n.file = f.file
where f.partner = coalesce(:partner, f.partner)
order by f.partner, f.arrived_at, f.name, f.file
