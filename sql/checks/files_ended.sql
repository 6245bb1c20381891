-- Every file that arrived is kept once for its partner, and is waiting, processed or quarantined.
-- columns: table_name text, row_key text, what text
select 'source_file' as table_name, partner || '|' || file as row_key, 'unknown state ' || state as what
from source_file
where state not in ('received', 'processed', 'quarantined')
union all
select 'arrival', a.arrival, 'no file ' || a.file || ' of ' || a.partner || ' is kept'
from arrival as a
left join source_file as f on f.partner = a.partner and f.file = a.file
where f.file is null
union all
select 'source_file', f.partner || '|' || f.file, 'no arrival tells where it came from'
from source_file as f
left join arrival as a on a.partner = f.partner and a.file = f.file
where a.arrival is null
union all
select 'document', d.document, 'read from a file that is still waiting'
from document as d
join source_file as f on f.partner = d.partner and f.file = d.file
where f.state = 'received'
order by table_name, row_key
