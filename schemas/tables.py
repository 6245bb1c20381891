"""Open this when you ask what a table between two steps looks like: the canonical Arrow tables, one definition each.

Conventions, held by every table:

- ``file`` is the sha256 of the file in the vault; ``offset`` and ``length`` are bytes in it: the place of the row.
- money is an integer of minor units (``_minor``) of the row's ISO 4217 ``currency``; unit prices stay decimal text.
- ``units`` are whole numbers of the item's base unit; the raw quantity and unit stand beside them as text.
- ids are text and derived from the business fact, so that the same archive gives the same ids again.
- GTINs are 14 digits. Days are calendar days in the partner's zone.
"""

import pyarrow as pa

_T, _I, _D, _B = pa.string(), pa.int64(), pa.date32(), pa.bool_()
_ORDERS = pa.list_(pa.struct([("po_number", _T), ("po_line", _T)]))


def _table(means: str, /, **columns: pa.DataType | tuple[pa.DataType, str]) -> pa.Schema:
    """A schema whose fields carry their unit or meaning as metadata."""
    fields = []
    for name, spec in columns.items():
        kind, note = spec if isinstance(spec, tuple) else (spec, "")
        fields.append(pa.field(name, kind, metadata={"note": note} if note else None))
    return pa.schema(fields, metadata={"means": means})


FINDINGS = _table(
    "what is wrong, where, one row a finding",
    code=_T, severity=_T, file=_T, offset=_I, length=_I, path=_T, document=_T, line_no=_I, detail=_T,
)  # fmt: skip

ACKNOWLEDGED = _table(
    "what a partner says of what we sent, one row an interchange, group, message or document answered",
    file=_T, offset=_I, length=_I,
    standard=(_T, "x12 or edifact"),
    kind=(_T, "997, 999, TA1, CONTRL, 824 or APERAK"),
    level=(_T, "interchange, group, message or document"),
    interchange_control=(_T, "ours, as the partner writes it; null when it does not"),
    group_control=(_T, "ours"), message_control=(_T, "ours"),
    reference=(_T, "the number of the document answered, or the type of the message"),
    verdict=(_T, "accepted, remarked (accepted, errors noted) or rejected"),
    codes=(_T, "the answer's own codes, with blanks between them"),
    places=(_T, "segments, elements, lines and texts, in words"),
)  # fmt: skip

DOCUMENTS = _table(
    "one row a business document read from a file",
    document=(_T, "id: file digest (12) and index of the message in the file"),
    file=_T,
    offset=_I,
    length=_I,
    partner=(_T, "the partner whose channel and map it is"),
    kind=(_T, "notice, receipt, sales, order, shipment, invoice, deduction or answer"),
    standard=(_T, "x12, edifact, delimited, fixed, workbook, xml or json"),
    message_type=(_T, "180, 944, RETANN, RECADV; the map's name for tables, the root's name for XML"),
    interchange_control=_T,
    group_control=_T,
    message_control=_T,
    number=(_T, "the business key: BGN02, BGM 1004, W1703, a column"),
    purpose=(_T, "original, cancel, replace, copy"),
    issued_on=_D,
    rule_version=(_T, "content hash of the map that read it"),
)

NOTICE_LINES = _table(
    "what the retailer says comes back, one row a line",
    document=_T, line_no=_I, file=_T, offset=_I, length=_I,
    store=(_T, "the partner's own number of the shop"),
    gtin=(_T, "14 digits, or null"),
    vendor_item=_T, buyer_item=_T,
    style=_T, colour=_T, size=_T,
    quantity_raw=_T, unit_raw=_T,
    units=(_I, "base units; null when the raw quantity is unusable"),
    po_number=(_T, "the purchase order stated for this line"), po_line=_T,
    header_po=(_T, "the purchase order stated for the return as a whole"),
    invoice_number=_T, delivery_note=_T,
    reason=(_T, "code of mappings/codes/reasons.csv"),
    disposition=(_T, "return, keep, dispose, repair, hold"),
    carton=(_T, "SSCC of 18 digits, or another label"),
    unit_price=(_T, "decimal text, as stated"),
    currency=_T,
)  # fmt: skip

