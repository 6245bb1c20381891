"""A posted credit is taken back by a counter-document, line by line."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_PARENTS = {"reference": "credit_intent", "portion": "allocation", "return_line": "return_line",
            "invoice_line": "invoice_line", "cause": "document"}  # fmt: skip
_KEYS = {"credit_intent": "reference", "allocation": "portion", "document": "document"}


def upgrade() -> None:
    op.execute("alter table credit_intent add column kind varchar")
    # In place: alembic would copy the table that others refer to.
    op.execute(
        "alter table credit_intent add column reverses varchar "
        "constraint credit_intent_has_reverses references credit_intent (reference)"
    )
    op.create_index(op.f("credit_intent_by_reverses"), "credit_intent", ["reverses"], unique=False)
    _reversal_line()


def _reversal_line() -> None:
    amounts = ("units", "net_minor", "tax_minor", "withheld_net", "withheld_tax")
    op.create_table(
        "reversal_line",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("of_reference", sa.String(), nullable=False),
        sa.Column("of_line_no", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("portion", "return_line", "invoice_line")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in amounts),
        sa.Column("cause", sa.String(), nullable=True),
        sa.CheckConstraint("units >= 0 and net_minor >= 0 and tax_minor >= 0", name="reversal_line_amounts"),
        sa.CheckConstraint("units > 0 or net_minor > 0", name="reversal_line_something"),
        sa.ForeignKeyConstraint(
            ["of_reference", "of_line_no"],
            ["credit_intent_line.reference", "credit_intent_line.line_no"],
            name="reversal_line_has_line",
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.{_KEYS.get(table, column)}"],
                                    name=op.f(f"reversal_line_has_{column}"))
            for column, table in _PARENTS.items()
        ),
        sa.PrimaryKeyConstraint("reference", "line_no"),
    )  # fmt: skip
    for column in ("of_reference", "portion", "return_line"):
        op.create_index(op.f(f"reversal_line_by_{column}"), "reversal_line", [column], unique=False)
