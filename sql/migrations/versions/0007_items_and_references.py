"""What a claim brings to the split: the order of a whole return, and what was packed in its carton."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice_line", sa.Column("header_po", sa.String(), nullable=True))
    for name in ("po_number", "po_line", "header_po"):
        op.add_column("receipt_line", sa.Column(name, sa.String(), nullable=True))
    op.create_index(op.f("shipment_line_by_carton"), "shipment_line", ["carton"], unique=False)
