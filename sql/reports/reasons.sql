-- Why items come back: units and net money by retailer, item and reason, and what became of them.
-- columns: retailer text, gtin text, vendor_item text, description text, reason text, currency text, lines int,
-- columns: announced_units int, credited_units int, refused_units int, open_units int, announced_net int,
-- columns: credited_net int
select
  s.retailer, s.gtin, t.vendor_item, t.description, l.reason, s.currency, count(distinct s.return_line) as lines,
  sum(s.total_units) as announced_units, sum(s.credited_units) as credited_units,
  sum(s.refused_units) as refused_units, sum(s.open_units) as open_units, sum(s.total_net) as announced_net,
  sum(s.credited_net) as credited_net
from line_state as s
join return_line as l on l.return_line = s.return_line
left join item as t on t.gtin = s.gtin
where s.retailer = coalesce(:retailer, s.retailer)
group by s.retailer, s.gtin, t.vendor_item, t.description, l.reason, s.currency
order by s.retailer, announced_units desc, s.gtin, l.reason, s.currency
