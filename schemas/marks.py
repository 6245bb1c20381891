"""Open this when a step reads too much, or misses something: what is not finished yet, noted when it comes to be.

A day costs what its new lines cost, not what was ever stored: steps read what is marked. The store alone sets marks, in
the transaction that gives cause to them (``connectors/store/marks.py``), so that nothing is ever missed; a mark goes
when its work is recorded. Marks are no facts: all of them follow from rows that are kept.
"""

from enum import StrEnum

from sqlmodel import Field, SQLModel

import schemas.naming  # noqa: F401  (names of constraints, before the first table)


class Kind(StrEnum):
    """What is marked, and why."""

    OPEN = "open"  # a portion that has units in an open bucket
    SHORT = "short"  # a portion of which units that did not come are credited as announced
    DIFFERING = "differing"  # a return in which something may differ otherwise than before
    CAME = "came"  # an inspection that was not held against our word
    REFUSED = "refused"  # a decision that refused announced goods, of which the retailer was not told
    UNROUTED = "unrouted"  # an inspection that was decided, whose goods got no route
    UNCLAIMED = "unclaimed"  # a decision that made goods good, not looked at for a recourse
    UNORDERED = "unordered"  # a movement of units that were replaced, without an order
    GOING_BACK = "going_back"  # a route by which goods go back that did not yet
    UNTOLD = "untold"  # a posted credit note of which the retailer has no copy
    EVIDENCE = "evidence"  # a return line of which evidence or a word on a difference came, not held against decisions
    TAKEN = "taken"  # an amount that a retailer took from what it pays, not wholly settled: `document|line_no`
    SHIPPED = "shipped"  # a ship notice, not held against a retailer's decisions: `document|retailer`


class Mark(SQLModel, table=True):
    """Something that is not finished. ``edition`` counts how often there was cause; who is done says which it saw.

    One index is enough, for whatever a retailer has of a kind and for one subject: on SQLite the table itself is it.
    """

    __table_args__ = {"sqlite_with_rowid": False}
    kind: str = Field(primary_key=True)
    retailer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    edition: int = 1
