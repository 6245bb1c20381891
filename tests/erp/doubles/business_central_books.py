"""What stands in the double of Business Central, and what becomes of sales credit memos and invoices there."""

import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any

from tests.erp.doubles import business_central_fields as fields

Record = dict[str, Any]

COLLECTIONS: Mapping[str, Mapping[str, fields.Field]] = {
    "customers": fields.CUSTOMER,
    "items": fields.ITEM,
    "accounts": fields.ACCOUNT,
    "generalLedgerEntries": fields.ENTRY,
    "generalLedgerSetup": fields.SETUP,
    "salesOrders": fields.ORDER,
    "salesShipments": fields.SHIPMENT,
    "salesInvoices": fields.INVOICE,
    "salesCreditMemos": fields.MEMO,
    "documentAttachments": fields.ATTACHMENT,
}
ATTACHMENTS = "documentAttachments"
LINES_OF = {
    "salesCreditMemos": "salesCreditMemoLines",
    "salesInvoices": "salesInvoiceLines",
    "salesOrders": "salesOrderLines",
    "salesShipments": "salesShipmentLines",
}
_LINE_FIELDS = {
    "salesCreditMemos": fields.MEMO_LINE,
    "salesInvoices": fields.INVOICE_LINE,
    "salesOrders": fields.ORDER_LINE,
    "salesShipments": fields.SHIPMENT_LINE,
}
# What a draft of each is called: field of its day, number as a draft and as posted, kind in the ledger, in words.
_MADE = {
    "salesCreditMemos": ("creditMemoDate", "S-CR", "PS-CR", "Credit Memo", "credit memo"),
    "salesInvoices": ("invoiceDate", "S-INV", "PS-INV", "Invoice", "invoice"),
}
_PARENTS = {"Sales Credit Memo": "salesCreditMemos", "Sales Invoice": "salesInvoices"}
_CENT, _PRICE = Decimal("0.01"), Decimal("0.00001")
_CODES = ("externalDocumentNumber", "customerNumber", "lineObjectNumber", "taxCode", "invoiceNumber", "currencyCode")
_DIALOG = "Application_DialogException"
_GONE = "Internal_RecordNotFound"
_DOCUMENT = re.compile(r"parentId eq ([0-9a-fA-F-]{36})")
_TESTED = "Application_FieldValidationException"


