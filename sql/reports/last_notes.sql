-- The last credit notes that were posted, the newest day first; a hundred unless `most` says how many.
-- columns: reference text, number text, draft_id text, posted_on day, currency text, net_minor int, tax_minor int,
-- columns: document_digest text
select n.reference, n.number, n.draft_id, n.posted_on, n.currency, n.net_minor, n.tax_minor, n.document_digest
from credit_note as n
order by n.posted_on desc, n.number desc
limit coalesce(cast(:most as integer), 100)
