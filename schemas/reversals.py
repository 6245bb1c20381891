"""Open this when a posted credit was wrong: what is stored of the counter-document that takes it back."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field, SQLModel

import schemas.naming  # noqa: F401  (names of constraints, before the first table)

WITHDRAWN = "withdrawn"  # the state of a counter-document that a person took back before anything was sent
CLOSED = ("posted", WITHDRAWN)  # nothing more happens to it


class ReversalLine(SQLModel, table=True):
    """A line of a counter-document: what it takes back of one line of a posted credit.

    Without units it lowers the price alone. ``withheld_net`` and ``withheld_tax`` are what the credit had left out of
    the price of its units; nobody is charged for that. ``cause`` is the receipt that counts otherwise since; empty: a
    person said so.
    """

    __tablename__ = "reversal_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["of_reference", "of_line_no"],
            ["credit_intent_line.reference", "credit_intent_line.line_no"],
            name="reversal_line_has_line",
        ),
        CheckConstraint("units >= 0 and net_minor >= 0 and tax_minor >= 0", name="reversal_line_amounts"),
        CheckConstraint("units > 0 or net_minor > 0", name="reversal_line_something"),
    )
    reference: str = Field(primary_key=True, foreign_key="credit_intent.reference")
    line_no: int = Field(primary_key=True)
    of_reference: str = Field(index=True)
    of_line_no: int
    portion: str = Field(index=True, foreign_key="allocation.portion")
    return_line: str = Field(index=True, foreign_key="return_line.return_line")
    invoice_line: str = Field(foreign_key="invoice_line.invoice_line")
    units: int
    net_minor: int
    tax_minor: int
    withheld_net: int = 0
    withheld_tax: int = 0
    cause: str | None = Field(None, foreign_key="document.document")
