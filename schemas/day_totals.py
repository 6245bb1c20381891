"""Open this when a cap counts wrongly: what a retailer was sold and credited, summed by day as it is recorded.

Caps are reckoned from these totals, so that a day costs the same however much was ever sold. The store alone keeps
them, in the transaction that writes what they sum (``connectors/store/day_totals.py``). They are no facts: all of them
follow from rows that are kept, and ``sql/checks/day_totals_tie.sql`` names one that does not.
"""

from datetime import date

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

import schemas.naming  # noqa: F401  (names of constraints, before the first table)

ALL_STYLES = ""  # the style of totals over all items, those without a style too


class DayTotal(SQLModel, table=True):
    """Net money of a retailer by day, for all items and for each style.

    ``style`` is the part before the slash: OSLO of OSLO/NAVY/M. ``sold_minor`` is what was sold on the day,
    ``of_sold_minor`` what was credited of that, ``of_returned_minor`` what was credited of what came back on the day.
    """

    __tablename__ = "day_total"
    __table_args__ = (
        CheckConstraint("sold_minor >= 0 and of_sold_minor >= 0 and of_returned_minor >= 0", name="day_total_amounts"),
        {"sqlite_with_rowid": False},
    )
    retailer: str = Field(primary_key=True)
    style: str = Field(primary_key=True)
    currency: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    sold_minor: int = 0
    of_sold_minor: int = 0
    of_returned_minor: int = 0
