-- Announced units on which we gave no word yet, or asked a person: schemas.handling_tables.WAITING. Where it says
-- `cross join`, the tables are looked up in this order: from the marks on (schemas/marks.py), never through all movements.
select
  w.portion, w.return_line, w.return_id, w.retailer, w.number, w.document, w.line_no,
  w.units, w.net_minor, w.tax_minor, w.currency,
  w.gtin, t.vendor_item, w.reason, w.disposition, w.returned_on,
  w.invoice_line, i.sold_on,
  (select min(s.shipped_on) from shipment_line as s where s.po_number = i.po_number and s.gtin = i.gtin) as shipped_on,
  w.unplaced,
  exists (
    select 1 from authorisation as g
    where g.return_line = w.return_line and g.portion <> w.portion and g.outcome = 'authorise'
  ) as given,
  (select count(*) from authorisation as g where g.portion = w.portion) as said,
  q.authorisation as asked,
  d.due_on as asked_by
from (
  select
    a.portion, l.return_line, l.return_id, k.retailer, r.number, l.document, l.line_no, l.gtin, l.reason, l.disposition,
    r.returned_on, a.invoice_line, a.unplaced, a.currency,
    (
      select sum(case when m.to_bucket = 'announced' then m.units else -m.units end) from movement as m
      where m.portion = a.portion and (m.to_bucket = 'announced' or m.from_bucket = 'announced')
    ) as units,
    (
      select sum(case when m.to_bucket = 'announced' then m.net_minor else -m.net_minor end) from movement as m
      where m.portion = a.portion and (m.to_bucket = 'announced' or m.from_bucket = 'announced')
    ) as net_minor,
    (
      select sum(case when m.to_bucket = 'announced' then m.tax_minor else -m.tax_minor end) from movement as m
      where m.portion = a.portion and (m.to_bucket = 'announced' or m.from_bucket = 'announced')
    ) as tax_minor
  from mark as k
  cross join allocation as a
  cross join return_line as l
  cross join "return" as r
  where k.kind = 'open' and a.portion = k.subject and l.return_line = a.return_line and l.origin = 'notice'
    and r.return_id = l.return_id
    and (
      not exists (select 1 from authorisation as g where g.portion = a.portion)
      or exists (select 1 from asked as g where g.portion = a.portion)
    )
) as w
left join item as t on t.gtin = w.gtin
left join invoice_line as i on i.invoice_line = w.invoice_line
left join asked as q on q.portion = w.portion
left join due_event as d on d.subject = w.return_line and d.event = 'authorisation' and q.authorisation is not null
where w.units > 0
