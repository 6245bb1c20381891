"""The documents of the double of SAP's Sales: invoices, credit memo requests, and billing that makes credit memos."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.erp.doubles.sap_requests_fields import AREA, COMBINED_BY, ELEMENT, HEAD, ITEM, NEEDED, TEXT, of, sizes

Record = dict[str, Any]
# What billing makes of a kind of request: SD document category and billing type.
_BILLED_AS = {"CreditMemoRequest": ("O", "G2"), "DebitMemoRequest": ("P", "L2")}
_CENT = Decimal("0.01")


class Refusal(Exception):
    """The gateway refuses, with this status, code and message, and inner messages."""

    def __init__(self, status: int, code: str, message: str, inner: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.inner = status, code, message, inner


@dataclass
class Books:
    """Everything the double keeps. ``billing_delay``: how long after its release a request is billed; None: never.

    ``accounting``: the status that a new credit memo has in the transfer to accounting; ``drops_block``: customizing
    that takes the billing block off what is created.
    """

    now: Callable[[], datetime]
    billing_delay: timedelta | None = timedelta(0)
    accounting: str = "C"
    drops_block: bool = False
    price_conditions: tuple[str, ...] = ("PMP0",)
    customers: set[str] = field(default_factory=set)
    requests: dict[str, Record] = field(default_factory=dict)
    bills: dict[str, Record] = field(default_factory=dict)
    released_at: dict[str, datetime] = field(default_factory=dict)
    rates: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    _changes: int = 0

    def invoice(self, number: str, customer: str, day: date, rows: Sequence[Record], **head: Any) -> Record:
        """Keep a billed invoice; rows: BillingDocumentItem, Material, BillingQuantity, NetAmount, and ``rate``."""
        items = []
        for row in rows:
            self.rates[number, row["BillingDocumentItem"]] = row["rate"]
            net = Decimal(row["NetAmount"])
            items.append({
                **{name: value for name, value in row.items() if name != "rate"}, "BillingDocument": number,
                "BillingQuantityUnit": "PC", "NetAmount": f"{net:.2f}", "TaxAmount": f"{net * row['rate'] / 100:.2f}",
                "SalesDocument": "4711", "SalesDocumentItem": row["BillingDocumentItem"], "ReferenceSDDocument": "8711",
            })  # fmt: skip
        area = {"SalesOrganization": "1010", "DistributionChannel": "10", "Division": "00"}
        given = {"SoldToParty": customer, "CompanyCode": "1010", "TransactionCurrency": "GBP", **area, **head}
        return self._bill(number, "M", "F2", day_text(day), items, given)

    def make(self, word: str, values: Record) -> Record:
        """A request of this kind (CreditMemoRequest, DebitMemoRequest) by deep insert, whole or not at all."""
        heads, rows = sizes(word, HEAD), sizes(word, ITEM)
        _ensure_known(values, heads)
        for row, known in [(one, rows) for one in values.get("to_Item") or ()] + [
            (one, TEXT) for one in values.get("to_Text") or ()
        ]:
            _ensure_known(row, known)
        if not values.get("to_Item"):
            raise Refusal(400, "SDOC/041", "A request is created with its items only (deep insert).")
        if missing := [name for name in (*of(word, NEEDED), *AREA) if not values.get(name)]:
            raise Refusal(400, "V1/011", f"Enter {missing[0]}.", [("V1/011", f"Enter {missing[0]}.")])
        if values["SoldToParty"] not in self.customers:
            told = f"Sold-to party {values['SoldToParty']} not maintained for sales area {values[AREA[0]]}"
            raise Refusal(400, "VP/199", "Sales document could not be created.", [("VP/199", told)])
        number = str(60000000 + len(self.requests))
        items = [self._item(word, number, place, one, values) for place, one in enumerate(values["to_Item"], 1)]
        texts = [{word: number, **one} for one in values.get("to_Text") or ()]
        head = {
            name: values.get(name, "" if size else None) for name, size in heads.items() if not name.startswith("to")
        }
        if self.drops_block:
            head["HeaderBillingBlockReason"] = ""
        record: Record = {
            word: number, **head, "TotalNetAmount": _total(items), "SalesDocApprovalStatus": "",
            "OverallSDProcessStatus": "A", "OverallSDDocumentRejectionSts": "A", "OverallOrdReltdBillgStatus": "A",
            "to_Item": items, "to_Text": texts, "to_SubsequentProcFlowDoc": [],
        }  # fmt: skip
        self.requests[number] = self._touched(record)
        self._ready(record)
        return record

    def change(self, record: Record, values: Record) -> None:
        """Change the head of a request."""
        heads = sizes(_word(record), HEAD)
        _ensure_known(values, {name: size for name, size in heads.items() if not name.startswith("to")})
        if record["OverallOrdReltdBillgStatus"] == "C":
            raise Refusal(400, "V1/481", "The document has been billed completely and cannot be changed.")
        record |= values
        self._touched(record)
        self._ready(record)

    def delete(self, record: Record) -> None:
        """Remove a request that nothing followed."""
        if record["to_SubsequentProcFlowDoc"]:
            raise Refusal(400, "V4/023", "The document cannot be deleted: there are subsequent documents.")
        number = record[_word(record)]
        del self.requests[number]
        self.requests[f"deleted {number}"] = {}  # no number is given twice

    def reject(self, number: str) -> None:
        """What a person does at SAP's own screen: reject every item of a request."""
        record = self.requests[number]
        for item in record["to_Item"]:
            item["SalesDocumentRjcnReason"] = "50"
        record["OverallSDDocumentRejectionSts"] = "C"
        self._touched(record)

    def cancel(self, number: str) -> None:
        """Cancel a credit memo: it stays, another document takes it back, and its requests can be billed again."""
        bill = self.bills[number]
        bill["BillingDocumentIsCancelled"] = True
        taken_back = str(90000000 + len(self.bills))
        self._bill(taken_back, "S", "S2", bill["BillingDocumentDate"], [], {"CancelledBillingDocument": number})
        for source in {item["SalesDocument"] for item in bill["to_Item"]}:
            self.requests[source]["OverallOrdReltdBillgStatus"] = "A"
            self._follows(self.requests[source], taken_back, "S")

    def run_billing(self) -> None:
        """Bill what has been released for long enough: requests whose heads agree become one credit memo."""
        due: dict[tuple[Any, ...], list[Record]] = {}
        for number, at in list(self.released_at.items()):
            record = self.requests.get(number)
            if (
                record
                and self.billing_delay is not None
                and at + self.billing_delay <= self.now()
                and _billable(record)
            ):
                day = record["BillingDocumentDate"] or day_text(self.now().date())
                due.setdefault((day, _word(record), *(record[name] for name in COMBINED_BY)), []).append(record)
        for key, records in due.items():
            self._billed(key[0], records)

    def _billed(self, day: str, records: Sequence[Record]) -> None:
        items = [one for record in records for one in record["to_Item"] if not one["SalesDocumentRjcnReason"]]
        number, first = str(90000000 + len(self.bills)), records[0]
        word = _word(first)
        category, kind = _BILLED_AS[word]
        rows = [
            {
                "BillingDocument": number, "BillingDocumentItem": str(10 * place), "Material": one["Material"],
                "BillingQuantity": one["RequestedQuantity"], "BillingQuantityUnit": one["RequestedQuantityUnit"],
                "NetAmount": one["NetAmount"], "TaxAmount": _tax(one), "SalesDocument": one[word],
                "SalesDocumentItem": one[f"{word}Item"], "ReferenceSDDocument": one[word],
            }
            for place, one in enumerate(items, 1)
        ]  # fmt: skip
        head = {name: first[name] for name in ("SoldToParty", "TransactionCurrency", "AssignmentReference")}
        self._bill(number, category, kind, day, rows, {**head, "CompanyCode": "1010"})
        for record in records:
            record["OverallOrdReltdBillgStatus"] = record["OverallSDProcessStatus"] = "C"
            self._follows(record, number, category)

    def _follows(self, record: Record, number: str, category: str) -> None:
        record["to_SubsequentProcFlowDoc"].append({
            _word(record): record[_word(record)], "SubsequentDocument": number,
            "SubsequentDocumentCategory": category, "ProcessFlowLevel": "00",
        })  # fmt: skip
        self._touched(record)

    def _bill(self, number: str, category: str, kind: str, day: str, items: list[Record], head: Record) -> Record:
        tax = sum((Decimal(one["TaxAmount"]) for one in items), Decimal(0))
        self.bills[number] = {
            "BillingDocument": number, "SDDocumentCategory": category, "BillingDocumentType": kind,
            "BillingDocumentDate": day, "BillingDocumentIsCancelled": False, "CancelledBillingDocument": "",
            "TotalNetAmount": _total(items), "TaxAmount": f"{tax:.2f}",
            "AccountingTransferStatus": self.accounting if category in ("O", "P") else "C", **head, "to_Item": items,
        }  # fmt: skip
        return self.bills[number]

    def _item(self, word: str, number: str, place: int, values: Record, head: Record) -> Record:
        invoice, item = str(values.get("ReferenceSDDocument", "")), str(values.get("ReferenceSDDocumentItem", ""))
        if (invoice, item) not in self.rates:
            told = f"Item {item} of reference document {invoice} does not exist"
            raise Refusal(400, "V1/260", "Sales document could not be created.", [("V1/260", told)])
        net = Decimal(0)
        for one in values.get("to_PricingElement") or ():
            _ensure_known(one, ELEMENT)
            if one["ConditionType"] not in self.price_conditions:
                told = f"Condition {one['ConditionType']} is not allowed in this pricing procedure"
                raise Refusal(400, "VE/107", "Sales document could not be created.", [("VE/107", told)])
            share = Decimal(values["RequestedQuantity"]) / Decimal(one["ConditionQuantity"])
            net += (Decimal(one["ConditionRateValue"]) * share).quantize(_CENT, ROUND_HALF_UP)
        tax = (net * self.rates[invoice, item] / 100).quantize(_CENT, ROUND_HALF_UP)
        key = {word: number, f"{word}Item": values.get(f"{word}Item") or f"{place}0"}
        elements = [(one["ConditionType"], "", net) for one in values.get("to_PricingElement") or ()]
        return {
            **{name: values.get(name, "") for name in of(word, ITEM) if not name.startswith("to")}, **key,
            "TransactionCurrency": head["TransactionCurrency"], "NetAmount": f"{net:.2f}",
            "to_PricingElement": [
                {**key, "ConditionType": kind, "ConditionCategory": category, "ConditionAmount": f"{amount:.2f}",
                 "ConditionIsForStatistics": False, "ConditionInactiveReason": ""}
                for kind, category, amount in [*elements, ("TTX1", "D", tax)]
            ],
        }  # fmt: skip

    def _ready(self, record: Record) -> None:
        """A request without block waits for billing from now on; billing itself may come at once."""
        number = record[_word(record)]
        if record["HeaderBillingBlockReason"]:
            self.released_at.pop(number, None)
        else:
            self.released_at.setdefault(number, self.now())
        self.run_billing()

    def _touched(self, record: Record) -> Record:
        """A new time stamp, of seven digits: no two changes have the same one."""
        self._changes += 1
        moment = self.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        record["LastChangeDateTime"] = f"{moment}.{self._changes:07}Z"
        return record


def _word(record: Record) -> str:
    """Which kind of request it is."""
    return next(word for word in _BILLED_AS if word in record)


def day_text(day: date) -> str:
    """A day in OData V2's JSON."""
    return f"/Date({(day - date(1970, 1, 1)).days * 86_400_000})/"


def _billable(record: Record) -> bool:
    rejected = record["OverallSDDocumentRejectionSts"] == "C"
    return not rejected and not record["HeaderBillingBlockReason"] and record["OverallOrdReltdBillgStatus"] != "C"


def _tax(item: Record) -> str:
    return next(one["ConditionAmount"] for one in item["to_PricingElement"] if one["ConditionCategory"] == "D")


def _total(items: Sequence[Record]) -> str:
    return f"{sum((Decimal(one['NetAmount']) for one in items), Decimal(0)):.2f}"


def _ensure_known(values: Record, known: dict[str, int | None]) -> None:
    for name, value in values.items():
        if name not in known:
            raise Refusal(400, "/IWBEP/CM_MGW_RT/021", f"Property '{name}' is invalid")
        size = known[name]
        if size and (not isinstance(value, str) or len(value) > size):
            raise Refusal(400, "/IWBEP/CM_MGW_RT/041", f"Property '{name}' has invalid value '{value}'")
