-- How much there is in the store. A line is placed when a part of it stands on an invoice line.
-- columns: files int, documents int, return_lines int, placed_lines int, credit_notes int
select
  (select count(*) from source_file) as files,
  (select count(*) from document) as documents,
  (select count(*) from return_line) as return_lines,
  (
    select count(distinct a.return_line) from allocation as a
    where a.invoice_line is not null and a.units > (
      select coalesce(sum(m.units), 0) from movement as m where m.portion = a.portion and m.to_bucket = 'moved'
    )
  ) as placed_lines,
  (select count(*) from credit_note) as credit_notes
