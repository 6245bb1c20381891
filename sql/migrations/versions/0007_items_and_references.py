"""What a claim brings to the split: orders of a whole return, what was packed in a carton, names and parts of items."""

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
    for name in ("style", "colour", "size", "item_by"):
        op.add_column("notice_line", sa.Column(name, sa.String(), nullable=True))
    op.add_column("receipt_line", sa.Column("item_by", sa.String(), nullable=True))
    op.add_column("answer_line", sa.Column("ordered_gtin", sa.String(), nullable=True))
    op.create_table(
        "item_name",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("retailer", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("gtin", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "retailer", "name", "gtin"),
    )
    op.create_index(op.f("item_name_by_name"), "item_name", ["name"], unique=False)
    op.create_index(op.f("item_name_by_gtin"), "item_name", ["gtin"], unique=False)
    op.create_table(
        "item_component",
        sa.Column("gtin", sa.String(), nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("gtin", "component"),
    )
    op.create_index(op.f("item_component_by_component"), "item_component", ["component"], unique=False)
