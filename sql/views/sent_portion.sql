-- Announced or authorised units whose return or carton a shipment message names: schemas.handling_tables.SENT, with the
-- partner that sent the message. A carton names its lines; a return's number or that of its authorisation names all.
select
  e.partner, e.portion, e.return_line, e.retailer, e.invoice_line, e.units, e.net_minor, e.tax_minor, e.currency,
  case when e.authorised_units > 0 then 'authorised' else 'announced' end as bucket, e.document
from (
  select n.partner, n.retailer, n.return_line, n.document, a.portion, a.invoice_line, a.currency,
    (
      select sum(case when m.to_bucket in ('announced', 'authorised') then m.units else 0 end)
        - sum(case when m.from_bucket in ('announced', 'authorised') then m.units else 0 end)
      from movement as m where m.portion = a.portion
    ) as units,
    (
      select sum(case when m.to_bucket in ('announced', 'authorised') then m.net_minor else 0 end)
        - sum(case when m.from_bucket in ('announced', 'authorised') then m.net_minor else 0 end)
      from movement as m where m.portion = a.portion
    ) as net_minor,
    (
      select sum(case when m.to_bucket in ('announced', 'authorised') then m.tax_minor else 0 end)
        - sum(case when m.from_bucket in ('announced', 'authorised') then m.tax_minor else 0 end)
      from movement as m where m.portion = a.portion
    ) as tax_minor,
    (
      select sum(case when m.to_bucket in ('authorised') then m.units else 0 end)
        - sum(case when m.from_bucket in ('authorised') then m.units else 0 end)
      from movement as m where m.portion = a.portion
    ) as authorised_units
  from (
    select d.partner, l.retailer, l.return_line, d.document
    from document as d
    join shipment_line as s on s.document = d.document
    join return_line as l on l.carton = s.carton
    where d.kind = 'shipment' and d.state = 'accepted'
    union
    select d.partner, l.retailer, l.return_line, d.document
    from document as d
    join shipment_line as s on s.document = d.document
    join "return" as r on r.number = s.delivery_note or r.number = s.po_number
    join return_line as l on l.return_id = r.return_id
    where d.kind = 'shipment' and d.state = 'accepted'
    union
    select d.partner, l.retailer, l.return_line, d.document
    from document as d
    join shipment_line as s on s.document = d.document
    join authorisation as w on w.number = s.delivery_note or w.number = s.po_number
    join return_line as l on l.return_line = w.return_line
    where d.kind = 'shipment' and d.state = 'accepted'
  ) as n
  join allocation as a on a.return_line = n.return_line
) as e
where e.units > 0
