"""Documents of goods in the ERP: replacement orders and receipts, once each."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=True)


def upgrade() -> None:
    op.create_table(
        "goods_document",
        *map(_key, ("reference", "kind", "retailer", "request", "request_hash", "state")),
        *map(_text, ("document_id", "number", "document_digest", "problem")),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state <> 'done' or document_id is not null", name="goods_document_done"),
        sa.PrimaryKeyConstraint("reference"),
        sa.UniqueConstraint("kind", "document_id", name=op.f("goods_document_one_kind_document_id")),
    )
    for name in ("retailer", "state"):
        op.create_index(op.f(f"goods_document_by_{name}"), "goods_document", [name], unique=False)
    op.create_table(
        "goods_document_line",
        *map(_key, ("movement", "reference")),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.CheckConstraint("units > 0", name="goods_document_line_units"),
        sa.ForeignKeyConstraint(["movement"], ["movement.movement"], name=op.f("goods_document_line_has_movement")),
        sa.ForeignKeyConstraint(
            ["reference"], ["goods_document.reference"], name=op.f("goods_document_line_has_reference")
        ),
        sa.PrimaryKeyConstraint("movement"),
    )
    op.create_index(op.f("goods_document_line_by_reference"), "goods_document_line", ["reference"], unique=False)