RECEIPT_LINES = _table(
    "what the warehouse counted, one row a line and condition",
    document=_T, line_no=_I, file=_T, offset=_I, length=_I,
    retailer=(_T, "who sent the box, as the warehouse names it; null when unknown"),
    notice_number=(_T, "the return the box belongs to, as the warehouse reads it; null when unannounced"),
    store=_T,
    received_on=_D,
    po_number=(_T, "the purchase order stated for this line"), po_line=_T,
    header_po=(_T, "the purchase order stated for the receipt as a whole"),
    gtin=_T, vendor_item=_T, buyer_item=_T,
    quantity_raw=_T, unit_raw=_T, units=_I,
    condition=(_T, "sellable, damaged, ...: code of mappings/codes/conditions.csv"),
    carton=_T,
    complete=(pa.bool_(), "true: the box was counted in full, what is not here did not come"),
)  # fmt: skip

SALE_LINES = _table(
    "what was ordered and invoiced, one row an invoice line",
    document=_T, line_no=_I, file=_T, offset=_I, length=_I,
    company=(_T, "our selling entity"),
    retailer=(_T, "partner id of the customer"),
    store=_T, invoice_number=_T, invoice_line=_T, po_number=_T, po_line=_T, delivery_note=_T, sold_on=_D,
    gtin=_T, vendor_item=_T, description=_T,
    units=_I, unit_price=_T,
    net_minor=(_I, "line total without tax"),
    tax_minor=(_I, "tax of the line"),
    tax_category=(_T, "EN 16931 VAT category: S, Z, E, AE, K, G, O"),
    tax_rate=(_T, "per cent, decimal text"),
    currency=_T,
)  # fmt: skip

ORDER_LINES = _table(
    "what a retailer orders or changes, one row a line and store",
    document=_T, line_no=_I, file=_T, offset=_I, length=_I,
    po_number=_T, po_line=_T,
    action=(_T, "add, change, cancel; null in a new order"),
    store=_T, gtin=_T, vendor_item=_T, buyer_item=_T, description=_T,
    component_gtin=(_T, "an item that the assortment of this row holds; units are those in one of it"),
    quantity_raw=_T, unit_raw=_T, units=_I,
    unit_price=_T, currency=_T,
    requested_on=_D,
)  # fmt: skip

SHIPMENT_LINES = _table(
    "what was sent, one row a line and carton",
    document=_T, line_no=_I, file=_T, offset=_I, length=_I,
    store=(_T, "where it goes"), po_number=_T, po_line=_T, invoice_number=_T, delivery_note=_T,
    gtin=_T, vendor_item=_T, buyer_item=_T,
    quantity_raw=_T, unit_raw=_T, units=_I,
    carton=_T, lot=_T,
    shipped_on=_D, delivered_on=(_D, "when the retailer got it, or will"),
)  # fmt: skip

INVOICE_LINES = _table(
    "what was invoiced or credited by message, one row a line",
    document=_T, line_no=_I, file=_T, offset=_I, length=_I,
    bill=(_T, "invoice or credit"),
    invoice_number=_T, invoice_line=_T,
    corrects=(_T, "the invoice that a credit note corrects"),
    retailer=(_T, "the buyer, as the message names it"), store=_T,
    po_number=_T, po_line=_T, delivery_note=_T,
    gtin=_T, vendor_item=_T, buyer_item=_T, description=_T,
    quantity_raw=_T, unit_raw=_T, units=_I,
    unit_price=_T,
    net_minor=(_I, "line total without tax"), tax_minor=_I, tax_rate=_T, currency=_T,
    invoiced_on=_D,
)  # fmt: skip

