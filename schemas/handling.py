"""Open this when you ask what is stored of our word on announced goods, of where goods go, and of claims.

The tables of ``schemas.records`` for what happens to goods beside their money.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

import schemas.naming  # noqa: F401  (names of constraints, before the first table)
from schemas.moments import UtcTime


class AuthorisationRow(SQLModel, table=True):
    """Our word on announced units of a portion, before they are shipped.

    outcome: authorise, refuse, keep, dispose, ask.

    ``answers`` is the word `ask` that this one ends: a person's, named by ``by``, or the policy's.
    """

    __tablename__ = "authorisation"
    __table_args__ = (CheckConstraint("units > 0", name="authorisation_units"),)
    authorisation: str = Field(primary_key=True)
    portion: str = Field(index=True, foreign_key="allocation.portion")
    return_line: str = Field(index=True, foreign_key="return_line.return_line")
    outcome: str
    units: int
    percent: int | None = None  # of the net amount, for goods that stay at the store
    rule: str
    because: str
    policy_version: str
    number: str | None = Field(None, index=True)
    expires_on: date | None = None
    answers: str | None = Field(None, unique=True, foreign_key="authorisation.authorisation")
    by: str | None = None
    at: datetime = Field(sa_type=UtcTime)


class Routing(SQLModel, table=True):
    """Where goods of an inspection go; ``message`` is the instruction that told the warehouse, if one was written.

    A later one of the same inspection holds: a person's, after the rules left it to a person.
    """

    routing: str = Field(primary_key=True)
    inspection: str = Field(index=True, foreign_key="inspection.movement")
    portion: str = Field(index=True, foreign_key="allocation.portion")
    return_line: str = Field(index=True, foreign_key="return_line.return_line")
    units: int
    route: str
    rule: str
    because: str
    policy_version: str
    warehouse: str
    message: str | None = Field(None, index=True, foreign_key="outbound_message.key")
    by: str | None = None
    at: datetime = Field(sa_type=UtcTime)


class ClaimEvidence(SQLModel, table=True):
    """What supports a claim: a file, by the digest under which the vault has it, or what somebody states."""

    __tablename__ = "claim_evidence"
    evidence: str = Field(primary_key=True)
    return_line: str = Field(index=True, foreign_key="return_line.return_line")
    file: str | None = None
    name: str | None = None
    note: str = ""
    serial: str | None = None
    lot: str | None = None
    purchased_on: date | None = None
    by: str
    at: datetime = Field(sa_type=UtcTime)


class ReplacementOrder(SQLModel, table=True):
    """Goods that the retailer gets again, free of charge, once a movement into `replaced`. state: ready, sent."""

    __tablename__ = "replacement_order"
    __table_args__ = (Index(None, "state", "retailer"),)
    reference: str = Field(primary_key=True)
    movement: str = Field(unique=True, foreign_key="movement.movement")
    return_line: str = Field(index=True, foreign_key="return_line.return_line")
    retailer: str = Field(index=True)
    number: str
    store: str | None = None
    gtin: str | None = None
    units: int
    reason: str | None = None
    state: str = "ready"


class Recourse(SQLModel, table=True):
    """What a supplier owes us for a defect that we made good, once for each decision. state: ready, sent."""

    recourse: str = Field(primary_key=True)
    decision: str = Field(unique=True, foreign_key="decision.decision")
    return_line: str = Field(index=True, foreign_key="return_line.return_line")
    supplier: str = Field(index=True)
    gtin: str | None = None
    units: int
    net_minor: int
    currency: str
    reason: str | None = None
    outcome: str
    state: str = Field("ready", index=True)
