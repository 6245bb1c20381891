"""How far ERPs were read, and which of their invoices were cancelled."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "supply_cursor",
        *map(_key, ("supply", "kind", "cursor")),
        *map(_number, ("pages", "rows")),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("supply", "kind"),
    )
    op.create_table(
        "sale_cancelled",
        *map(_key, ("invoice_line", "document")),
        _number("line_no"),
        _key("file"),
        *map(_number, ("offset", "length")),
        _key("retailer"),
        sa.ForeignKeyConstraint(["document"], ["document.document"], name=op.f("sale_cancelled_has_document")),
        sa.PrimaryKeyConstraint("invoice_line"),
    )
    op.create_index(op.f("sale_cancelled_by_document"), "sale_cancelled", ["document"], unique=False)
