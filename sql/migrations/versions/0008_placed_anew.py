"""Claims that can be placed anew, a person's assignments, and what an inspection replaces."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# The claims of lines that are there already, as they were placed.
_ANNOUNCED = """
insert into claim (
  return_line, return_id, retailer, document, line_no, file, "offset", "length", store, gtin, units, returned_on,
  carton, po_number, po_line, header_po, invoice_number, delivery_note, unit_price
)
select
  l.return_line, l.return_id, l.retailer, l.document, l.line_no, n.file, n."offset", n."length", n.store, l.gtin,
  l.units, r.returned_on, l.carton, n.po_number, n.po_line, n.header_po, n.invoice_number, n.delivery_note, n.unit_price
from return_line as l
join "return" as r on r.return_id = l.return_id
join notice_line as n on n.document = l.document and n.line_no = l.line_no
where l.origin = 'notice'
"""
_FOUND = """
insert into claim (
  return_line, return_id, retailer, document, line_no, file, "offset", "length", store, gtin, units, returned_on,
  carton
)
select
  l.return_line, l.return_id, l.retailer, l.document, l.line_no, n.file, n."offset", n."length", n.store, l.gtin,
  l.units, n.received_on, l.carton
from return_line as l
join receipt_line as n on n.document = l.document and n.line_no = l.line_no
where l.origin = 'dock'
"""


def upgrade() -> None:
    _claims()
    op.create_table(
        "placing",
        sa.Column("retailer", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("retailer"),
    )
    _assignments()
    with op.batch_alter_table("inspection") as batch:
        batch.add_column(sa.Column("replaces", sa.String(), nullable=True))
        batch.create_foreign_key(op.f("inspection_has_replaces"), "inspection", ["replaces"], ["movement"])
    op.create_index(op.f("inspection_by_replaces"), "inspection", ["replaces"], unique=False)


def _claims() -> None:
    op.create_table(
        "claim",
        sa.Column("return_line", sa.String(), nullable=False),
        sa.Column("return_id", sa.String(), nullable=False),
        sa.Column("retailer", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(), nullable=True),
        sa.Column("gtin", sa.String(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("carton", sa.String(), nullable=True),
        sa.Column("po_number", sa.String(), nullable=True),
        sa.Column("po_line", sa.String(), nullable=True),
        sa.Column("header_po", sa.String(), nullable=True),
        sa.Column("invoice_number", sa.String(), nullable=True),
        sa.Column("delivery_note", sa.String(), nullable=True),
        sa.Column("unit_price", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["document.document"], name=op.f("claim_has_document")),
        sa.ForeignKeyConstraint(["return_id"], ["return.return_id"], name=op.f("claim_has_return_id")),
        sa.ForeignKeyConstraint(["return_line"], ["return_line.return_line"], name=op.f("claim_has_return_line")),
        sa.PrimaryKeyConstraint("return_line"),
    )
    for columns in (["gtin"], ["po_number"], ["invoice_number"], ["delivery_note"]):
        op.create_index(op.f(f"claim_by_retailer_{columns[0]}"), "claim", ["retailer", *columns], unique=False)
    op.create_index(op.f("claim_by_return_id"), "claim", ["return_id"], unique=False)
    op.execute(_ANNOUNCED)
    op.execute(_FOUND)


def _assignments() -> None:
    op.create_table(
        "assignment",
        sa.Column("assignment", sa.String(), nullable=False),
        sa.Column("return_line", sa.String(), nullable=False),
        sa.Column("invoice_line", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undoes", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["invoice_line"], ["invoice_line.invoice_line"], name=op.f("assignment_has_invoice_line")
        ),
        sa.ForeignKeyConstraint(["return_line"], ["return_line.return_line"], name=op.f("assignment_has_return_line")),
        sa.ForeignKeyConstraint(["undoes"], ["assignment.assignment"], name=op.f("assignment_has_undoes")),
        sa.PrimaryKeyConstraint("assignment"),
        sa.UniqueConstraint("undoes", name=op.f("assignment_one_undoes")),
    )
    op.create_index(op.f("assignment_by_return_line"), "assignment", ["return_line"], unique=False)
