"""Orders tell what an assortment holds."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0009"


def upgrade() -> None:
    """Add the component to order lines."""
    op.add_column("order_line", sa.Column("component_gtin", sa.String(), nullable=True))
