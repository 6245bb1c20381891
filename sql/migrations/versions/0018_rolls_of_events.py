"""An audit event lists its rows in a packed roll; older events keep the list that they have."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_event", sa.Column("roll", sa.LargeBinary(), nullable=True))
