"""Open this when you ask what is stored of differences: how each was resolved, what was asked, what a box may be."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

import schemas.naming  # noqa: F401  (names of constraints, before the first table)
from schemas.moments import UtcTime


class Question(SQLModel, table=True):
    """What a retailer was asked about a return, until when it can answer, and what holds when it does not."""

    question: str = Field(primary_key=True)
    retailer: str = Field(index=True)
    return_id: str = Field(index=True, foreign_key="return.return_id")
    asks: str  # one sentence
    answer_by: date
    unanswered: str  # what holds then, in words
    at: datetime = Field(sa_type=UtcTime)


class Resolution(SQLModel, table=True):
    """What holds of a difference: an action of schemas/differences.py, with the rule or the person that said so.

    A later turn takes the place of an earlier one. ``other_line`` is the line of the item that came in place of the
    announced one.
    """

    return_line: str = Field(primary_key=True, foreign_key="return_line.return_line")
    kind: str = Field(primary_key=True)
    receipt_document: str = Field(primary_key=True, foreign_key="document.document")
    receipt_line_no: int = Field(primary_key=True)
    turn: int = Field(primary_key=True)
    retailer: str = Field(index=True)
    other_line: str | None = Field(None, index=True, foreign_key="return_line.return_line")
    condition: str | None = None
    units: int
    action: str
    rule: str
    because: str
    question: str | None = Field(None, foreign_key="question.question")
    policy_version: str
    by: str | None = None
    at: datetime = Field(sa_type=UtcTime)


class Guess(SQLModel, table=True):
    """Whose box it may be that nobody announced, and of which return: the first of a box is the likeliest."""

    document: str = Field(primary_key=True, foreign_key="document.document")
    box: str = Field(primary_key=True)  # its label; empty: the boxes of the receipt without one
    rank: int = Field(primary_key=True)
    retailer: str
    return_id: str | None = Field(None, foreign_key="return.return_id")
    score: int  # of 100
    likelihood: str  # in words
    evidence: str
