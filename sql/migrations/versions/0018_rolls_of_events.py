"""An audit event lists its rows in a packed roll; older events keep the list that they have. Fewer indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_event", sa.Column("roll", sa.LargeBinary(), nullable=True))
    # Movements are found by portion and return line; inspections that replace another are few.
    op.drop_index("movement_by_invoice_line", "movement")
    op.drop_index("inspection_by_replaces", "inspection")
    few = sa.text("replaces is not null")
    op.create_index("inspection_by_replaces", "inspection", ["replaces"], sqlite_where=few, postgresql_where=few)