DEDUCTION_LINES = _table(
    "what a retailer takes from, or adds to, what it pays, one row an amount",
    document=_T, line_no=_I, file=_T, offset=_I, length=_I,
    reference=(_T, "the retailer's number of the debit or credit memo"),
    invoice_number=_T, po_number=_T,
    return_number=(_T, "the return or authorisation that it is for"),
    store=_T,
    reason=(_T, "code of mappings/codes/deductions.csv"),
    gtin=_T, vendor_item=_T, buyer_item=_T,
    quantity_raw=_T, unit_raw=_T, units=_I, unit_price=_T,
    amount_minor=(_I, "negative: taken from us"),
    currency=_T,
    paid_on=_D,
)  # fmt: skip

ANSWER_LINES = _table(
    "what a partner answers to a request or an order, one row a line",
    document=_T, line_no=_I, file=_T, offset=_I, length=_I,
    request_number=(_T, "the document that is answered"),
    authorisation=(_T, "RMA number"),
    verdict=(_T, "accepted, changed, refused, backordered: code of mappings/codes/verdicts.csv"),
    po_number=_T, po_line=_T, invoice_number=_T, store=_T,
    gtin=_T, vendor_item=_T, buyer_item=_T,
    ordered_gtin=(_T, "the item that was ordered, where another is answered"),
    quantity_raw=_T, unit_raw=_T, units=_I,
    disposition=_T, reason=_T,
)  # fmt: skip

ITEM_LINES = _table(
    "what our item list says of an article, one row a fact",
    document=_T, line_no=_I, file=_T, offset=_I, length=_I,
    gtin=_T, vendor_item=_T, description=_T,
    style=_T, colour=_T, size=_T,
    retailer=(_T, "partner id of whose number the buyer's is; null: everybody's"), buyer_item=_T,
    replaces_gtin=(_T, "an item in whose place this one is shipped"),
    component_gtin=(_T, "an item that this case or assortment holds"),
    quantity_raw=_T, unit_raw=_T,
    units=(_I, "how many of the component"),
)  # fmt: skip

CLAIMS = _table(
    "units that look for an invoice line, one row a return line",
    return_line=_T, return_id=_T, retailer=_T, store=_T,
    gtin=(_T, "the item, resolved"),
    units=_I,
    returned_on=_D,
    po_number=_T, po_line=_T, invoice_number=_T, delivery_note=_T, unit_price=_T,
    header_po=(_T, "the purchase order stated for the return as a whole"),
    packed_for=(_ORDERS, "orders and order lines that our dispatch advice packed in this carton with this item"),
    assigned=(_T, "the invoice line that a person named"),
)  # fmt: skip

SUPPLY = _table(
    "what was sold and is not yet taken by a return, one row an invoice line",
    invoice_line=(_T, "id: company/invoice/line"),
    company=_T, retailer=_T, store=_T, gtin=_T, invoice_number=_T, po_number=_T, po_line=_T, delivery_note=_T,
    sold_on=_D,
    unit_price=_T, currency=_T,
    units=(_I, "sold"), net_minor=(_I, "sold"), tax_minor=(_I, "sold"),
    units_taken=(_I, "reserved or credited by earlier returns"), net_taken=_I, tax_taken=_I,
)  # fmt: skip

ALLOCATIONS = _table(
    "portions: units of a return line on an invoice line, or on none",
    portion=(_T, "id: return line and a counter, r/.../1#1"),
    return_line=_T,
    invoice_line=(_T, "null when nothing fits"),
    units=_I, net_minor=_I, tax_minor=_I, currency=_T,
    evidence=(_T, "the strongest kind of schemas.evidence that holds; `none` when not placed"),
    rank=(_I, "its place in the policy's order of evidence; 0 is the strongest"),
    held=(_T, "all kinds that hold, strongest first, with commas between"),
    repair=(_T, "how the stated reference was repaired, in words, or null"),
    runner_up=(_T, "the next best invoice line, or null"),
    runner_up_held=(_T, "the kinds of evidence that hold for the runner-up, or null"),
    spread_low=(_I, "lowest credit (net and tax) that an equally good placement gives these units"),
    spread_high=(_I, "highest"),
    spread_currency=(_T, "another currency in which an equally good placement would credit, or null"),
    unplaced=(_T, "finding code that says why nothing fits, or null"),
    nearest=(_T, "up to three invoice lines that come nearest to units without a sale, with blanks between, or null"),
)  # fmt: skip

