-- Counted units, not held against our word yet (schemas/marks.py), of lines that we had not authorised, or whose
-- authorisation had ended when they came: schemas.handling_tables.UNAUTHORISED.
select
  n.movement as inspection, m.return_line, k.retailer, r.returned_on, n.units,
  c.document, c.file, c."offset", c."length",
  (select max(w.expires_on) from authorisation as w where w.return_line = m.return_line and w.outcome = 'authorise') as expired_on
from mark as k
cross join inspection as n
join movement as m on m.movement = n.movement
join return_line as l on l.return_line = m.return_line
join "return" as r on r.return_id = l.return_id
join document as c on c.document = n.receipt_document
where k.kind = 'came' and n.movement = k.subject and n.replaces is null and not exists (
  select 1 from authorisation as w
  where w.return_line = m.return_line and w.outcome = 'authorise' and w.expires_on >= coalesce(
    (select min(x.received_on) from receipt_line as x where x.document = n.receipt_document), c.issued_on, w.expires_on
  )
)