class Refusal(Exception):
    """A request is refused: status, code and words."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers


class Books:
    """The records of one company. Persons use ``sold``, ``release``, ``pay`` and the like; the API the others."""

    def __init__(self, now: Callable[[], datetime], *, whole_inserts: bool = False) -> None:
        self._now = now
        self._whole_inserts = whole_inserts
        self._ids = count(1)
        self._drafts, self._posted, self._entries = count(1001), count(104001), count(1)
        self.companies = [{"id": self._id(), "systemVersion": "28", "name": "WR01", "displayName": "Wickham & Rowe"}]
        self.local_currency = "GBP"
        self.rates: dict[str, Decimal] = {"VAT20": Decimal(20), "VAT10": Decimal(10), "ZERO": Decimal(0)}
        self._tables: dict[str, list[Record]] = {name: [] for name in COLLECTIONS}
        self.setup = self.add("generalLedgerSetup", localCurrencyCode=self.local_currency)
        self.add("accounts", number="6110", displayName="Returns", accountType="Posting", directPosting=True)

    def __deepcopy__(self, memory: dict[int, Any]) -> "Books":
        copied = Books(self._now)
        copied.companies, copied._tables = self.companies, deepcopy(self._tables, memory)
        return copied

    # What persons do, and other programs.

    def add(self, name: str, /, lines: Sequence[Mapping[str, Any]] = (), **values: Any) -> Record:
        """A record, with every field that its page lists."""
        record = _filled(COLLECTIONS[name], {"id": self._id(), **values})
        if name in LINES_OF:
            record[LINES_OF[name]] = [
                _filled(
                    _LINE_FIELDS[name],
                    {"id": self._id(), "documentId": record["id"], "sequence": Decimal(10000 * place), **line},
                )
                for place, line in enumerate(lines, 1)
            ]
        self._tables[name].append(record)
        self.touch(record)
        return record

    def customer(self, number: str, **values: Any) -> Record:
        """A customer that is not blocked."""
        return self.add("customers", number=number, displayName=f"Customer {number}", **{"blocked": " ", **values})

    def sold(self, number: str, customer: str, on: date, lines: Sequence[Mapping[str, Any]], **values: Any) -> Record:
        """A posted invoice of these lines (item, quantity, net, taxCode); items are made where they are not there."""
        rows = [self._sold_line(line) for line in lines]
        net = sum((row["netAmount"] for row in rows), Decimal(0))
        tax = _taxed(rows)
        day = on.isoformat()
        head = {"number": number, "customerNumber": customer, "invoiceDate": day, "postingDate": day, "status": "Open",
                "currencyCode": self.local_currency, "totalAmountExcludingTax": net, "totalTaxAmount": tax,
                "totalAmountIncludingTax": net + tax, "remainingAmount": net + tax}  # fmt: skip
        self._entry(number, "Invoice", day, net + tax)
        return self.add("salesInvoices", rows, **{**head, **values})

    def _sold_line(self, line: Mapping[str, Any]) -> Record:
        item, code = str(line["item"]), str(line.get("taxCode", "VAT20"))
        self._item(item, line.get("gtin", ""))
        quantity, net = Decimal(line["quantity"]), Decimal(line["net"])
        return {"lineType": "Item", "lineObjectNumber": item, "description": f"Item {item}", "quantity": quantity,
                "unitOfMeasureCode": "PCS", "unitPrice": (net / quantity).quantize(_PRICE), "taxCode": code,
                "taxPercent": self.rates[code], "netAmount": net}  # fmt: skip

    def _item(self, number: str, gtin: str) -> None:
        if not self._find("items", "number", number):
            unit = {"baseUnitOfMeasureCode": "PCS", "type": "Inventory"}
            self.add("items", number=number, gtin=gtin, displayName=f"Item {number}", **unit)

    def release(self, memo: Record) -> None:
        """A person releases a draft: it reads Open, as a posted memo does."""
        self.touch(memo, status="Open")

    def pay(self, record: Record) -> None:
        """It is settled."""
        self.touch(record, status="Paid", **({"remainingAmount": Decimal(0)} if "remainingAmount" in record else {}))

    def touch(self, record: Record, **values: Any) -> None:
        """Change a record as somebody in Business Central can: its tag and its time change with it."""
        record.update(values)
        record["lastModifiedDateTime"] = stamp(self._now())
        record["@odata.etag"] = f'W/"{next(self._ids)}"'

    # What the API does.

    def records(self, name: str) -> list[Record]:
        """All records of an entity set. Refusal: lines are asked for without their document."""
        if name not in self._tables:
            raise Refusal(400, _DIALOG, "You must specify an id or a Document Id to get the lines.")
        return self._tables[name]

    def line_records(self, name: str, key: str) -> list[Record]:
        """The lines of a document."""
        return [line for one in self._tables[name] if one["id"] == key for line in one[LINES_OF[name]]]

    def document(self, name: str, key: str) -> Record:
        """The memo or invoice of this id. Refusal: there is none."""
        found = self._find(name, "id", key)
        if found is None:
            told = (
                "The Sales Cr. Memo Entity Buffer" if name == "salesCreditMemos" else "The Sales Invoice Entity Buffer"
            )
            raise Refusal(404, _GONE, f"{told} does not exist.")
        return found

    def make(self, name: str, body: Mapping[str, Any]) -> Record:
        """A draft with the lines of the body. Refusal: a header or line cannot be; the header may stay (see there)."""
        values = dict(body)
        lines = values.pop(LINES_OF[name], [])
        head = self._checked(COLLECTIONS[name], values)
        if not head.get("customerNumber"):
            raise Refusal(400, _DIALOG, 'A "customerNumber" or a "customerId" must be provided.')
        if not self._find("customers", "number", head["customerNumber"]):
            raise Refusal(400, _DIALOG, "The sell-to customer cannot be found.")
        today, (day, draft, *_) = self._now().date().isoformat(), _MADE[name]
        defaults = {day: today, "postingDate": today, "currencyCode": self.local_currency}
        made = self.add(name, **{**defaults, **head}, number=f"{draft}{next(self._drafts)}", status="Draft")
        try:
            for place, line in enumerate(lines, 1):
                made[LINES_OF[name]].append(self._line(name, made, place, line))
                self._reckon(name, made)
        except Refusal:
            if self._whole_inserts:
                self._tables[name].remove(made)
            raise
        return made

    def _line(self, name: str, made: Record, place: int, given: Mapping[str, Any]) -> Record:
        values = self._checked(_LINE_FIELDS[name], given)
        kind, number = values.get("lineType", "Comment"), values.get("lineObjectNumber", "")
        table = {"Item": "items", "Account": "accounts"}.get(kind)
        if table and not self._find(table, "number", number):
            raise Refusal(400, _DIALOG, f"{kind} does not exist.")
        if table and (code := values.get("taxCode", "")) not in self.rates:
            told = (
                f"The field VAT Prod. Posting Group of table Sales Line contains a value ({code}) that cannot be found."
            )
            raise Refusal(400, "Internal_InvalidTableRelation", told)
        line = _filled(
            _LINE_FIELDS[name],
            {"id": self._id(), "documentId": made["id"], "sequence": Decimal(10000 * place), **values},
        )
        line["taxPercent"] = self.rates[line["taxCode"]] if table else Decimal(0)
        line["unitPrice"] = line["unitPrice"].quantize(_PRICE, ROUND_HALF_UP)
        gross = (line["quantity"] * line["unitPrice"]).quantize(_CENT, ROUND_HALF_UP)
        line["amountExcludingTax"] = line["netAmount"] = gross - line["discountAmount"]
        return line

    def _reckon(self, name: str, made: Record) -> None:
        """The totals, as Business Central makes them itself: tax of all lines of a code together, rounded once."""
        lines = made[LINES_OF[name]]
        net = sum((line["netAmount"] for line in lines), Decimal(0))
        tax = _taxed(lines)
        self.touch(made, totalAmountExcludingTax=net, totalTaxAmount=tax, totalAmountIncludingTax=net + tax)

    def change(self, name: str, made: Record, body: Mapping[str, Any]) -> None:
        """Change fields of a draft's header. Refusal: it is posted, or in review, or a field cannot be changed."""
        if self._is_posted(name, made):
            raise Refusal(400, _DIALOG, f"The {_MADE[name][4]} is posted and can no longer be modified.")
        if made["status"] != "Draft":
            raise Refusal(400, _TESTED, "Status must be equal to 'Open' in Sales Header.")
        self.touch(made, **self._checked(COLLECTIONS[name], body))

    def delete(self, name: str, made: Record) -> None:
        """Remove a document, posted or not, as the API does where the setup has nothing against it."""
        self._tables[name].remove(made)
        for one in self.attached(made):
            self.detach(one)

    def attached(self, document: Record) -> list[Record]:
        """The attachments of a document."""
        return [one for one in self._tables[ATTACHMENTS] if one["parentId"] == document["id"]]

    def attach(self, body: Mapping[str, Any]) -> Record:
        """An attachment that is empty, beside others of the same name. Refusal: there is no such document."""
        values = self._checked(fields.ATTACHMENT, body)
        parent = _PARENTS.get(values.get("parentType", ""))
        if parent is None:
            raise Refusal(400, _DIALOG, "Document type is not valid.")
        self.document(parent, values.get("parentId", ""))
        return self.add(ATTACHMENTS, **{"fileName": "filename.txt", **values})

    def fill(self, attachment: Record, data: bytes) -> None:
        """Put a file into an attachment, in place of what it had. Refusal: the file is empty."""
        if not data:
            raise Refusal(400, _DIALOG, "Please attach a document first.")
        self.touch(attachment, attachmentContent=data)

    def detach(self, attachment: Record) -> None:
        """Remove an attachment."""
        self._tables[ATTACHMENTS].remove(attachment)

    def opened(self, where: str, found: Sequence[Record]) -> list[Record]:
        """Attachments as a list shows them. Refusal: it is one of the whole company, or its document is gone.

        The size is told where there are several: of a single one the file is loaded, and its size left at 0.
        """
        if "parentType eq" not in where and not where.startswith("id eq"):
            raise Refusal(400, _DIALOG, "Loading so many attachments is not supported. Set a filter.")
        for document in _DOCUMENT.findall(where):
            if not any(self._find(parent, "id", document) for parent in _PARENTS.values()):
                raise Refusal(404, _GONE, "The Sales Cr. Memo Entity Buffer does not exist.")
        known = [] if "fileName" in where else found  # a name is compared with one that has no ending
        return [{**one, "byteSize": Decimal(len(one["attachmentContent"]) if len(known) > 1 else 0)} for one in known]

    def post(self, name: str, made: Record) -> None:
        """Post a draft: a number of the posted series, entries, stock, and what it is applied to. Its id stays."""
        _, _, series, kind, words = _MADE[name]
        if self._is_posted(name, made):
            raise Refusal(400, _DIALOG, f"The action can be applied to a draft {words} only.")
        if made["status"] == "In Review":
            raise Refusal(400, _TESTED, "Status must be equal to 'Released' in Sales Header.")
        if not made[LINES_OF[name]]:
            raise Refusal(400, _DIALOG, f"Please add at least one line item to the {words}.")
        self._ensure_postable(made)
        gross = made["totalAmountIncludingTax"]
        self._apply(made.get("invoiceNumber", ""), gross)
        for line in made[LINES_OF[name]]:
            if line["lineType"] == "Item":
                moved = line["quantity"] if name == "salesCreditMemos" else -line["quantity"]
                self._find("items", "number", line["lineObjectNumber"])["inventory"] += moved  # type: ignore[index]
            line["id"] = self._id()
        owed = {"remainingAmount": gross} if name == "salesInvoices" else {}
        self.touch(made, number=f"{series}{next(self._posted)}", status="Open", **owed)
        self._entry(made["number"], kind, made["postingDate"], gross)
        for one in self.attached(made):
            self.detach(one)
            self.add(ATTACHMENTS, **{field: one[field] for field in fields.ATTACHMENT if field != "id"})

    def _ensure_postable(self, memo: Record) -> None:
        first, last = self.setup["allowPostingFrom"], self.setup["allowPostingTo"]
        if memo["postingDate"] < first or (last != fields.NO_DAY and memo["postingDate"] > last):
            raise Refusal(400, _DIALOG, "Posting Date is not within your range of allowed posting dates.")
        customer = self._find("customers", "number", memo["customerNumber"]) or {}
        if customer.get("blocked") == "All":
            told = f"You cannot post this type of document when Customer {customer['number']} is blocked with type All"
            raise Refusal(400, _DIALOG, told)

    def _apply(self, number: str, gross: Decimal) -> None:
        if not number:
            return
        invoice = self._find("salesInvoices", "number", number)
        if invoice is None or not invoice["remainingAmount"]:
            told = f"There is no Cust. Ledger Entry within the filter. Filters: Document No.: {number}, Open: Yes"
            raise Refusal(400, "Internal_DataNotFoundFilter", told)
        left = max(Decimal(0), invoice["remainingAmount"] - gross)
        self.touch(invoice, remainingAmount=left, status="Open" if left else "Paid")

    def _is_posted(self, name: str, made: Record) -> bool:
        return not str(made["number"]).startswith(_MADE[name][1])

    def _entry(self, number: str, kind: str, day: str, amount: Decimal) -> None:
        entry = {"documentNumber": number, "documentType": kind, "postingDate": day, "debitAmount": amount}
        self.add("generalLedgerEntries", entryNumber=Decimal(next(self._entries)), **entry)

    def _checked(self, known: Mapping[str, fields.Field], body: Mapping[str, Any]) -> Record:
        """The values as their fields take them. Refusal: a field that is none, is read-only, or is too short for it."""
        values = {}
        for name, value in body.items():
            field = known.get(name)
            if field is None:
                told = f"The property '{name}' does not exist. Make sure to only use property names that are defined."
                raise Refusal(400, "BadRequest", told)
            if field.read_only:
                raise Refusal(400, "BadRequest_InvalidOperation", f"Control '{name}' is read-only.")
            if (field.kind in "sgd" and not isinstance(value, str)) or (
                field.kind == "n" and not isinstance(value, Decimal)
            ):
                raise Refusal(400, "BadRequest", f"Unable to convert the value of '{name}'.")
            if field.longest and len(value) > field.longest:
                told = (
                    f"The length of the string is {len(value)}, but it must be less than or equal to {field.longest}."
                )
                raise Refusal(400, "Application_StringExceededLength", told)
            values[name] = value.strip().upper() if name in _CODES else value
        return values

    def _find(self, name: str, field: str, value: str) -> Record | None:
        return next((one for one in self._tables[name] if one[field] == value), None)

    def _id(self) -> str:
        return str(uuid.UUID(int=0xB0C0_0000_0000_4000_8000_0000_0000_0000 + next(self._ids) * 0x9E37_79B9))


def _taxed(lines: Sequence[Record]) -> Decimal:
    """The tax of all lines of a code together, rounded once; each line gets what it adds to that of those before it."""
    nets: dict[str, Decimal] = defaultdict(Decimal)
    taxes: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        code, before = line.get("taxCode", ""), taxes[line.get("taxCode", "")]
        nets[code] += line["netAmount"]
        taxes[code] = (nets[code] * line.get("taxPercent", Decimal(0)) / 100).quantize(_CENT, ROUND_HALF_UP)
        line["netTaxAmount"] = line["totalTaxAmount"] = taxes[code] - before
        line["netAmountIncludingTax"] = line["amountIncludingTax"] = line["netAmount"] + line["netTaxAmount"]
    return sum(taxes.values(), Decimal(0))


def _filled(known: Mapping[str, fields.Field], values: Mapping[str, Any]) -> Record:
    extra = {name: value for name, value in values.items() if name not in known}
    assert not extra, f"not fields of this record: {sorted(extra)}"
    return {name: values.get(name, field.empty) for name, field in known.items()}


def stamp(moment: datetime) -> str:
    """A moment as Business Central writes it: UTC, milliseconds."""
    return (moment + timedelta(microseconds=500)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
