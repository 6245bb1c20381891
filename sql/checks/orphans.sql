-- Rows that point at rows that are not there: what the foreign keys promise, looked at without trusting them.
-- columns: table_name text, row_key text, what text
select 'allocation' as table_name, c.portion as row_key,
  'no invoice line ' || c.invoice_line as what
from allocation as c
left join invoice_line as p on p.invoice_line = c.invoice_line
where c.invoice_line is not null and p.invoice_line is null
union all
select 'allocation' as table_name, c.portion as row_key,
  'no return line ' || c.return_line as what
from allocation as c
left join return_line as p on p.return_line = c.return_line
where c.return_line is not null and p.return_line is null
union all
select 'answer_line' as table_name, c.document || '|' || c.line_no as row_key,
  'no document ' || c.document as what
from answer_line as c
left join document as p on p.document = c.document
where c.document is not null and p.document is null
union all
select 'assignment' as table_name, c.assignment as row_key,
  'no assignment ' || c.undoes as what
from assignment as c
left join assignment as p on p.assignment = c.undoes
where c.undoes is not null and p.assignment is null
union all
select 'assignment' as table_name, c.assignment as row_key,
  'no invoice line ' || c.invoice_line as what
from assignment as c
left join invoice_line as p on p.invoice_line = c.invoice_line
where c.invoice_line is not null and p.invoice_line is null
union all
select 'assignment' as table_name, c.assignment as row_key,
  'no return line ' || c.return_line as what
from assignment as c
left join return_line as p on p.return_line = c.return_line
where c.return_line is not null and p.return_line is null
union all
select 'authorisation' as table_name, c.authorisation as row_key,
  'no allocation ' || c.portion as what
from authorisation as c
left join allocation as p on p.portion = c.portion
where c.portion is not null and p.portion is null
union all
select 'authorisation' as table_name, c.authorisation as row_key,
  'no authorisation ' || c.answers as what
from authorisation as c
left join authorisation as p on p.authorisation = c.answers
where c.answers is not null and p.authorisation is null
union all
select 'authorisation' as table_name, c.authorisation as row_key,
  'no return line ' || c.return_line as what
from authorisation as c
left join return_line as p on p.return_line = c.return_line
where c.return_line is not null and p.return_line is null
union all
select 'billing_line' as table_name, c.document || '|' || c.line_no as row_key,
  'no document ' || c.document as what
from billing_line as c
left join document as p on p.document = c.document
where c.document is not null and p.document is null
union all
select 'cap_use' as table_name, c.decision || '|' || c.cap as row_key,
  'no decision ' || c.decision as what
from cap_use as c
left join decision as p on p.decision = c.decision
where c.decision is not null and p.decision is null
union all
select 'carton' as table_name, c.carton || '|' || c.return_id as row_key,
  'no return ' || c.return_id as what
from carton as c
left join "return" as p on p.return_id = c.return_id
where c.return_id is not null and p.return_id is null
union all
select 'claim' as table_name, c.return_line as row_key,
  'no document ' || c.document as what
from claim as c
left join document as p on p.document = c.document
where c.document is not null and p.document is null
union all
select 'claim' as table_name, c.return_line as row_key,
  'no return ' || c.return_id as what
from claim as c
left join "return" as p on p.return_id = c.return_id
where c.return_id is not null and p.return_id is null
union all
select 'claim' as table_name, c.return_line as row_key,
  'no return line ' || c.return_line as what
from claim as c
left join return_line as p on p.return_line = c.return_line
where c.return_line is not null and p.return_line is null
union all
select 'claim_evidence' as table_name, c.evidence as row_key,
  'no return line ' || c.return_line as what
from claim_evidence as c
left join return_line as p on p.return_line = c.return_line
where c.return_line is not null and p.return_line is null
union all
select 'credit_intent' as table_name, c.reference as row_key,
  'no credit intent ' || c.reverses as what
from credit_intent as c
left join credit_intent as p on p.reference = c.reverses
where c.reverses is not null and p.reference is null
union all
select 'credit_intent' as table_name, c.reference as row_key,
  'no return ' || c.return_id as what
from credit_intent as c
left join "return" as p on p.return_id = c.return_id
where c.return_id is not null and p.return_id is null
union all
select 'credit_intent_line' as table_name, c.reference || '|' || c.line_no as row_key,
  'no decision ' || c.decision as what
