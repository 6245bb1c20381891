"""The form of a worked case: what a case may say, and what it means where it says nothing.

A file is titles with cases; a fault in it is told with file, line, column and a caret, like one in a mapping.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from mappings.marks import Marked, checked, read
from schemas.ledger import Bucket

# The goods of every case. The two lamps are sizes of one style; `mystery` is in no list of ours.
ITEMS = {
    "lamp": "09520000000059",
    "bowl": "09520000000066",
    "plate": "09520000000073",
    "large lamp": "09520000000097",
    "mystery": "09520000000080",
}
Item = Literal["lamp", "bowl", "plate", "large lamp", "mystery"]
OUTCOMES = ("credit", "refuse", "hold", "replace", "repair")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sold(_Strict):
    """A line of an invoice of ours."""

    item: Item = "lamp"
    units: int
    price: Decimal = Decimal(10)
    discount: Decimal = Field(Decimal(0), description="per cent off the line")
    tax_rate: Decimal = Decimal(19)
    currency: str = "EUR"
    invoice: str = "I1"
    line: int = 1
    on: date = date(2026, 1, 2)
    po: str = ""
    store: str = ""
    to: str = Field("shop", description="another retailer: then it is no sale to ours")


class Announced(_Strict):
    """A line of a notice of the retailer's."""

    item: Item = "lamp"
    units: int
    return_: str = Field("R1", alias="return")
    on: date = date(2026, 2, 20)
    price: Decimal | None = None
    invoice: str = ""
    po: str = ""
    carton: str = ""
    store: str = ""
    reason: str = ""
    disposition: str = "return"
    purpose: str = "original"


class Received(_Strict):
    """A line of a receipt of the warehouse's."""

    item: Item = "lamp"
    units: int
    condition: str = "sellable"
    of: str = Field("R1", description="the return that the warehouse reads on the box; nothing: none")
    receipt: str = "A1"
    on: date = date(2026, 3, 2)
    carton: str = ""
    store: str = ""
    complete: bool = Field(True, description="the box was counted in full, so what is not here did not come")
    purpose: str = "original"


class Shipped(_Strict):
    """A line of a ship notice of ours."""

    item: Item = "lamp"
    units: int = 1
    invoice: str = ""
    po: str = ""
    on: date = date(2026, 1, 3)
    delivered: date | None = None


class Stated(_Strict):
    """What a person states of a return line, or proves: a photo, a serial number, and days."""

    line: str
    photo: str = Field("", description="what is on it; no two photos are alike")
    serial: str | None = None
    purchased: date | None = Field(None, description="when the consumer bought it")
    delivered: date | None = None
    consumer: date | None = None
    by: str = "Ada Holm"


class Deducted(_Strict):
    """An amount that the retailer took from what it paid, with tax."""

    amount: Decimal
    reference: str = "D1"
    return_: str = Field("", alias="return", description="the return that it names")
    invoice: str = ""
    po: str = ""
    item: Item | None = None
    units: int | None = None
    currency: str = "EUR"
    on: date = date(2026, 3, 20)
    reason: str = Field("return", description="what it is for; a code of mappings/codes/deductions.csv")
    own_note: bool = Field(False, description="a credit note that the retailer wrote for us (self-billed)")


class Assigned(_Strict):
    """A person's word that units of a return line belong to an invoice line."""

    line: str
    invoice: str
    by: str


class Decided(_Strict):
    """A decision: one of the outcomes with its units, and what of it matters to the case."""

    credit: int | None = None
    refuse: int | None = None
    hold: int | None = None
    replace: int | None = None
    repair: int | None = None
    item: Item | None = None
    invoice: str | None = None
    net: Decimal | None = Field(None, description="what is credited; of other outcomes what the goods cost")
    tax: Decimal | None = None
    withheld: Decimal | None = Field(None, description="net that the credit leaves out")
    rule: str | None = None
    says: str | None = Field(None, description="a part of its sentence")

    @property
    def outcome(self) -> str:
        """Which of the outcomes is said."""
        return next(name for name in OUTCOMES if getattr(self, name) is not None)


