"""Open this when you write ``policy.reconciliation`` of a partner.yaml: what holds where counts differ."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from schemas.differences import KINDS, Action


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tolerance(_Strict):
    """Up to which size all differences of one kind in a return are small, in units and in net money, both of them."""

    units: int = Field(0, ge=0)
    money: Decimal = Field(Decimal(0), ge=0, description="in units of the line's currency")


class Reconciliation(_Strict):
    """What was agreed about differences. As it stands here, the warehouse's count holds and nobody is asked.

    ``rules`` says per kind of schemas/differences.py what happens beyond the tolerance, ``within`` what happens up to
    it, ``unanswered`` what holds when the retailer does not answer a question in time.
    """

    credit_on: Literal["announced", "received", "accepted"] = Field(
        "accepted",
        description="announced: what did not come or is damaged is credited all the same; received: what came is "
        "credited in whatever condition; accepted: what came, as its condition allows",
    )
    shipping_damage: Literal["conditions", "us", "retailer"] = Field(
        "conditions", description="who carries damage of goods announced as sound; conditions: `conditions` decides"
    )
    tolerance: Tolerance = Tolerance()
    within: dict[str, Action] = {}
    rules: dict[str, Action] = {}
    unanswered: dict[str, Action] = {}
    answer_days: int = Field(10, ge=1, description="days in which the retailer answers a question")
    remind_after_days: tuple[int, ...] = Field(
        (), description="days after a box was due when the retailer is reminded of it"
    )
    close_after_days: int | None = Field(
        None, ge=0, description="days after a box was due when it counts as never arrived; none: never"
    )

    @field_validator("within", "rules", "unanswered")
    @classmethod
    def _possible(cls, named: dict[str, Action]) -> dict[str, Action]:
        """A kind that exists, and an action that means something for it."""
        for kind, action in named.items():
            if kind not in KINDS:
                raise ValueError(f"{kind!r} is no kind of difference; kinds are {', '.join(KINDS)}")
            if action not in KINDS[kind].actions:
                raise ValueError(f"`{action}` says nothing about {kind}; it can be {', '.join(KINDS[kind].actions)}")
        return named

    @model_validator(mode="after")
    def _questions_end(self) -> "Reconciliation":
        """A question leads somewhere when nobody answers it, and is none of the small things."""
        if asking := [kind for kind, action in self.unanswered.items() if action == "ask"]:
            raise ValueError(f"unanswered.{asking[0]} cannot be `ask` again")
        if asking := [kind for kind, action in self.within.items() if action == "ask"]:
            raise ValueError(f"within.{asking[0]} cannot be `ask`: what is within the tolerance is not asked about")
        return self

    def beyond(self, kind: str) -> tuple[str, Action]:
        """The rule and the action for a difference of this kind that is not within the tolerance."""
        if kind in self.rules:
            return f"reconciliation.rules.{kind}", self.rules[kind]
        if kind == "credited_before":
            return "reconciliation.credited_before", "write_off"
        if kind == "damaged" and self.shipping_damage != "conditions":
            return "reconciliation.shipping_damage", "accept" if self.shipping_damage == "us" else "write_off"
        if kind in _ACCEPTED_ON.get(self.credit_on, ()):
            return "reconciliation.credit_on", "accept"
        return "reconciliation", "count"

    def silence(self, kind: str) -> tuple[str, Action]:
        """The rule and the action when the retailer was asked and did not answer."""
        return f"reconciliation.unanswered.{kind}", self.unanswered.get(kind, "count")


_ACCEPTED_ON = {
    "announced": ("short", "never_arrived", "carton_missing", "damaged", "condition"),
    "received": ("damaged", "condition"),
}
