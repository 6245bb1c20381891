"""How differences were resolved, what retailers were asked, and whose box it may be that nobody announced."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _questions()
    _resolutions()
    _guesses()


def _questions() -> None:
    op.create_table(
        "question",
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("retailer", sa.String(), nullable=False),
        sa.Column("return_id", sa.String(), nullable=False),
        sa.Column("asks", sa.String(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("unanswered", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["return_id"], ["return.return_id"], name=op.f("question_has_return_id")),
        sa.PrimaryKeyConstraint("question"),
    )
    for column in ("retailer", "return_id"):
        op.create_index(op.f(f"question_by_{column}"), "question", [column], unique=False)


def _resolutions() -> None:
    op.create_table(
        "resolution",
        sa.Column("return_line", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("receipt_document", sa.String(), nullable=False),
        sa.Column("receipt_line_no", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("retailer", sa.String(), nullable=False),
        sa.Column("other_line", sa.String(), nullable=True),
        sa.Column("condition", sa.String(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=True),
        sa.Column("policy_version", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["other_line"], ["return_line.return_line"], name=op.f("resolution_has_other_line")),
        sa.ForeignKeyConstraint(["question"], ["question.question"], name=op.f("resolution_has_question")),
        sa.ForeignKeyConstraint(
            ["receipt_document"], ["document.document"], name=op.f("resolution_has_receipt_document")
        ),
        sa.ForeignKeyConstraint(["return_line"], ["return_line.return_line"], name=op.f("resolution_has_return_line")),
        sa.PrimaryKeyConstraint("return_line", "kind", "receipt_document", "receipt_line_no", "turn"),
    )
    for column in ("retailer", "other_line"):
        op.create_index(op.f(f"resolution_by_{column}"), "resolution", [column], unique=False)


def _guesses() -> None:
    op.create_table(
        "guess",
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("box", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("retailer", sa.String(), nullable=False),
        sa.Column("return_id", sa.String(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("likelihood", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.document"], name=op.f("guess_has_document")),
        sa.ForeignKeyConstraint(["return_id"], ["return.return_id"], name=op.f("guess_has_return_id")),
        sa.PrimaryKeyConstraint("document", "box", "rank"),
    )
