"""Open this when you write the ``claims`` part of a retailer's goods: defects, their evidence, warranty and remedy.

Without ``reasons`` and ``requested`` no line is a claim and nothing changes. Lists are read from the top: the
first term and the first remedy that fit an item hold for it.
"""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Outcome = Literal["replace", "repair", "credit", "refuse", "hold"]
Against = Literal["refuse", "hold"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WarrantyTerm(_Strict):
    """How long we answer for defects of some items."""

    items: tuple[str, ...] = Field(
        ("*",), description="GTINs of 8 to 14 digits, item numbers of ours, or styles; `*`: any"
    )
    months: int = Field(ge=0, description="calendar months; the last day counts")
    start: Literal["sold", "purchased"] = Field(
        "sold", description="our sale to the retailer, or the consumer's purchase as the claim's evidence states it"
    )
    excluded: tuple[str, ...] = Field((), description="reasons that the warranty does not cover: misuse")


class Remedy(_Strict):
    """What a claim under warranty gets: all that a row names must fit; what it leaves out fits always."""

    outcome: Outcome = Field(description="credit: it goes on to the rules of every return")
    items: tuple[str, ...] = Field((), description="as in the terms")
    reasons: tuple[str, ...] = ()
    requested: tuple[str, ...] = Field((), description="dispositions that the retailer asks for")
    worth_from: Decimal | None = Field(None, description="net value of a unit, in units of its currency, from which on")
    worth_below: Decimal | None = None


class Supplier(_Strict):
    """Who answers to us for defects of some items, and for how much of their net value."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")
    items: tuple[str, ...] = Field(description="as in the terms")
    percent: Decimal = Field(Decimal(100), ge=0, le=100)


class Claims(_Strict):
    """Which lines are claims, what they must show, and what they get."""

    reasons: tuple[str, ...] = Field((), description="codes of mappings/codes/reasons.csv that make a line a claim")
    requested: tuple[str, ...] = Field((), description="dispositions that make a line a claim: repair, replace")
    files: int = Field(0, ge=0, description="attached files without which a claim is not decided")
    identified: bool = Field(False, description="whether a serial or a lot number must be stated")
    evidence_days: int = Field(10, ge=0, description="days after the goods came in which the evidence may come")
    without_evidence: Against = "hold"
    terms: tuple[WarrantyTerm, ...] = ()
    without_term: Against = Field("hold", description="items that no term names, and days that are not known")
    expired: Against = Field("refuse", description="after the warranty, or for an excluded reason")
    remedies: tuple[Remedy, ...] = Field((), description="what no remedy fits goes to a person")
    suppliers: tuple[Supplier, ...] = ()
