-- How much there is in the store. A line is placed when a part of it stands on an invoice line.
-- columns: files int, documents int, return_lines int, placed_lines int, credit_notes int
select
  (select count(*) from source_file) as files,
  (select count(*) from document) as documents,
  (select count(*) from return_line) as return_lines,
  (select count(distinct return_line) from allocation where invoice_line is not null) as placed_lines,
  (select count(*) from credit_note) as credit_notes
