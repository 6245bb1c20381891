"""What is credited of a decision and why, what caps and deductions made of it, and how often was decided."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, names in (
        ("decision", ("credit_net", "credit_tax", "owed_net", "owed_tax")),
        ("credit_intent_line", ("withheld_net", "withheld_tax")),
    ):
        for name in names:
            op.add_column(table, sa.Column(name, sa.Integer(), nullable=True))
    op.create_table(
        "pricing",
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("before_minor", sa.Integer(), nullable=False),
        sa.Column("after_minor", sa.Integer(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["decision"], ["decision.decision"], name=op.f("pricing_has_decision")),
        sa.PrimaryKeyConstraint("decision", "step"),
    )
    op.create_table(
        "cap_use",
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("cap", sa.String(), nullable=False),
        sa.Column("retailer", sa.String(), nullable=False),
        sa.Column("style", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("limit_minor", sa.Integer(), nullable=False),
        sa.Column("used_minor", sa.Integer(), nullable=False),
        sa.Column("net_minor", sa.Integer(), nullable=False),
        sa.CheckConstraint("used_minor >= 0 and used_minor + net_minor <= limit_minor", name="cap_use_kept"),
        sa.ForeignKeyConstraint(["decision"], ["decision.decision"], name=op.f("cap_use_has_decision")),
        sa.PrimaryKeyConstraint("decision", "cap"),
    )
    op.create_index(op.f("cap_use_by_retailer"), "cap_use", ["retailer"], unique=False)
    op.create_table(
        "settlement",
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["decision"], ["decision.decision"], name=op.f("settlement_has_decision")),
        sa.ForeignKeyConstraint(["document"], ["document.document"], name=op.f("settlement_has_document")),
        sa.PrimaryKeyConstraint("decision", "document", "line_no"),
    )
    op.create_index(op.f("settlement_by_document"), "settlement", ["document"], unique=False)
    op.create_table(
        "deciding",
        sa.Column("retailer", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("retailer"),
    )