MOVEMENTS = _table(
    "units and money between buckets, append-only",
    movement=(_T, "id: portion>bucket@cause"),
    portion=_T, return_line=_T, invoice_line=_T,
    units=_I, net_minor=_I, tax_minor=_I, currency=_T,
    from_bucket=_T, to_bucket=_T,
    cause=(_T, "document id, decision id or intent reference that caused it"),
    rule_version=_T,
)  # fmt: skip

OPEN_PORTIONS = _table(
    "what is not finished, one row a portion, with the balances of its buckets",
    portion=_T, return_line=_T, return_id=_T, retailer=_T, number=_T, store=_T, gtin=_T, carton=_T,
    disposition=_T, reason=_T, returned_on=_D, origin=(_T, "notice or dock"),
    invoice_line=_T, company=_T, currency=_T, evidence=_T, rank=_I, spread_low=_I, spread_high=_I, sold_on=_D,
    unplaced=_T,
    announced_units=(_I, "not come yet"), announced_net=_I, announced_tax=_I,
    expected_in=(_T, "where units that have not come are: announced, authorised or in_transit"),
    received_units=_I, received_net=_I, received_tax=_I,
    accepted_units=_I, accepted_net=_I, accepted_tax=_I,
)  # fmt: skip

DECIDED_COUNTS = _table(
    "counted units that were decided, one row an inspection",
    receipt_document=_T, cause=(_T, "the receipt's line that counted them in"),
    return_line=_T, gtin=_T, condition=_T, units=_I, decision=_T, outcome=_T,
)  # fmt: skip

INSPECTIONS = _table(
    "received units by condition, one row a movement into `received`",
    movement=_T, portion=_T, units=_I, condition=_T, receipt_document=_T,
    replaces=(_T, "the inspection of the same units before they were placed anew"),
)  # fmt: skip

PARCELS = _table(
    "units that may be placed anew, one row an inspection, or what is still announced of a portion",
    retailer=_T, gtin=_T, return_id=_T, return_line=_T, portion=_T, invoice_line=_T,
    portion_units=(_I, "all units of the portion, finished ones too"),
    bucket=(_T, "announced (not come yet), received, refused (only for want of a sale), or short, where a return is "
                "counted again"),
    expected_in=(_T, "where units of its portion are or were before they came: announced, authorised or in_transit"),
    inspection=(_T, "the movement into `received`; null when they were not counted in"),
    condition=_T, receipt_document=_T, received_on=_D,
    cause=(_T, "the receipt's line that counted them in"),
    units=_I, net_minor=_I, tax_minor=_I, currency=_T,
    evidence=_T, repair=_T, spread_low=_I, spread_high=_I, spread_currency=_T, unplaced=_T,
)  # fmt: skip

ASSIGNMENTS = _table(
    "units of a return line that a person put on a sale, and that nobody took back",
    assignment=(_T, "id: return line and a counter, r/.../1@1"),
    return_line=_T, invoice_line=_T,
    units=(_I, "as the person said; those that are accepted or credited there are among them"),
    settled=(_I, "units of the line that are accepted or credited on this sale"),
)  # fmt: skip

KEPT_CLAIMS = _table(
    "claims as they are stored: what a return line states, and where it says it",
    return_line=_T, return_id=_T, retailer=_T, document=_T, line_no=_I, file=_T, offset=_I, length=_I,
    store=_T, gtin=_T, units=_I, returned_on=_D, carton=_T,
    po_number=_T, po_line=_T, header_po=_T, invoice_number=_T, delivery_note=_T, unit_price=_T,
)  # fmt: skip

