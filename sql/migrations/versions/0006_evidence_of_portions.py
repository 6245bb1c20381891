"""What a placement rests on: all its evidence, repair, runner-up and nearest sales; delivery notes of sales."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_COLUMNS = ("held", "repair", "runner_up_held", "spread_currency", "nearest")


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("allocation", sa.Column(name, sa.String(), nullable=True))
    op.add_column("invoice_line", sa.Column("delivery_note", sa.String(), nullable=True))
