"""Our word on announced goods, and where goods go after their inspection."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=True)


def _refers(column: str, table: str, key: str, own: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{table}.{key}"], name=op.f(f"{own}_has_{column}"))


def upgrade() -> None:
    _authorisations()
    _routings()


def _authorisations() -> None:
    op.create_table(
        "authorisation",
        *map(_key, ("authorisation", "portion", "return_line", "outcome")),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        *map(_key, ("rule", "because", "policy_version")),
        _text("number"),
        sa.Column("expires_on", sa.Date(), nullable=True),
        *map(_text, ("answers", "by")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("units > 0", name="authorisation_units"),
        _refers("portion", "allocation", "portion", "authorisation"),
        _refers("return_line", "return_line", "return_line", "authorisation"),
        _refers("answers", "authorisation", "authorisation", "authorisation"),
        sa.PrimaryKeyConstraint("authorisation"),
        sa.UniqueConstraint("answers", name=op.f("authorisation_one_answers")),
    )
    _indexes("authorisation", "portion", "return_line", "number")


def _routings() -> None:
    op.create_table(
        "routing",
        *map(_key, ("routing", "inspection", "portion", "return_line")),
        sa.Column("units", sa.Integer(), nullable=False),
        *map(_key, ("route", "rule", "because", "policy_version", "warehouse")),
        *map(_text, ("message", "by")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _refers("inspection", "inspection", "movement", "routing"),
        _refers("portion", "allocation", "portion", "routing"),
        _refers("return_line", "return_line", "return_line", "routing"),
        _refers("message", "outbound_message", "key", "routing"),
        sa.PrimaryKeyConstraint("routing"),
    )
    _indexes("routing", "inspection", "portion", "return_line", "message")


def _indexes(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"{table}_by_{column}"), table, [column], unique=False)
