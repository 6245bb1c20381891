"""Our word on announced goods, where goods go after their inspection, and claims."""

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
    _evidence()
    _orders()
    _recourse()


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


def _evidence() -> None:
    op.create_table(
        "claim_evidence",
        *map(_key, ("evidence", "return_line")),
        *map(_text, ("file", "name")),
        _key("note"),
        *map(_text, ("serial", "lot")),
        sa.Column("purchased_on", sa.Date(), nullable=True),
        _key("by"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _refers("return_line", "return_line", "return_line", "claim_evidence"),
        sa.PrimaryKeyConstraint("evidence"),
    )
    _indexes("claim_evidence", "return_line")


def _orders() -> None:
    op.create_table(
        "replacement_order",
        *map(_key, ("reference", "movement", "return_line", "retailer", "number")),
        *map(_text, ("store", "gtin")),
        sa.Column("units", sa.Integer(), nullable=False),
        _text("reason"),
        _key("state"),
        _refers("movement", "movement", "movement", "replacement_order"),
        _refers("return_line", "return_line", "return_line", "replacement_order"),
        sa.PrimaryKeyConstraint("reference"),
        sa.UniqueConstraint("movement", name=op.f("replacement_order_one_movement")),
    )
    _indexes("replacement_order", "return_line", "retailer", "state")


def _recourse() -> None:
    op.create_table(
        "recourse",
        *map(_key, ("recourse", "decision", "return_line", "supplier")),
        _text("gtin"),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("net_minor", sa.Integer(), nullable=False),
        _key("currency"),
        _text("reason"),
        *map(_key, ("outcome", "state")),
        _refers("decision", "decision", "decision", "recourse"),
        _refers("return_line", "return_line", "return_line", "recourse"),
        sa.PrimaryKeyConstraint("recourse"),
        sa.UniqueConstraint("decision", name=op.f("recourse_one_decision")),
    )
    _indexes("recourse", "return_line", "supplier", "state")


def _indexes(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"{table}_by_{column}"), table, [column], unique=False)