UNDECIDED = _table(
    "units that wait for a decision: counted ones by condition, and announced ones that stay at the store",
    decision=(_T, "id: the movement into `received`, `kept` or `disposed`, or portion>keep"),
    portion=_T, return_line=_T, return_id=_T, retailer=_T, number=_T,
    bucket=(_T, "where the units are: received, expected, kept, disposed, or short where the announcement holds"),
    units=_I, net_minor=_I, tax_minor=_I, currency=_T,
    condition=(_T, "null when the goods stay at the store"),
    disposition=_T, returned_on=_D,
    invoice_line=_T, sold_on=_D, spread_low=_I, spread_high=_I, spread_currency=_T, unplaced=_T,
    origin=(_T, "notice or dock"), store=_T, reason=_T,
    gtin=(_T, "the item that was sold"), vendor_item=_T, style=_T, invoice_number=_T, po_number=_T,
    authorised=(_B, "whether we ever authorised units of the portion"),
    owed_net=(_I, "millionths of a minor unit that rounding left of earlier credits of the invoice line"), owed_tax=_I,
    percent=(_I, "of the net amount, where our word leaves the goods at the store; null elsewhere"),
)  # fmt: skip

DECIDED = pa.schema([
    *UNDECIDED, ("outcome", _T), ("rule", _T), ("policy_version", _T), ("at", pa.timestamp("us", "UTC")),
    ("credit_net", _I),
], metadata={"meaning": "what was decided, with the facts that it was decided on"})  # fmt: skip

CREDIT_LINES = _table(
    "accepted units that no intent carries yet, with all that a credit note says about them",
    decision=_T, portion=_T, return_line=_T, return_id=_T, retailer=_T, number=_T, store=_T, reason=_T,
    units=_I, net_minor=_I, tax_minor=_I, currency=_T,
    invoice_line=_T, company=_T, invoice_number=_T, invoice_line_no=_T, sold_on=_D, po_number=_T, po_line=_T,
    gtin=_T, vendor_item=_T, description=_T, tax_category=_T, tax_rate=_T,
    withheld_net=(_I, "what the units cost more than is credited"), withheld_tax=_I,
    decided_at=pa.timestamp("us", "UTC"),
)  # fmt: skip

REFUSED_LINES = _table(
    "announced units that are not credited, with all that an answer to the retailer says about them",
    decision=_T, rule=(_T, "the policy rule that said so"), because=_T,
    at=(pa.timestamp("us", "UTC"), "when it was decided; what was decided at once has one moment"),
    units=_I, return_line=_T, return_id=_T, retailer=_T, number=_T, file=(_T, "that announced them"),
    line_no=_I, reason=_T, disposition=_T, gtin=_T, vendor_item=_T, buyer_item=_T,
    po_number=_T, po_line=_T, invoice_number=_T, store=_T,
)  # fmt: skip

DIFFERENCES = _table(
    "announced against received, one row a difference",
    return_line=_T,
    kind=(_T, "short, over, damaged, unannounced, never_arrived, carton_missing; decided: a later version of the "
              "receipt counts them otherwise"),
    units=_I, receipt_document=(_T, "who told it: a receipt, or the notice of what never came"), receipt_line_no=_I,
)  # fmt: skip

TOLD_DIFFERENCES = _table(
    "differences as they were told and still hold, one row a difference (sql/reports/differences.sql)",
    retailer=_T, return_id=_T, number=_T, return_line=_T, store=_T, gtin=_T, description=_T,
    kind=(_T, "as stored"), units=_I, net_minor=(_I, "what the units were sold for; 0 without a sale"), currency=_T,
    carton=(_T, "as announced; of goods that nobody announced, as counted"),
    reason=_T, announced_item=(_I, "1: the notice of the return names the item"),
    came_before=(_I, "units of the item in the return that were credited before they came"),
    counted_before=(_I, "1: an earlier receipt counted the same SSCC"),
    receipt_number=_T, receipt_document=_T, receipt_line_no=_I, received_on=_D,
)  # fmt: skip

COUNTED_UNITS = _table(
    "counted units of which something may differ, one row a return line, receipt's line and condition",
    retailer=_T, return_id=_T, number=_T, return_line=_T, origin=_T, store=_T, gtin=_T, description=_T,
    carton=(_T, "as counted"), reason=_T, condition=_T, units=_I, net_minor=_I, currency=_T,
    unplaced=(_T, "why no sale was found"), due_on=(_D, "when the box was due"),
    cause=(_T, "the receipt's line"), receipt_number=_T, receipt_document=_T, received_on=_D,
)  # fmt: skip