class Word(_Strict):
    """Our word on announced goods before they are shipped."""

    word: Literal["authorise", "refuse", "keep", "dispose", "ask"]
    units: int
    item: Item | None = None
    percent: int | None = Field(None, description="of the net amount, where the goods stay at the store")
    rule: str | None = None
    says: str | None = None


class Different(_Strict):
    """A difference between what was announced and what came."""

    kind: str
    units: int
    item: Item | None = None


class Note(_Strict):
    """A credit note: posted, or what it waits for."""

    net: Decimal | None = None
    tax: Decimal | None = None
    waits: str | None = Field(None, description="a part of the reason; nothing: it is posted")
    approvals: int | None = None
    fees: tuple[Decimal, ...] | None = Field(None, description="net amounts that its lines take off as allowances")


class Later(_Strict):
    """What comes after the first documents were decided on."""

    today: date = date(2026, 7, 1)
    sold: tuple[Sold, ...] = ()
    shipped: tuple[Shipped, ...] = ()
    stated: tuple[Stated, ...] = ()
    deducted: tuple[Deducted, ...] = ()
    announced: tuple[Announced, ...] = ()
    received: tuple[Received, ...] = ()
    assigned: tuple[Assigned, ...] = ()


class Case(_Strict):
    """A worked case. Documents arrive in the order in which the case tells them."""

    policy: dict[str, Any] = Field(default_factory=dict, description="what was agreed, over what is usual")
    policies: dict[str, Any] = Field(default_factory=dict, description="files of policies/, by name")
    today: date = date(2026, 6, 1)
    sold: tuple[Sold, ...] = ()
    shipped: tuple[Shipped, ...] = ()
    stated: tuple[Stated, ...] = ()
    deducted: tuple[Deducted, ...] = ()
    announced: tuple[Announced, ...] = ()
    received: tuple[Received, ...] = ()
    assigned: tuple[Assigned, ...] = ()
    later: Later | None = None
    refused_to: dict[str, str] = Field(
        default_factory=dict, description="who may not approve what waits, with a part of the reason"
    )
    approved_by: tuple[str, ...] = Field((), description="who approves what waits, one after the other")
    words: tuple[Word, ...] = Field((), description="our word on what was announced")
    decided: tuple[Decided, ...] = ()
    taken: Decimal | None = Field(None, description="how much of the deductions the decisions settled, with tax")
    differences: tuple[Different, ...] = ()
    notes: tuple[Note, ...] | None = Field(None, description="nothing: what is credited is posted, all of it")
    still: dict[Bucket, int] = Field(default_factory=dict, description="units that are nowhere decided, by bucket")
    findings: tuple[str, ...] = Field((), description="codes that are found, among others")


DOCUMENTS = ("sold", "shipped", "announced", "received", "stated", "deducted", "assigned")


@dataclass(frozen=True)
class Told:
    """A case with its title, and the order in which its documents come, then and later."""

    file: str
    title: str
    case: Case
    arriving: tuple[str, ...]
    arriving_later: tuple[str, ...]


def cases_of(path: Path) -> Iterator[Told]:
    """Every case of a file. ConfigError: it is not in this form."""
    marked = read(path)
    for title, data in marked.data.items():
        if not isinstance(data, dict):
            raise marked.fault((title,), "a case should stand here. Next: write keys with values, as README.md shows.")
        case = checked(Case, _within(marked, title))
        for number, one in enumerate(case.decided):
            said = [name for name in OUTCOMES if getattr(one, name) is not None]
            if len(said) != 1:
                wanted = f"one of {', '.join(OUTCOMES)} should stand here with its units"
                raise marked.fault((title, "decided", number), f"{wanted}. Next: write `credit: 2`, for example.")
        orders = (tuple(key for key in part if key in DOCUMENTS) for part in (data, data.get("later") or {}))
        yield Told(path.name, title, case, *orders)


def _within(marked: Marked, title: str) -> Marked:
    """The case of this title alone, with its marks."""
    keys = {way[1:]: mark for way, mark in marked.keys.items() if way[:1] == (title,) and len(way) > 1}
    values = {way[1:]: mark for way, mark in marked.values.items() if way[:1] == (title,)}
    return Marked(marked.data[title], keys, values)
