"""Lines of orders, ship notices, bills, deductions and answers."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_line",
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("po_number", sa.String(), nullable=True),
        sa.Column("po_line", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=True),
        sa.Column("store", sa.String(), nullable=True),
        sa.Column("gtin", sa.String(), nullable=True),
        sa.Column("vendor_item", sa.String(), nullable=True),
        sa.Column("buyer_item", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("quantity_raw", sa.String(), nullable=True),
        sa.Column("unit_raw", sa.String(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.Column("unit_price", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("requested_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["document.document"], name=op.f("order_line_has_document")),
        sa.PrimaryKeyConstraint("document", "line_no"),
    )
    op.create_index(op.f("order_line_by_po_number"), "order_line", ["po_number"], unique=False)
    op.create_table(
        "shipment_line",
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(), nullable=True),
        sa.Column("po_number", sa.String(), nullable=True),
        sa.Column("po_line", sa.String(), nullable=True),
        sa.Column("invoice_number", sa.String(), nullable=True),
        sa.Column("delivery_note", sa.String(), nullable=True),
        sa.Column("gtin", sa.String(), nullable=True),
        sa.Column("vendor_item", sa.String(), nullable=True),
        sa.Column("buyer_item", sa.String(), nullable=True),
        sa.Column("quantity_raw", sa.String(), nullable=True),
        sa.Column("unit_raw", sa.String(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.Column("carton", sa.String(), nullable=True),
        sa.Column("lot", sa.String(), nullable=True),
        sa.Column("shipped_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["document.document"], name=op.f("shipment_line_has_document")),
        sa.PrimaryKeyConstraint("document", "line_no"),
    )
    op.create_index(op.f("shipment_line_by_po_number"), "shipment_line", ["po_number"], unique=False)
    op.create_table(
        "billing_line",
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("bill", sa.String(), nullable=True),
        sa.Column("invoice_number", sa.String(), nullable=True),
        sa.Column("invoice_line", sa.String(), nullable=True),
        sa.Column("corrects", sa.String(), nullable=True),
        sa.Column("retailer", sa.String(), nullable=True),
        sa.Column("store", sa.String(), nullable=True),
        sa.Column("po_number", sa.String(), nullable=True),
        sa.Column("po_line", sa.String(), nullable=True),
        sa.Column("delivery_note", sa.String(), nullable=True),
        sa.Column("gtin", sa.String(), nullable=True),
        sa.Column("vendor_item", sa.String(), nullable=True),
        sa.Column("buyer_item", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("quantity_raw", sa.String(), nullable=True),
        sa.Column("unit_raw", sa.String(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.Column("unit_price", sa.String(), nullable=True),
        sa.Column("net_minor", sa.Integer(), nullable=True),
        sa.Column("tax_minor", sa.Integer(), nullable=True),
        sa.Column("tax_rate", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("invoiced_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["document.document"], name=op.f("billing_line_has_document")),
        sa.PrimaryKeyConstraint("document", "line_no"),
    )
    op.create_index(op.f("billing_line_by_invoice_number"), "billing_line", ["invoice_number"], unique=False)
    op.create_index(op.f("billing_line_by_po_number"), "billing_line", ["po_number"], unique=False)
    op.create_table(
        "deduction_line",
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("invoice_number", sa.String(), nullable=True),
        sa.Column("po_number", sa.String(), nullable=True),
        sa.Column("return_number", sa.String(), nullable=True),
        sa.Column("store", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("gtin", sa.String(), nullable=True),
        sa.Column("vendor_item", sa.String(), nullable=True),
        sa.Column("buyer_item", sa.String(), nullable=True),
        sa.Column("quantity_raw", sa.String(), nullable=True),
        sa.Column("unit_raw", sa.String(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.Column("unit_price", sa.String(), nullable=True),
        sa.Column("amount_minor", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["document.document"], name=op.f("deduction_line_has_document")),
        sa.PrimaryKeyConstraint("document", "line_no"),
    )
    op.create_index(op.f("deduction_line_by_invoice_number"), "deduction_line", ["invoice_number"], unique=False)
    op.create_index(op.f("deduction_line_by_po_number"), "deduction_line", ["po_number"], unique=False)
    op.create_index(op.f("deduction_line_by_return_number"), "deduction_line", ["return_number"], unique=False)
    op.create_table(
        "answer_line",
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("request_number", sa.String(), nullable=True),
        sa.Column("authorisation", sa.String(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("po_number", sa.String(), nullable=True),
        sa.Column("po_line", sa.String(), nullable=True),
        sa.Column("invoice_number", sa.String(), nullable=True),
        sa.Column("store", sa.String(), nullable=True),
        sa.Column("gtin", sa.String(), nullable=True),
        sa.Column("vendor_item", sa.String(), nullable=True),
        sa.Column("buyer_item", sa.String(), nullable=True),
        sa.Column("quantity_raw", sa.String(), nullable=True),
        sa.Column("unit_raw", sa.String(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.Column("disposition", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["document.document"], name=op.f("answer_line_has_document")),
        sa.PrimaryKeyConstraint("document", "line_no"),
    )
    op.create_index(op.f("answer_line_by_po_number"), "answer_line", ["po_number"], unique=False)
