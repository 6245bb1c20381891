"""Open this when you ask what is stored of reading an ERP: how far it was read, which sales were cancelled."""

from datetime import datetime

from sqlmodel import Field, SQLModel

import schemas.naming  # noqa: F401  (names of constraints, before the first table)
from schemas.moments import UtcTime


class SupplyCursor(SQLModel, table=True):
    """How far a supply was read, kind by kind, with the pages and rows that it gave.

    It goes on in the transaction that records the page: a page without its cursor comes again.
    """

    __tablename__ = "supply_cursor"
    supply: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    cursor: str
    pages: int = 0
    rows: int = 0
    read_at: datetime = Field(sa_type=UtcTime)


class SaleCancelled(SQLModel, table=True):
    """A line of an invoice that was cancelled in the ERP after it was posted, and where that is said.

    No return is placed on it any more. It may come before its sale, so the sale need not be there.
    """

    __tablename__ = "sale_cancelled"
    invoice_line: str = Field(primary_key=True)
    document: str = Field(index=True, foreign_key="document.document")
    line_no: int
    file: str
    offset: int
    length: int
    retailer: str
