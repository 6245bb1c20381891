-- The versions of a partner's mappings that its documents were read by, recorded or not.
-- columns: version text, documents int
select d.rule_version as version, count(*) as documents
from document as d
where d.partner = :partner
group by d.rule_version
order by d.rule_version
