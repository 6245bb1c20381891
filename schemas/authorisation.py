"""Open this when you write the ``authorisation`` part of a retailer's policy: which announced returns may come.

Without a day in ``since`` nothing is asked and nothing changes: announced goods may come, and are judged when they did.
"""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.credit_terms import START, StartEvent

Word = Literal["authorise", "refuse", "keep", "dispose", "ask"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ItemFlag(_Strict):
    """Items of which something is known that decides: no-return items, hazardous or hygiene goods."""

    flag: str = Field(description="what they are, in one word: no_return, hazardous, hygiene")
    items: tuple[str, ...] = Field(description="GTINs of 8 to 14 digits, or item numbers of ours; `*`: any characters")
    word: Word


class Share(_Strict):
    """How much of what a retailer bought may come back: returned units of the sales of the last ``days``."""

    percent: Decimal = Field(ge=0, le=100)
    days: int = Field(365, ge=1, description="days before the return in which the sales count")
    beyond: Word = Field("refuse", description="what becomes of units beyond it; asked ones are whole portions")


class OpenLimits(_Strict):
    """How much may be on its way to us at once, authorised and not yet counted in."""

    units: int | None = Field(None, ge=0)
    money: Decimal | None = Field(None, ge=0, description="net, in units of each currency")
    beyond: Word = "ask"


class Authorisation(_Strict):
    """Which announced returns may come. The rules speak in the order of ``pipelines.steps.authorise.RULES``."""

    since: date | None = Field(
        None, description="returns announced from this day on need our word before they are shipped; none: none do"
    )
    unplaced: Word = Field("ask", description="units of which no sale is known")
    items: tuple[ItemFlag, ...] = Field((), description="the first flag that names an item decides")
    reasons: dict[str, Word] = Field({}, description="codes of mappings/codes/reasons.csv; what is not named goes on")
    start: StartEvent = Field("sold", description=START + "; where it is not known, the one before it")
    window_days: int | None = Field(None, ge=0, description="calendar days in the partner's zone; none: the policy's")
    grace_days: int = Field(0, ge=0, description="days after the window in which nothing is refused yet")
    late: Word = "refuse"
    share: Share | None = None
    open: OpenLimits | None = None
    keep_below: Decimal | None = Field(
        None, ge=0, description="net value of a return, in units of its currency, that is not worth its freight"
    )
    keep_percent: int = Field(100, ge=0, le=100, description="of the net amount: allowance for what the store keeps")
    dispose_percent: int = Field(100, ge=0, le=100, description="of the net amount: for what the store disposes of")
    valid_days: int = Field(30, ge=1, description="days for which an authorisation holds")
    answer_days: int = Field(3, ge=0, description="days in which a person answers what the rules leave to a person")
    unanswered: Word | None = Field(None, description="our word when nobody did; none: it waits on, and is overdue")
