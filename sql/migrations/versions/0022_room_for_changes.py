"""On PostgreSQL: pages of rows that are changed again and again keep room, so that indexes need not follow."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_CHANGED = ("creditable", "mark")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in _CHANGED:
            op.execute(f"alter table {table} set (fillfactor = 50)")
