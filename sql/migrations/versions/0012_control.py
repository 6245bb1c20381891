"""Versions of policies, who has which part in a credit, and stops of all posting."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Plain statements: SQLite adds a column with its check in place; alembic would copy the table that others refer to.
_APPROVED = "state = 'needs_approval' or coalesce(approvals, 0) >= coalesce(approvals_needed, 0)"


def upgrade() -> None:
    _policy_version()
    op.execute("alter table credit_intent add column intended_on date")
    op.execute("alter table credit_intent add column approvals_needed integer")
    op.execute(
        f"alter table credit_intent add column approvals integer constraint credit_intent_approved check ({_APPROVED})"
    )
    op.create_table(
        "credit_part",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["credit_intent.reference"], name=op.f("credit_part_has_reference")),
        sa.PrimaryKeyConstraint("reference", "person"),
        sa.CheckConstraint("part in ('preparer', 'rule_editor', 'receiver', 'approver')", name="credit_part_part"),
    )
    op.create_table(
        "posting_stop",
        sa.Column("stop", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resumed_by", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("stop"),
        sa.CheckConstraint("(resumed_at is null) = (resumed_by is null)", name="posting_stop_resumed"),
    )


def _policy_version() -> None:
    op.create_table(
        "policy_version",
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("expires", sa.Date(), nullable=True),
        sa.Column("written_by", sa.String(), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("stands_until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("content", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("partner", "policy", "version"),
        sa.CheckConstraint("state in ('founding', 'waiting', 'approved')", name="policy_version_state"),
        sa.CheckConstraint("state <> 'approved' or approved_by is not null", name="policy_version_approved"),
        sa.CheckConstraint("approved_by <> written_by", name="policy_version_four_eyes"),
    )
