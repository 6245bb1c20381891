"""Open this when you ask what counts as posted in SAP's Sales: a request in our words, and the memo it became.

blocked                                          draft: it moves no money
released, not billed in full                     draft still: billing has not made the credit memo
billed, not in accounting                        draft still: the credit memo is not booked
billed in full, and in accounting                posted: number, day and amounts are the credit memo's
every item rejected                              gone: nothing will be billed
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.erp.port import ErpDocument
from connectors.erp.sap.gateway import day_of
from connectors.erp.sap_requests.documents import Requests
from connectors.erp.sap_requests.notes import closed_hash
from connectors.erp.sap_requests.wire import Record, inside
from schemas.errors import PermanentError
from schemas.money import to_minor

_COMPLETE = "C"  # of a status: all of it is done
_TAX = "D"  # condition category
_HEAD = ("SoldToParty", "PurchaseOrderByCustomer", "TransactionCurrency", "TotalNetAmount")
_ITEM = ("Material", "RequestedQuantity", "NetAmount", "ReferenceSDDocument")
_BILL = ("BillingDocument", "BillingDocumentDate", "SoldToParty", "TransactionCurrency")
_BILLED = ("BillingDocumentItem", "Material", "BillingQuantity", "NetAmount", "TaxAmount", "ReferenceSDDocument")


def gone(record: Record) -> bool:
    """Whether every item was rejected."""
    return bool(record["OverallSDDocumentRejectionSts"] == _COMPLETE)


def followers(of: Requests, record: Record) -> list[str]:
    """Numbers of the memos that were made of a request, cancelled ones included; not those of their cancellations."""
    flow = inside(record, "to_SubsequentProcFlowDoc")
    memos = {str(one["SubsequentDocument"]) for one in flow if one["SubsequentDocumentCategory"] == of.billed_as}
    return sorted(memos)


def document(of: Requests, record: Record, bills: Sequence[Record], retailers: Mapping[str, str]) -> ErpDocument:
    """A request and its memos in our words; ``retailers`` by customer number.

    PermanentError: its memo bills something else as well.
    """
    number = str(record[of.word])
    valid = [one for one in bills if not one["BillingDocumentIsCancelled"]]
    billed = [item for bill in valid for item in _of_request(bill, number)]
    booked = bool(valid) and all(bill["AccountingTransferStatus"] == _COMPLETE for bill in valid)
    posted = booked and record["OverallOrdReltdBillgStatus"] == _COMPLETE
    items = [one for one in inside(record, "to_Item") if not one["SalesDocumentRjcnReason"]]
    currency, customer = str(record["TransactionCurrency"]), str(record["SoldToParty"])
    net, tax = _sums(billed) if posted else (_sum(items, "NetAmount"), _tax(items))
    return ErpDocument(
        reference=str(record["PurchaseOrderByCustomer"]),
        draft_id=number,
        state="posted" if posted else "draft",
        number=", ".join(str(bill["BillingDocument"]) for bill in valid) if posted else None,
        posted_on=max(day_of(bill["BillingDocumentDate"]) for bill in valid) if posted else None,
        retailer=retailers.get(customer, f"customer {customer}"),
        currency=currency,
        net_minor=to_minor(net, currency),
        tax_minor=to_minor(tax, currency),
        line_count=len(billed if posted else items),
        digest=_digest(
            [(_BILL, valid), (_BILLED, billed)]
            if posted
            else [((of.word, *_HEAD), [record]), ((f"{of.word}Item", *_ITEM), items)]
        ),
        request_hash=closed_hash(inside(record, "to_Text")),
        charges=of.charges,
    )


def _of_request(bill: Record, number: str) -> list[Record]:
    """The items of a memo, all of which must come from this request."""
    items = inside(bill, "to_Item")
    others = sorted({str(one["SalesDocument"]) for one in items} - {number})
    if others:
        raise PermanentError(
            f"Memo {bill['BillingDocument']} bills {number} together with {', '.join(others)}, and a number "
            "can stand for one credit only. Next: cancel it in SAP, and bill each request by itself."
        )
    return items


def _sums(billed: Sequence[Record]) -> tuple[Decimal, Decimal]:
    return _sum(billed, "NetAmount"), _sum(billed, "TaxAmount")


def _sum(rows: Sequence[Record], name: str) -> Decimal:
    return sum((Decimal(row[name]) for row in rows), Decimal(0))


def _tax(items: Sequence[Record]) -> Decimal:
    """What the request's own pricing says of tax; its head has no field for it."""
    elements = [one for item in items for one in inside(item, "to_PricingElement")]
    active = [
        one
        for one in elements
        if one["ConditionCategory"] == _TAX
        and not one["ConditionInactiveReason"]
        and not one["ConditionIsForStatistics"]
    ]
    return _sum(active, "ConditionAmount")


def _digest(parts: Sequence[tuple[Sequence[str], Sequence[Record]]]) -> str:
    lasting: list[Any] = [[[row[name] for name in names] for row in rows] for names, rows in parts]
    return hashlib.sha256(json.dumps(lasting).encode()).hexdigest()
