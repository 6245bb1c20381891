"""Control numbers of a partner's interchanges are looked up for every batch."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("interchange_by_partner_control"), "interchange", ["partner", "control"])
