-- Announced against received, of one retailer or all: schemas.tables.TOLD_DIFFERENCES.
-- columns: retailer text, return_id text, number text, return_line text, store text, gtin text, description text,
-- columns: kind text, units int, net_minor int, currency text, carton text, reason text, announced_item int,
-- columns: came_before int, counted_before int, receipt_number text, receipt_document text, receipt_line_no int, received_on day
select
  retailer, return_id, number, return_line, store, gtin, description, kind, units, net_minor, currency, carton,
  reason, announced_item, came_before, counted_before, receipt_number, receipt_document, receipt_line_no, received_on
from told_difference
where retailer = coalesce(:retailer, retailer)
order by retailer, number, return_line, kind, receipt_document, receipt_line_no
