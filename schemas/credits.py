"""Open this when you ask what a credit note says: the request that an intent carries to an ERP."""

import base64
import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from schemas.partners import Party

# credit: gives money back. reversal, correction: take a posted credit back, wholly or in part, and charge it again.
Kind = Literal["credit", "reversal", "correction"]
# Tax categories (UNTDID 5305) that stand on no note with others: EN 16931 BR-O-11 to BR-O-14.
STANDS_ALONE = frozenset({"O"})
# What every document that we make in an ERP carries, and no document of somebody else: `reference_of` makes it.
PREFIX = "BH-"
REFERENCE = rf"^{PREFIX}[A-Z2-7]{{13}}$"


def reference_of(company: str, return_id: str, sequence: int) -> str:
    """The short printable name of a credit, 16 characters, the same for the same business key for ever."""
    key = json.dumps([company, return_id, sequence], separators=(",", ":"), ensure_ascii=False)
    return PREFIX + base64.b32encode(hashlib.sha256(key.encode()).digest()).decode()[:13]


class _Requested(BaseModel):
    """What came later is written only where it says something: requests of before keep their text, and its hash."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_serializer(mode="wrap")
    def _without_defaults_of_later(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = written(self)
        return {name: value for name, value in content.items() if name not in _LATER or value not in _LATER[name]}


# What came later, with the values that say nothing.
_LATER: dict[str, tuple[Any, ...]] = {
    "kind": ("credit",), "corrects": (None,), "why": (None,), "fees": ((), []), "reconciliation": (None,),
}  # fmt: skip


class Fee(BaseModel):
    """What was taken off a line of a credit besides its price: net, in units of the currency, taxed as the line is."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["restocking", "freight", "handling"]
    net: Decimal
    reason: str


class Corrected(BaseModel):
    """The posted credit note that a counter-document takes back, wholly or in part."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    reference: str
    number: str
    posted_on: date


class Paper(BaseModel):
    """A document that goes with a credit note: its file name, and its digest in the vault."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    sha256: str


class CreditLine(_Requested):
    """A line of a credit note. Amounts are decimals in the note's currency, positive."""

    line_no: int
    invoice_number: str
    invoice_date: date
    invoice_line: str
    po_number: str | None = None
    po_line: str | None = None
    gtin: str
    vendor_item: str
    description: str
    units: int
    net: Decimal
    tax: Decimal
    tax_category: str
    tax_rate: Decimal
    return_line: str
    reason: str | None = None
    fees: tuple[Fee, ...] = ()

    @property
    def before_fees(self) -> Decimal:
        """What the units would be credited with if there were no fees, net."""
        return sum((fee.net for fee in self.fees), self.net)

    @property
    def told_fees(self) -> str:
        """The fees as a text behind another one, for an ERP whose lines have no allowances; empty without fees."""
        return "".join(f", less {fee.net:f} ({fee.reason})" for fee in self.fees)


class CreditRequest(_Requested):
    """Everything an ERP needs for one credit note, or for the counter-document of one.

    Its canonical JSON is what the intent's hash is taken of. Amounts of a counter-document are positive too: its
    ``kind`` says that they are charged, ``corrects`` which note they were credited by.
    """

    reference: str
    company: str
    seller: Party
    retailer: str
    buyer: Party
    return_number: str
    issued_on: date
    currency: str
    lines: tuple[CreditLine, ...]
    kind: Kind = "credit"
    corrects: Corrected | None = None
    why: str | None = None
    reconciliation: Paper | None = None

    @property
    def charges(self) -> bool:
        """Whether it is a counter-document: the retailer owes its amounts again."""
        return self.kind != "credit"

    @property
    def net(self) -> Decimal:
        """Sum of the lines without tax."""
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def tax(self) -> Decimal:
        """Sum of the lines' tax."""
        return sum((line.tax for line in self.lines), Decimal(0))

    def canonical(self) -> str:
        """The one text of this request that is hashed and stored: JSON without spaces, keys in order of definition."""
        return self.model_dump_json()