from credit_intent_line as c
left join decision as p on p.decision = c.decision
where c.decision is not null and p.decision is null
union all
select 'credit_intent_line' as table_name, c.reference || '|' || c.line_no as row_key,
  'no invoice line ' || c.invoice_line as what
from credit_intent_line as c
left join invoice_line as p on p.invoice_line = c.invoice_line
where c.invoice_line is not null and p.invoice_line is null
union all
select 'credit_intent_line' as table_name, c.reference || '|' || c.line_no as row_key,
  'no allocation ' || c.portion as what
from credit_intent_line as c
left join allocation as p on p.portion = c.portion
where c.portion is not null and p.portion is null
union all
select 'credit_intent_line' as table_name, c.reference || '|' || c.line_no as row_key,
  'no credit intent ' || c.reference as what
from credit_intent_line as c
left join credit_intent as p on p.reference = c.reference
where c.reference is not null and p.reference is null
union all
select 'credit_intent_line' as table_name, c.reference || '|' || c.line_no as row_key,
  'no return line ' || c.return_line as what
from credit_intent_line as c
left join return_line as p on p.return_line = c.return_line
where c.return_line is not null and p.return_line is null
union all
select 'credit_note' as table_name, c.reference as row_key,
  'no credit intent ' || c.reference as what
from credit_note as c
left join credit_intent as p on p.reference = c.reference
where c.reference is not null and p.reference is null
union all
select 'creditable' as table_name, c.invoice_line as row_key,
  'no invoice line ' || c.invoice_line as what
from creditable as c
left join invoice_line as p on p.invoice_line = c.invoice_line
where c.invoice_line is not null and p.invoice_line is null
union all
select 'decision' as table_name, c.decision as row_key,
  'no allocation ' || c.portion as what
from decision as c
left join allocation as p on p.portion = c.portion
where c.portion is not null and p.portion is null
union all
select 'decision' as table_name, c.decision as row_key,
  'no return line ' || c.return_line as what
from decision as c
left join return_line as p on p.return_line = c.return_line
where c.return_line is not null and p.return_line is null
union all
select 'deduction_line' as table_name, c.document || '|' || c.line_no as row_key,
  'no document ' || c.document as what
from deduction_line as c
left join document as p on p.document = c.document
where c.document is not null and p.document is null
union all
select 'difference' as table_name, c.return_line || '|' || c.kind || '|' || c.receipt_document || '|' || c.receipt_line_no as row_key,
  'no document ' || c.receipt_document as what
from difference as c
left join document as p on p.document = c.receipt_document
where c.receipt_document is not null and p.document is null
union all
select 'difference' as table_name, c.return_line || '|' || c.kind || '|' || c.receipt_document || '|' || c.receipt_line_no as row_key,
  'no return line ' || c.return_line as what
from difference as c
left join return_line as p on p.return_line = c.return_line
where c.return_line is not null and p.return_line is null
union all
select 'document' as table_name, c.document as row_key,
  'no source file ' || c.partner || '|' || c.file as what
from document as c
left join source_file as p on p.partner = c.partner and p.file = c.file
where c.file is not null and p.partner is null
union all
select 'guess' as table_name, c.document || '|' || c.box || '|' || c.rank as row_key,
  'no document ' || c.document as what
from guess as c
left join document as p on p.document = c.document
where c.document is not null and p.document is null
union all
select 'guess' as table_name, c.document || '|' || c.box || '|' || c.rank as row_key,
  'no return ' || c.return_id as what
from guess as c
left join "return" as p on p.return_id = c.return_id
where c.return_id is not null and p.return_id is null
union all
select 'goods_document_line' as table_name, c.movement as row_key,
  'no movement ' || c.movement as what
from goods_document_line as c
left join movement as p on p.movement = c.movement
where c.movement is not null and p.movement is null
union all
select 'goods_document_line' as table_name, c.movement as row_key,
  'no goods document ' || c.reference as what
from goods_document_line as c
left join goods_document as p on p.reference = c.reference
where c.reference is not null and p.reference is null
union all
select 'inspection' as table_name, c.movement as row_key,
  'no inspection ' || c.replaces as what
from inspection as c
left join inspection as p on p.movement = c.replaces
where c.replaces is not null and p.movement is null
union all
select 'inspection' as table_name, c.movement as row_key,
  'no movement ' || c.movement as what
