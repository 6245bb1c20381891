"""Money that a credit leaves out moves without units."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_UNITS = "units > 0 or (units = 0 and 'withheld' in (from_bucket, to_bucket) and (net_minor > 0 or tax_minor > 0))"
_PARENTS = {"invoice_line": "invoice_line", "portion": "allocation", "return_line": "return_line"}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _made_anew()
    else:
        op.drop_constraint("movement_units", "movement", type_="check")
        op.create_check_constraint("movement_units", "movement", sa.text(_UNITS))


def _made_anew() -> None:
    """SQLite changes no check: the table is made anew under its name, while rows that point at it wait for its rows."""
    op.execute("PRAGMA defer_foreign_keys=ON")
    op.execute("create table movement_before as select * from movement")
    op.drop_table("movement")
    op.create_table(
        "movement",
        sa.Column("movement", sa.String(), nullable=False),
        sa.Column("portion", sa.String(), nullable=False),
        sa.Column("return_line", sa.String(), nullable=False),
        sa.Column("invoice_line", sa.String(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("net_minor", sa.Integer(), nullable=False),
        sa.Column("tax_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("from_bucket", sa.String(), nullable=False),
        sa.Column("to_bucket", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("rule_version", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_UNITS, name="movement_units"),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.{column}"], name=op.f(f"movement_has_{column}"))
            for column, table in _PARENTS.items()
        ),
        sa.PrimaryKeyConstraint("movement"),
    )
    for column in ("invoice_line", "portion", "return_line"):
        op.create_index(op.f(f"movement_by_{column}"), "movement", [column], unique=False)
    op.execute("insert into movement select * from movement_before")
    op.drop_table("movement_before")
