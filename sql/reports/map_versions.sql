-- Versions of mappings, oldest first within their mapping, and how many documents each has read.
-- columns: partner text, map text, version text, state text, first_seen_at moment, promoted_at moment,
-- columns: promoted_by text, note text, documents int
select
  v.partner, v.map, v.version, v.state, v.first_seen_at, v.promoted_at, v.promoted_by, v.note,
  (select count(*) from document as d where d.partner = v.partner and d.rule_version = v.version) as documents
from map_version as v
where v.partner = coalesce(:partner, v.partner)
order by v.partner, v.map, v.first_seen_at, v.version