from inspection as c
left join movement as p on p.movement = c.movement
where c.movement is not null and p.movement is null
union all
select 'inspection' as table_name, c.movement as row_key,
  'no allocation ' || c.portion as what
from inspection as c
left join allocation as p on p.portion = c.portion
where c.portion is not null and p.portion is null
union all
select 'inspection' as table_name, c.movement as row_key,
  'no document ' || c.receipt_document as what
from inspection as c
left join document as p on p.document = c.receipt_document
where c.receipt_document is not null and p.document is null
union all
select 'invoice_line' as table_name, c.invoice_line as row_key,
  'no document ' || c.document as what
from invoice_line as c
left join document as p on p.document = c.document
where c.document is not null and p.document is null
union all
select 'credit_part' as table_name, c.reference || '|' || c.person as row_key,
  'no credit intent ' || c.reference as what
from credit_part as c
left join credit_intent as p on p.reference = c.reference
where c.reference is not null and p.reference is null
union all
select 'movement' as table_name, c.movement as row_key,
  'no invoice line ' || c.invoice_line as what
from movement as c
left join invoice_line as p on p.invoice_line = c.invoice_line
where c.invoice_line is not null and p.invoice_line is null
union all
select 'movement' as table_name, c.movement as row_key,
  'no allocation ' || c.portion as what
from movement as c
left join allocation as p on p.portion = c.portion
where c.portion is not null and p.portion is null
union all
select 'movement' as table_name, c.movement as row_key,
  'no return line ' || c.return_line as what
from movement as c
left join return_line as p on p.return_line = c.return_line
where c.return_line is not null and p.return_line is null
union all
select 'notice_line' as table_name, c.document || '|' || c.line_no as row_key,
  'no document ' || c.document as what
from notice_line as c
left join document as p on p.document = c.document
where c.document is not null and p.document is null
union all
select 'order_line' as table_name, c.document || '|' || c.line_no as row_key,
  'no document ' || c.document as what
from order_line as c
left join document as p on p.document = c.document
where c.document is not null and p.document is null
union all
select 'question' as table_name, c.question as row_key,
  'no return ' || c.return_id as what
from question as c
left join "return" as p on p.return_id = c.return_id
where c.return_id is not null and p.return_id is null
union all
select 'pricing' as table_name, c.decision || '|' || c.step as row_key,
  'no decision ' || c.decision as what
from pricing as c
left join decision as p on p.decision = c.decision
where c.decision is not null and p.decision is null
union all
select 'receipt_line' as table_name, c.document || '|' || c.line_no as row_key,
  'no document ' || c.document as what
from receipt_line as c
left join document as p on p.document = c.document
where c.document is not null and p.document is null
union all
select 'recourse' as table_name, c.recourse as row_key,
  'no decision ' || c.decision as what
from recourse as c
left join decision as p on p.decision = c.decision
where c.decision is not null and p.decision is null
union all
select 'recourse' as table_name, c.recourse as row_key,
  'no return line ' || c.return_line as what
from recourse as c
left join return_line as p on p.return_line = c.return_line
where c.return_line is not null and p.return_line is null
union all
select 'replacement_order' as table_name, c.reference as row_key,
  'no movement ' || c.movement as what
from replacement_order as c
left join movement as p on p.movement = c.movement
where c.movement is not null and p.movement is null
union all
select 'replacement_order' as table_name, c.reference as row_key,
  'no return line ' || c.return_line as what
from replacement_order as c
left join return_line as p on p.return_line = c.return_line
where c.return_line is not null and p.return_line is null
union all
select 'resolution' as table_name, c.return_line || '|' || c.kind || '|' || c.receipt_document || '|' || c.receipt_line_no || '|' || c.turn as row_key,
  'no document ' || c.receipt_document as what
from resolution as c
left join document as p on p.document = c.receipt_document
where c.receipt_document is not null and p.document is null
union all
select 'resolution' as table_name, c.return_line || '|' || c.kind || '|' || c.receipt_document || '|' || c.receipt_line_no || '|' || c.turn as row_key,
  'no return line ' || c.other_line as what
from resolution as c
left join return_line as p on p.return_line = c.other_line
where c.other_line is not null and p.return_line is null
union all
select 'resolution' as table_name, c.return_line || '|' || c.kind || '|' || c.receipt_document || '|' || c.receipt_line_no || '|' || c.turn as row_key,
  'no question ' || c.question as what
