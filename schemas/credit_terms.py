"""Open this when a credit has another amount than the invoice: what we agreed with a retailer about how much we credit.

``CreditTerms`` is the part ``credit:`` of a policy, ``Cap`` a row of its ``caps:``. Nothing here credits more than the
invoice line says; every default leaves that amount as it is. Percentages are of a hundred, money is in units of the
invoice's currency.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=4)]
Against = Literal["refuse", "hold"]
Ruled = Literal["credit", "refuse", "hold"]
StartEvent = Literal["sold", "shipped", "delivered", "consumer"]
START = (
    "what the window counts from, in this order: the day of our invoice, the day the goods left us, the day the "
    "retailer got them (by a proof, else by the ship notice), the day the consumer got them (stated)"
)
NotesPer = Literal["return", "retailer", "day", "week", "month"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entitlement(_Strict):
    """What may be returned for credit at all."""

    brands: tuple[str, ...] = Field((), description="beginnings of our item numbers; none named: all items")
    stores: tuple[str, ...] = Field((), description="stores that may return; none named: all")
    reasons: dict[str, Ruled] = Field({}, description="verdict by reason; a reason that is not named is credited")
    origins: dict[Literal["notice", "dock"], Ruled] = Field(
        {}, description="verdict on announced goods (notice) and on those that nobody announced (dock)"
    )
    otherwise: Against = Field("refuse", description="what happens to other brands and stores")
    allowance_reasons: tuple[str, ...] = Field(
        (), description="reasons for which the retailer has an allowance off its invoices, and so no credit for a piece"
    )


class Season(_Strict):
    """Goods sold from one day to another are returned by a day, whatever the window is."""

    name: str
    sold_from: date
    sold_to: date
    return_by: date


class Window(_Strict):
    """How long after the sale, or another event, goods may come back, in calendar days of the partner's zone."""

    days: int | None = Field(None, ge=0, description="the same as window_days of the policy; write one of the two")
    start: StartEvent = Field("sold", description=START)
    no_start: Literal["earlier", "hold"] = Field(
        "earlier", description="where that day is not known: the event before it counts; or a person looks"
    )
    transit_days: int = Field(0, ge=0, description="days from the sale until the window starts: goods are on their way")
    grace_days: int = Field(0, ge=0, description="days after the window in which nobody calls them late")
    seasons: tuple[Season, ...] = Field((), description="the first one that a sale is in goes before the days")
    late: Literal["refuse", "hold", "reduce"] = "refuse"
    late_percent: Percent = Field(Decimal(50), description="what late goods get with `late: reduce`")
    late_days: int = Field(30, ge=0, description="days after which even `late: reduce` refuses")


class Basis(_Strict):
    """Which price a credit is reckoned from. It never gives more than the invoice line does."""

    price: Literal["invoice", "last", "average", "list", "agreed"] = Field(
        "invoice",
        description="invoice: net of all discounts of the line. last, average: of the retailer's sales of the item in "
        "`days` before the return. list, agreed: of `prices`; without one there it goes to a person",
    )
    days: int = Field(365, ge=1, description="for last and average")
    prices: dict[str, Decimal] = Field(
        {}, description="net price of one unit by GTIN of 8 to 14 digits or our item number"
    )
    floor_percent: Percent = Field(Decimal(0), description="of the invoice's price; the list gives no less")


class Rebate(_Strict):
    """A bonus that the retailer gets later on what it was sold: a credit gives back less by it."""

    percent: Percent
    sold_from: date
    sold_to: date


class Fees(_Strict):
    """What is taken off a credit, in this order."""

    restocking_percent: Percent = Decimal(0)
    restocking_reasons: tuple[str, ...] = Field((), description="reasons with a restocking fee; none named: all")
    freight_percent: Percent = Field(Decimal(0), description="for freight, of what is left of the credit")
    handling: Decimal = Field(Decimal(0), ge=0, description="for each unit, up to what is left of the credit")


class Deductions(_Strict):
    """What happens when the retailer has already taken money for a return from what it pays."""

    when_taken: Literal["ignore", "hold", "settle"] = Field(
        "ignore", description="settle: what was taken counts as credited, and only the rest goes on a note"
    )
    by: tuple[Literal["return_number", "invoice_number", "po_number", "amount"], ...] = Field(
        ("return_number", "invoice_number", "po_number"),
        description="what a deduction and a return must have in common, one of these, the first that fits; amount: the "
        "whole amount of units of an item, to the cent",
    )


class CreditTerms(_Strict):
    """What is credited, and how much of the invoice line."""

    entitlement: Entitlement = Entitlement()
    window: Window = Window()
    authorisation: Literal["free", "hold", "refuse"] = Field(
        "free", description="what happens to units that we never authorised; free: they need no authorisation"
    )
    quantity: Literal["accepted", "received"] = Field(
        "accepted", description="received: the condition lowers a credit by `grades`, and refuses none"
    )
    basis: Basis = Basis()
    rebates: tuple[Rebate, ...] = ()
    grades: dict[str, Percent] = Field({}, description="per cent of the price by condition; one not named: 100")
    fees: Fees = Fees()
    deductions: Deductions = Deductions()
    notes_per: NotesPer = Field(
        "return",
        description="what stands on one note: a return, all that is ready for the retailer, or what was decided in a "
        "day, a week from Monday or a month of the retailer's time zone, once it is over",
    )
    notes_attach: bool = Field(
        False, description="attach to each note its reconciliation, a PDF of what stands behind every line"
    )
    note_minimum: Decimal = Field(
        Decimal(0), ge=0, description="net amount: smaller credits wait, and go out on one note once they reach it"
    )


class Cap(_Strict):
    """How much is credited at most: a share of purchases, an amount, or the smaller of both.

    With ``days`` it looks back from the day of the return; with ``sold_from`` and ``sold_to`` it is about one season's
    sales and all their returns; with neither about everything.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    percent: Percent | None = Field(None, description="of the net purchases in the same time")
    amount: Decimal | None = Field(None, ge=0)
    per: Literal["retailer", "style"] = "retailer"
    days: int | None = Field(None, ge=1)
    sold_from: date | None = None
    sold_to: date | None = None
    over: Against = Field("hold", description="what happens to units above it")

    @model_validator(mode="after")
    def _is_a_cap(self) -> "Cap":
        if self.percent is None and self.amount is None:
            raise ValueError(f"cap {self.name!r} has neither percent nor amount")
        if (self.sold_from is None) != (self.sold_to is None) or (self.days and self.sold_from):
            raise ValueError(f"cap {self.name!r} needs days, or sold_from with sold_to, or none of them")
        return self


def with_window_days(policy: Any) -> Any:
    """A policy as it was written, with ``window_days`` from ``credit: window: days:``. ValueError: they differ."""
    if not isinstance(policy, dict) or not isinstance(policy.get("credit"), dict):
        return policy
    window = policy["credit"].get("window")
    days = window.get("days") if isinstance(window, dict) else None
    if days is None:
        return policy
    if policy.get("window_days", days) != days:
        raise ValueError(
            f"window_days is {policy['window_days']} and credit: window: days: is {days}; write one of them"
        )
    return policy | {"window_days": days}
