"""Open this when you ask what is stored of goods in the ERP: its documents of replacements and receipts, once each."""

from datetime import datetime

import pyarrow as pa
from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

import schemas.naming  # noqa: F401  (names of constraints, before the first table)
from schemas.moments import UtcTime
from schemas.tables import _I, _T, _table


class GoodsDocumentRow(SQLModel, table=True):
    """Goods that the ERP must have once: a replacement order, or what a receipt counted in.

    state: ready, parked (the ERP refuses it, in ``problem``; each run tries again), done. ``request`` is what is asked
    of the ERP, as canonical JSON; the rest is what it answered.
    """

    __tablename__ = "goods_document"
    __table_args__ = (
        UniqueConstraint("kind", "document_id"),
        CheckConstraint("state <> 'done' or document_id is not null", name="goods_document_done"),
    )
    reference: str = Field(primary_key=True)
    kind: str
    retailer: str = Field(index=True)
    request: str
    request_hash: str
    state: str = Field("ready", index=True)
    document_id: str | None = None
    number: str | None = None
    document_digest: str | None = None  # sha256 of the document as read back
    problem: str | None = None
    done_at: datetime | None = Field(None, sa_type=UtcTime)


class GoodsDocumentLine(SQLModel, table=True):
    """Units that a document speaks of: those of one movement, into `replaced` or into `received`, once."""

    __tablename__ = "goods_document_line"
    __table_args__ = (CheckConstraint("units > 0", name="goods_document_line_units"),)
    movement: str = Field(primary_key=True, foreign_key="movement.movement")
    reference: str = Field(index=True, foreign_key="goods_document.reference")
    units: int


TO_BOOK = _table(
    "units of which the ERP has no document of goods yet, one row a movement",
    movement=_T,
    kind=(_T, "replacement or receipt"),
    subject=(_T, "the replacement order, or the receipt's document"),
    number=(_T, "of the return, or of the receipt by the warehouse"),
    retailer=_T,
    company=(_T, "who sold them; null where they have no place"),
    store=_T,
    gtin=_T,
    vendor_item=_T,
    units=_I,
    grade=(_T, "the condition in which they were counted"),
    route=(_T, "where they go, if that was said"),
    since=(pa.timestamp("us", "UTC"), "when they moved"),
)  # fmt: skip
