"""Ship notices say when goods are delivered; evidence proves it, or when the consumer got them."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shipment_line", sa.Column("delivered_on", sa.Date(), nullable=True))
    op.create_index(op.f("shipment_line_by_invoice_number"), "shipment_line", ["invoice_number"], unique=False)
    op.add_column("claim_evidence", sa.Column("delivered_on", sa.Date(), nullable=True))
    op.add_column("claim_evidence", sa.Column("consumer_on", sa.Date(), nullable=True))
