"""Open this when you write the ``goods`` part of a retailer's policy: what becomes of goods after their inspection.

Without a day in ``since`` nobody is instructed and nothing changes. The first rule of ``routes`` that fits decides;
what no rule fits, and every condition that is not judged, goes to a person and never back to stock.
"""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.warranty import Claims

Route = Literal["restock", "refurbish", "repair", "outlet", "recycle", "destroy", "send_back", "person"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RouteRule(_Strict):
    """A rule about goods: all that it names must fit; what it leaves out fits always."""

    route: Route
    conditions: tuple[str, ...] = Field((), description="codes of mappings/codes/conditions.csv")
    outcomes: tuple[Literal["credit", "refuse", "replace", "repair"], ...] = Field(
        (), description="what was decided of them"
    )
    reasons: tuple[str, ...] = Field((), description="codes of mappings/codes/reasons.csv")
    items: tuple[str, ...] = Field(
        (), description="GTINs of 8 to 14 digits, or item numbers of ours; `*`: any characters"
    )
    worth_from: Decimal | None = Field(None, description="net value of a unit, in units of its currency, from which on")
    worth_below: Decimal | None = Field(None, description="net value of a unit below which")
    pays: bool = Field(False, description="only where a unit is worth more than the route costs")


# As new goods go to stock; what a new package or a repair pays for gets it; faulty goods are sold as such, or recycled.
USUAL_ROUTES = (
    RouteRule(route="send_back", outcomes=("refuse",)),
    RouteRule(route="repair", outcomes=("repair",)),
    RouteRule(route="restock", conditions=("sellable",)),
    RouteRule(route="refurbish", conditions=("repack",), pays=True),
    RouteRule(route="outlet", conditions=("repack", "second"), pays=True),
    RouteRule(route="recycle", conditions=("repack", "second", "damaged")),
)


class Goods(_Strict):
    """What becomes of goods that were counted in and decided on."""

    since: date | None = Field(
        None, description="goods counted in from this day on are sent on their way by us; none: the warehouse knows"
    )
    routes: tuple[RouteRule, ...] = USUAL_ROUTES
    costs: dict[Route, Decimal] = Field(
        {"refurbish": Decimal(2), "repair": Decimal(10), "outlet": Decimal(1)},
        description="what a route costs us a unit, in units of its currency",
    )
    answer_days: int = Field(5, ge=0, description="days in which the warehouse confirms an instruction")
    claims: Claims = Claims()
    sent_back: Literal["sent", "confirmed"] = Field(
        "confirmed", description="refused goods count as sent back when the instruction is sent, or confirmed"
    )
