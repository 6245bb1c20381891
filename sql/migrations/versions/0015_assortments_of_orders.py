"""Orders tell what an assortment holds; a claim is found by its carton."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_line", sa.Column("component_gtin", sa.String(), nullable=True))
    op.create_index(op.f("claim_by_carton"), "claim", ["carton"], unique=False)
