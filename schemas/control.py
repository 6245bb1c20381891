"""Open this when a credit waits for a person, or should: who must look at it, and what stops posting.

``Control`` is the part ``control:`` of a policy. ``Breakers`` is the part ``breakers:`` of the settings, since posting
stops for everybody.
"""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

# The days by which a policy can hold; what has no such day is judged by the day of the decision.
JudgedBy = Literal["returned_on", "sold_on", "decided_on"]

# What can always need a person, whatever the amount, and how a credit says so.
ALWAYS = {
    "no_receipt": "it is credited without a receipt",
    "over": "more came than was announced",
    "short": "less came than was announced",
    "assigned": "a person put it on its sale",
}
Always = Literal["no_receipt", "over", "short", "assigned"]

# The part that a person has in a credit. Nobody has two, so who has one of the others never approves it.
PARTS = {
    "receiver": "receives the goods of this retailer",
    "preparer": "prepared it, or put lines of it on their sales",
    "rule_editor": "wrote the policy that decided it",
    "approver": "approved it",
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Control(_Strict):
    """When credits of a retailer need a person, and which."""

    judged_by: JudgedBy = Field(
        "returned_on",
        description="the day that says which of several policies holds for units; it stands in partner.yaml alone",
    )
    standing_days: int = Field(
        365, ge=1, description="days after its approval for which a policy lets credits go out by themselves"
    )
    editor_days: int = Field(
        30, ge=0, description="days after a policy was first seen in which its author approves none of its credits"
    )
    second_factor: Decimal = Field(
        Decimal(10), ge=1, description="above so many times a limit two persons must approve"
    )
    new_partner_days: int = Field(
        0, ge=0, description="days after the retailer's first file in which all its credits need a person"
    )
    always: tuple[Always, ...] = Field(
        ("no_receipt",), description="what needs a person whatever the amount is: no_receipt, over, short, assigned"
    )
    approvers: tuple[str, ...] = Field((), description="who may approve its credits; none named: whoever has no part")
    goods_receivers: tuple[str, ...] = Field((), description="who counts its goods in, and so approves none of it")


class Breakers(_Strict):
    """When all posting stops until a person has looked."""

    day_factor: Decimal = Field(
        Decimal(5), gt=1, description="a day's net or number of notes above so many times the median of earlier days"
    )
    days: int = Field(30, ge=1, description="calendar days back that the median is taken of")
    least_days: int = Field(5, ge=1, description="days with postings among them below which nothing is compared")
    least_net: Decimal = Field(
        Decimal(1000), ge=0, description="net of a day, in units of its currency, never too much"
    )
    least_notes: int = Field(10, ge=0, description="number of notes of a day that is never too many")
    read_back: int = Field(20, ge=0, description="so many of the last notes are compared with the ERP before posting")
