"""Open this when you ask what is stored of prices, caps and deductions: why a credit has its amount, row by row."""

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

import schemas.naming  # noqa: F401  (names of constraints, before the first table)


class Pricing(SQLModel, table=True):
    """A rule that changed the net amount of a decision, in the order of the rules."""

    decision: str = Field(primary_key=True, foreign_key="decision.decision")
    step: int = Field(primary_key=True)
    rule: str
    before_minor: int
    after_minor: int
    because: str


class CapUse(SQLModel, table=True):
    """What a decision used of a cap. The database refuses a row above the limit that held when it was decided."""

    __tablename__ = "cap_use"
    __table_args__ = (
        CheckConstraint("used_minor >= 0 and used_minor + net_minor <= limit_minor", name="cap_use_kept"),
    )
    decision: str = Field(primary_key=True, foreign_key="decision.decision")
    cap: str = Field(primary_key=True)
    retailer: str = Field(index=True)
    style: str | None = None
    currency: str
    limit_minor: int
    used_minor: int  # by earlier decisions
    net_minor: int


class Settlement(SQLModel, table=True):
    """What the retailer had already taken for a decision's units, by a deduction of its own."""

    decision: str = Field(primary_key=True, foreign_key="decision.decision")
    document: str = Field(primary_key=True, index=True, foreign_key="document.document")
    line_no: int = Field(primary_key=True)
    amount_minor: int  # with tax
    currency: str


class Deciding(SQLModel, table=True):
    """How often was decided for a retailer: two runs that decide for one retailer at once see each other."""

    retailer: str = Field(primary_key=True)
    edition: int
