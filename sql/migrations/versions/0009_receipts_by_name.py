"""Receipts are found by the return and the carton that they name."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("notice_number", "carton"):
        op.create_index(op.f(f"receipt_line_by_{column}"), "receipt_line", [column], unique=False)