HELD_DIFFERENCES = _table(
    "announced, received and sold compared: what differs now, one row a difference",
    retailer=_T, return_id=_T, number=_T, return_line=_T, store=_T, gtin=_T, description=_T,
    kind=(_T, "of schemas.differences.KINDS"),
    other_line=(_T, "the line of what came in place of the announced item"), other_gtin=_T, other_description=_T,
    units=_I, net_minor=_I, currency=_T, carton=_T,
    condition=(_T, "as counted, where the difference is one of conditions"),
    receipt_number=_T, receipt_document=(_T, "who told it: a receipt, or the notice of what never came"),
    receipt_line_no=_I, received_on=_D,
)  # fmt: skip

RESOLUTIONS = _table(
    "what holds of a difference, one row a difference and turn",
    return_line=_T, kind=_T, receipt_document=_T, receipt_line_no=_I,
    turn=(_I, "a later one takes the place of an earlier one"),
    retailer=_T, other_line=_T, condition=_T, units=_I,
    action=(_T, "of schemas.differences.ACTIONS"), rule=_T, because=_T, question=_T, policy_version=_T, by=_T,
)  # fmt: skip

DECISIONS = _table(
    "what happens with received units, one row a decision",
    decision=(_T, "id: movement or portion it decides on"),
    portion=_T, return_line=_T,
    outcome=(_T, "credit, refuse or hold"),
    units=_I, net_minor=(_I, "what the units cost"), tax_minor=_I, currency=_T,
    credit_net=(_I, "what is credited of it"), credit_tax=_I,
    owed_net=(_I, "millionths of a minor unit that rounding left; null: none"), owed_tax=_I,
    rule=(_T, "the policy rule that said so, as a key of partner.yaml"),
    because=(_T, "one sentence for a person"),
    policy_version=_T,
)  # fmt: skip

PRICINGS = _table(
    "why a credit has its amount, one row a decision and rule that changed it",
    decision=_T,
    step=(_I, "from 1, in the order of the rules"),
    rule=(_T, "as a key of partner.yaml"),
    before_minor=(_I, "net"), after_minor=(_I, "net"),
    because=(_T, "a part of a sentence for a person"),
)  # fmt: skip

DAY_TOTALS = _table(
    "what a retailer was sold and credited, summed by day: for all items and for each style",
    style=(_T, "the part before the slash; empty: all items, also those without a style"), currency=_T, day=_D,
    sold_minor=(_I, "net, sold on the day"),
    of_sold_minor=(_I, "net, credited of what was sold on the day"),
    of_returned_minor=(_I, "net, credited of what came back on the day"),
)  # fmt: skip

CREDITED = _table(
    "what a retailer was credited or will be in some time, summed by item and days",
    currency=_T, style=_T, sold_on=_D, returned_on=_D, net_minor=_I,
)  # fmt: skip

CAP_USES = _table(
    "what decisions use of caps, one row a decision and cap",
    decision=_T, cap=_T, retailer=_T, style=_T, currency=_T,
    limit_minor=_I, used_minor=(_I, "by what was decided before"), net_minor=_I,
)  # fmt: skip

TAKEN = _table(
    "what a retailer has taken from what it pays us, and what is open of it, one row an amount",
    document=_T, line_no=_I, kind=(_T, "in words"), reference=_T, return_number=_T, invoice_number=_T, po_number=_T,
    gtin=_T, units=_I, amount_minor=(_I, "with tax; what was settled of it is left out"), currency=_T,
)  # fmt: skip

SETTLEMENTS = _table(
    "what of a credit the retailer had taken already, one row a decision and deduction",
    decision=_T, document=_T, line_no=_I, amount_minor=(_I, "with tax"), currency=_T,
)  # fmt: skip


def empty(schema: pa.Schema) -> pa.Table:
    """A table of this shape without rows."""
    return pa.Table.from_batches([], schema)  # `Schema.empty_table` makes each column, a thousand times slower
