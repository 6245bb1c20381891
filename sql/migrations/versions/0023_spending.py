"""What went out by itself on a day is a running total, which the database holds below the limit of the day."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_GONE_OUT = """insert into spending (day, retailer, currency, net_minor, limit_minor)
select intended_on, {whose}, currency, cast(sum(net_minor) as bigint), cast(sum(net_minor) as bigint)
from credit_intent where intended_on is not null and approvals_needed = 0 and kind is null group by {by}"""


def upgrade() -> None:
    op.create_table(
        "spending",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("retailer", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("net_minor", sa.Integer(), nullable=False),
        sa.Column("limit_minor", sa.Integer(), nullable=False),
        sa.CheckConstraint("net_minor <= limit_minor", name="spending_limit"),
        sa.PrimaryKeyConstraint("day", "retailer", "currency"),
    )
    op.execute(_GONE_OUT.format(whose="retailer", by="intended_on, retailer, currency"))
    op.execute(_GONE_OUT.format(whose="''", by="intended_on, currency"))
