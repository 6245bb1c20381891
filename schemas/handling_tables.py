"""Open this when a column is missing between steps that decide what happens to goods beside their money.

The canonical Arrow tables of authorisations, routes and what became of them; the others are in ``schemas/tables.py``.
"""

import pyarrow as pa

from schemas.tables import _D, _I, _T, _table

WAITING = _table(
    "announced units that wait for our word, one row a portion",
    portion=_T, return_line=_T, return_id=_T, retailer=_T, number=_T, document=_T, line_no=_I,
    units=_I, net_minor=_I, tax_minor=_I, currency=_T,
    gtin=_T, vendor_item=_T, reason=_T, disposition=_T,
    returned_on=_D, invoice_line=_T, sold_on=_D,
    unplaced=_T,
    given=(pa.bool_(), "we authorised units of this line before, on another sale than now"),
    said=(_I, "how many words there are on the portion"),
    asked=(_T, "the word `ask` that waits for a person; null when none does"),
    asked_by=(_D, "the day by which a person should have answered it"),
)  # fmt: skip

AUTHORISATIONS = _table(
    "our word on announced units, one row a portion, or two of one that is cut",
    authorisation=(_T, "id: portion!n"),
    portion=_T, return_line=_T,
    outcome=(_T, "authorise, refuse, keep, dispose or ask"),
    units=_I,
    percent=(_I, "of the net amount, where the goods stay at the store"),
    rule=(_T, "the key of policy.authorisation that said so; `person`, where one did"),
    because=(_T, "one sentence for a person"),
    policy_version=_T,
    number=(_T, "of the authorisation, one a return; null where nothing is authorised"),
    expires_on=_D,
    answers=(_T, "the word `ask` that this one ends"),
    by=(_T, "who said it; null: the policy"),
)  # fmt: skip

SENT = _table(
    "expected units of which a shipment message says that they are on their way, one row a portion",
    portion=_T, return_line=_T, invoice_line=_T, units=_I, net_minor=_I, tax_minor=_I, currency=_T,
    bucket=(_T, "announced or authorised"),
    document=(_T, "the shipment message"),
)  # fmt: skip

SHIPPED_OF = _table(
    "when what an invoice line sold left us and came to the retailer, as our ship notices say; one row a line",
    invoice_line=_T, shipped_on=_D, delivered_on=_D,
)  # fmt: skip

STATED_DAYS = _table(
    "days that somebody stated or proved of a return line; of several the latest",
    return_line=_T, delivered_on=(_D, "the retailer got the goods"), consumer_on=(_D, "the consumer did"),
)  # fmt: skip

UNROUTED = _table(
    "counted units that were decided and have no route yet, one row an inspection",
    inspection=_T, portion=_T, return_line=_T, return_id=_T, retailer=_T, number=_T,
    warehouse=(_T, "the partner whose receipt counted them in"),
    receipt=(_T, "the number of that receipt"),
    units=_I, net_minor=_I, currency=_T, condition=_T,
    outcome=(_T, "credit, refuse, replace or repair: what was decided of them"),
    gtin=_T, vendor_item=_T, description=_T, reason=_T, carton=_T,
)  # fmt: skip

ROUTINGS = _table(
    "where goods go, one row an inspection",
    routing=(_T, "id: the inspection and a counter"),
    inspection=_T, portion=_T, return_line=_T, units=_I,
    route=(_T, "restock, refurbish, repair, outlet, recycle, destroy, send_back; person: somebody must say"),
    rule=(_T, "the key of policy.goods that said so; `person`, where one did"),
    because=_T, policy_version=_T, warehouse=_T,
    message=(_T, "the instruction; null where the warehouse has no mailbox, or nothing is to be done yet"),
    by=_T,
)  # fmt: skip

GOING_BACK = _table(
    "refused or repaired units whose instruction to send them back was sent or confirmed, one row a routing",
    routing=_T, portion=_T, return_line=_T, retailer=_T, invoice_line=_T,
    units=_I, net_minor=_I, tax_minor=_I, currency=_T,
    bucket=(_T, "refused or repaired"), confirmed=pa.bool_(),
)  # fmt: skip

UNORDERED = _table(
    "replaced units that no replacement order speaks of, one row a movement into `replaced`",
    movement=_T, return_line=_T, units=_I, retailer=_T, number=_T, store=_T, gtin=_T, reason=_T,
)  # fmt: skip

UNCLAIMED = _table(
    "counted units that we made good and that no supplier was asked for, one row a decision",
    decision=_T, return_line=_T, retailer=_T, outcome=_T, units=_I, net_minor=_I, currency=_T,
    bucket=_T, condition=_T, reason=_T, disposition=_T, gtin=_T, vendor_item=_T, style=_T,
)  # fmt: skip

UNAUTHORISED = _table(
    "counted units that came without our word, or after it had ended, one row an inspection",
    inspection=_T, return_line=_T, retailer=_T, returned_on=_D, units=_I,
    document=(_T, "the receipt"), file=_T, offset=_I, length=_I,
    expired_on=(_D, "when our word had ended; null where there was none"),
)  # fmt: skip
