-- Counted units of which something may differ, of one retailer or all: schemas.tables.COUNTED_UNITS.
-- columns: retailer text, return_id text, number text, return_line text, origin text, store text, gtin text,
-- columns: description text, carton text, reason text, condition text, units int, net_minor int, currency text,
-- columns: unplaced text, due_on day, cause text, receipt_number text, receipt_document text, received_on day
select
  retailer, return_id, number, return_line, origin, store, gtin, description, carton, reason, condition, units,
  net_minor, currency, unplaced, due_on, cause, receipt_number, receipt_document, received_on
from counted_unit
where retailer = coalesce(:retailer, retailer)
order by retailer, number, return_line, receipt_document, cause, condition, movement