from resolution as c
left join question as p on p.question = c.question
where c.question is not null and p.question is null
union all
select 'resolution' as table_name, c.return_line || '|' || c.kind || '|' || c.receipt_document || '|' || c.receipt_line_no || '|' || c.turn as row_key,
  'no return line ' || c.return_line as what
from resolution as c
left join return_line as p on p.return_line = c.return_line
where c.return_line is not null and p.return_line is null
union all
select 'return' as table_name, c.return_id as row_key,
  'no document ' || c.document as what
from "return" as c
left join document as p on p.document = c.document
where c.document is not null and p.document is null
union all
select 'return_line' as table_name, c.return_line as row_key,
  'no document ' || c.document as what
from return_line as c
left join document as p on p.document = c.document
where c.document is not null and p.document is null
union all
select 'return_line' as table_name, c.return_line as row_key,
  'no return ' || c.return_id as what
from return_line as c
left join "return" as p on p.return_id = c.return_id
where c.return_id is not null and p.return_id is null
union all
select 'reversal_line' as table_name, c.reference || '|' || c.line_no as row_key,
  'no allocation ' || c.portion as what
from reversal_line as c
left join allocation as p on p.portion = c.portion
where c.portion is not null and p.portion is null
union all
select 'reversal_line' as table_name, c.reference || '|' || c.line_no as row_key,
  'no credit intent line ' || c.of_reference || '|' || c.of_line_no as what
from reversal_line as c
left join credit_intent_line as p on p.reference = c.of_reference and p.line_no = c.of_line_no
where p.reference is null
union all
select 'reversal_line' as table_name, c.reference || '|' || c.line_no as row_key,
  'no credit intent ' || c.reference as what
from reversal_line as c
left join credit_intent as p on p.reference = c.reference
where c.reference is not null and p.reference is null
union all
select 'reversal_line' as table_name, c.reference || '|' || c.line_no as row_key,
  'no document ' || c.cause as what
from reversal_line as c
left join document as p on p.document = c.cause
where c.cause is not null and p.document is null
union all
select 'reversal_line' as table_name, c.reference || '|' || c.line_no as row_key,
  'no invoice line ' || c.invoice_line as what
from reversal_line as c
left join invoice_line as p on p.invoice_line = c.invoice_line
where c.invoice_line is not null and p.invoice_line is null
union all
select 'reversal_line' as table_name, c.reference || '|' || c.line_no as row_key,
  'no return line ' || c.return_line as what
from reversal_line as c
left join return_line as p on p.return_line = c.return_line
where c.return_line is not null and p.return_line is null
union all
select 'routing' as table_name, c.routing as row_key,
  'no allocation ' || c.portion as what
from routing as c
left join allocation as p on p.portion = c.portion
where c.portion is not null and p.portion is null
union all
select 'routing' as table_name, c.routing as row_key,
  'no inspection ' || c.inspection as what
from routing as c
left join inspection as p on p.movement = c.inspection
where c.inspection is not null and p.movement is null
union all
select 'routing' as table_name, c.routing as row_key,
  'no outbound message ' || c.message as what
from routing as c
left join outbound_message as p on p.key = c.message
where c.message is not null and p.key is null
union all
select 'routing' as table_name, c.routing as row_key,
  'no return line ' || c.return_line as what
from routing as c
left join return_line as p on p.return_line = c.return_line
where c.return_line is not null and p.return_line is null
union all
select 'sale_cancelled' as table_name, c.invoice_line as row_key,
  'no document ' || c.document as what
from sale_cancelled as c
left join document as p on p.document = c.document
where c.document is not null and p.document is null
union all
select 'settlement' as table_name, c.decision || '|' || c.document || '|' || c.line_no as row_key,
  'no decision ' || c.decision as what
from settlement as c
left join decision as p on p.decision = c.decision
where c.decision is not null and p.decision is null
union all
select 'settlement' as table_name, c.decision || '|' || c.document || '|' || c.line_no as row_key,
  'no document ' || c.document as what
from settlement as c
left join document as p on p.document = c.document
where c.document is not null and p.document is null
union all
select 'shipment_line' as table_name, c.document || '|' || c.line_no as row_key,
  'no document ' || c.document as what
from shipment_line as c
left join document as p on p.document = c.document
where c.document is not null and p.document is null
order by table_name, row_key, what
