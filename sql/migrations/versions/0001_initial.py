"""Everything that schemas/records.py stores."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "arrival",
        sa.Column("arrival", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("modified", sa.Float(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duplicate", sa.Boolean(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("arrival"),
    )
    op.create_index(op.f("arrival_by_file"), "arrival", ["file"], unique=False)
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("rows", sa.String(), nullable=False),
        sa.Column("prev_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "due_event",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "event"),
    )
    op.create_index(op.f("due_event_by_partner"), "due_event", ["partner"], unique=False)
    op.create_table(
        "finding",
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("line_no", sa.Integer(), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("finding"),
    )
    op.create_index(op.f("finding_by_document"), "finding", ["document"], unique=False)
    op.create_index(op.f("finding_by_file"), "finding", ["file"], unique=False)
    op.create_index(op.f("finding_by_partner"), "finding", ["partner"], unique=False)
    op.create_table(
        "interchange",
        sa.Column("interchange", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("standard", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("control", sa.String(), nullable=False),
        sa.Column("usage", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("interchange"),
    )
    op.create_table(
        "item",
        sa.Column("gtin", sa.String(), nullable=False),
        sa.Column("vendor_item", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("gtin"),
    )
    op.create_index(op.f("item_by_vendor_item"), "item", ["vendor_item"], unique=False)
    op.create_table(
        "listing",
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("modified", sa.Float(), nullable=False),
        sa.Column("unchanged_since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("partner", "channel", "name"),
    )
    op.create_table(
        "outbound_message",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=True),
        sa.Column("in_answer_to", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(op.f("outbound_message_by_partner"), "outbound_message", ["partner"], unique=False)
    op.create_index(op.f("outbound_message_by_state"), "outbound_message", ["state"], unique=False)
    op.create_table(
        "source_file",
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("standard", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("partner", "file"),
    )
    op.create_index(op.f("source_file_by_state"), "source_file", ["state"], unique=False)
    op.create_table(
        "document",
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("standard", sa.String(), nullable=False),
        sa.Column("message_type", sa.String(), nullable=False),
        sa.Column("interchange_control", sa.String(), nullable=True),
        sa.Column("group_control", sa.String(), nullable=True),
        sa.Column("message_control", sa.String(), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("rule_version", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("duplicate_of", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner", "file"], ["source_file.partner", "source_file.file"], name=op.f("document_has_partner_file")
        ),
        sa.PrimaryKeyConstraint("document"),
    )
    op.create_index(op.f("document_by_file"), "document", ["file"], unique=False)
    op.create_index(op.f("document_by_number"), "document", ["number"], unique=False)
    op.create_index(op.f("document_by_partner"), "document", ["partner"], unique=False)
    op.create_table(
        "invoice_line",
        sa.Column("invoice_line", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("retailer", sa.String(), nullable=False),
        sa.Column("store", sa.String(), nullable=True),
        sa.Column("invoice_number", sa.String(), nullable=False),
        sa.Column("invoice_line_no", sa.String(), nullable=False),
        sa.Column("po_number", sa.String(), nullable=True),
        sa.Column("po_line", sa.String(), nullable=True),
        sa.Column("sold_on", sa.Date(), nullable=False),
        sa.Column("gtin", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.String(), nullable=False),
        sa.Column("net_minor", sa.Integer(), nullable=False),
        sa.Column("tax_minor", sa.Integer(), nullable=False),
        sa.Column("tax_category", sa.String(), nullable=False),
        sa.Column("tax_rate", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.document"], name=op.f("invoice_line_has_document")),
        sa.PrimaryKeyConstraint("invoice_line"),
    )
    op.create_index(op.f("invoice_line_by_po_number"), "invoice_line", ["po_number"], unique=False)
    op.create_index(op.f("invoice_line_by_retailer_gtin"), "invoice_line", ["retailer", "gtin"], unique=False)
    op.create_table(
        "notice_line",
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(), nullable=True),
        sa.Column("gtin", sa.String(), nullable=True),
        sa.Column("vendor_item", sa.String(), nullable=True),
        sa.Column("buyer_item", sa.String(), nullable=True),
        sa.Column("quantity_raw", sa.String(), nullable=True),
        sa.Column("unit_raw", sa.String(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.Column("po_number", sa.String(), nullable=True),
        sa.Column("po_line", sa.String(), nullable=True),
        sa.Column("invoice_number", sa.String(), nullable=True),
        sa.Column("delivery_note", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("disposition", sa.String(), nullable=True),
        sa.Column("carton", sa.String(), nullable=True),
        sa.Column("unit_price", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["document.document"], name=op.f("notice_line_has_document")),
        sa.PrimaryKeyConstraint("document", "line_no"),
    )
    op.create_table(
        "receipt_line",
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("retailer", sa.String(), nullable=True),
        sa.Column("notice_number", sa.String(), nullable=True),
        sa.Column("store", sa.String(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("gtin", sa.String(), nullable=True),
        sa.Column("vendor_item", sa.String(), nullable=True),
        sa.Column("buyer_item", sa.String(), nullable=True),
        sa.Column("quantity_raw", sa.String(), nullable=True),
        sa.Column("unit_raw", sa.String(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.Column("condition", sa.String(), nullable=True),
        sa.Column("carton", sa.String(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.document"], name=op.f("receipt_line_has_document")),
        sa.PrimaryKeyConstraint("document", "line_no"),
    )
    op.create_table(
        "return",
        sa.Column("return_id", sa.String(), nullable=False),
        sa.Column("retailer", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("store", sa.String(), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["document.document"], name=op.f("return_has_document")),
        sa.PrimaryKeyConstraint("return_id"),
        sa.UniqueConstraint("retailer", "number", name=op.f("return_one_retailer_number")),
    )
    op.create_index(op.f("return_by_retailer"), "return", ["retailer"], unique=False)
    op.create_table(
        "carton",
        sa.Column("carton", sa.String(), nullable=False),
        sa.Column("return_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["return_id"], ["return.return_id"], name=op.f("carton_has_return_id")),
        sa.PrimaryKeyConstraint("carton", "return_id"),
    )
    op.create_table(
        "credit_intent",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("retailer", sa.String(), nullable=False),
        sa.Column("return_id", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("net_minor", sa.Integer(), nullable=False),
        sa.Column("tax_minor", sa.Integer(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("lease_fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft_id", sa.String(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["return_id"], ["return.return_id"], name=op.f("credit_intent_has_return_id")),
        sa.PrimaryKeyConstraint("reference"),
        sa.UniqueConstraint(
            "company", "return_id", "sequence", name=op.f("credit_intent_one_company_return_id_sequence")
        ),
        sa.UniqueConstraint("draft_id", name=op.f("credit_intent_one_draft_id")),
    )
    op.create_index(op.f("credit_intent_by_retailer"), "credit_intent", ["retailer"], unique=False)
    op.create_index(op.f("credit_intent_by_state"), "credit_intent", ["state"], unique=False)
    op.create_table(
        "creditable",
        sa.Column("invoice_line", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("net_minor", sa.Integer(), nullable=False),
        sa.Column("tax_minor", sa.Integer(), nullable=False),
        sa.Column("units_taken", sa.Integer(), nullable=False),
        sa.Column("net_taken", sa.Integer(), nullable=False),
        sa.Column("tax_taken", sa.Integer(), nullable=False),
        sa.Column("units_credited", sa.Integer(), nullable=False),
        sa.Column("net_credited", sa.Integer(), nullable=False),
        sa.Column("tax_credited", sa.Integer(), nullable=False),
        sa.CheckConstraint("net_credited between 0 and net_taken", name="creditable_net_credited"),
        sa.CheckConstraint("net_taken between 0 and net_minor", name="creditable_net_taken"),
        sa.CheckConstraint("tax_credited between 0 and tax_taken", name="creditable_tax_credited"),
        sa.CheckConstraint("tax_taken between 0 and tax_minor", name="creditable_tax_taken"),
        sa.CheckConstraint("units_credited between 0 and units_taken", name="creditable_units_credited"),
        sa.CheckConstraint("units_taken between 0 and units", name="creditable_units_taken"),
        sa.ForeignKeyConstraint(
            ["invoice_line"], ["invoice_line.invoice_line"], name=op.f("creditable_has_invoice_line")
        ),
        sa.PrimaryKeyConstraint("invoice_line"),
    )
    op.create_table(
        "return_line",
        sa.Column("return_line", sa.String(), nullable=False),
        sa.Column("return_id", sa.String(), nullable=False),
        sa.Column("retailer", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("gtin", sa.String(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("carton", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("disposition", sa.String(), nullable=True),
        sa.Column("po_number", sa.String(), nullable=True),
        sa.Column("unit_price", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["document.document"], name=op.f("return_line_has_document")),
        sa.ForeignKeyConstraint(["return_id"], ["return.return_id"], name=op.f("return_line_has_return_id")),
        sa.PrimaryKeyConstraint("return_line"),
    )
    op.create_index(op.f("return_line_by_retailer"), "return_line", ["retailer"], unique=False)
    op.create_index(op.f("return_line_by_return_id"), "return_line", ["return_id"], unique=False)
    op.create_table(
        "allocation",
        sa.Column("portion", sa.String(), nullable=False),
        sa.Column("return_line", sa.String(), nullable=False),
        sa.Column("invoice_line", sa.String(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("net_minor", sa.Integer(), nullable=False),
        sa.Column("tax_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("runner_up", sa.String(), nullable=True),
        sa.Column("spread_low", sa.Integer(), nullable=False),
        sa.Column("spread_high", sa.Integer(), nullable=False),
        sa.Column("unplaced", sa.String(), nullable=True),
        sa.Column("rule_version", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_line"], ["invoice_line.invoice_line"], name=op.f("allocation_has_invoice_line")
        ),
        sa.ForeignKeyConstraint(["return_line"], ["return_line.return_line"], name=op.f("allocation_has_return_line")),
        sa.PrimaryKeyConstraint("portion"),
    )
    op.create_index(op.f("allocation_by_invoice_line"), "allocation", ["invoice_line"], unique=False)
    op.create_index(op.f("allocation_by_return_line"), "allocation", ["return_line"], unique=False)
    op.create_table(
        "credit_note",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("net_minor", sa.Integer(), nullable=False),
        sa.Column("tax_minor", sa.Integer(), nullable=False),
        sa.Column("document_digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["credit_intent.reference"], name=op.f("credit_note_has_reference")),
        sa.PrimaryKeyConstraint("reference"),
        sa.UniqueConstraint("draft_id", name=op.f("credit_note_one_draft_id")),
        sa.UniqueConstraint("number", name=op.f("credit_note_one_number")),
    )
    op.create_table(
        "difference",
        sa.Column("return_line", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("receipt_document", sa.String(), nullable=False),
        sa.Column("receipt_line_no", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["receipt_document"], ["document.document"], name=op.f("difference_has_receipt_document")
        ),
        sa.ForeignKeyConstraint(["return_line"], ["return_line.return_line"], name=op.f("difference_has_return_line")),
        sa.PrimaryKeyConstraint("return_line", "kind", "receipt_document", "receipt_line_no"),
    )
    op.create_table(
        "decision",
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("portion", sa.String(), nullable=False),
        sa.Column("return_line", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("net_minor", sa.Integer(), nullable=False),
        sa.Column("tax_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("policy_version", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["portion"], ["allocation.portion"], name=op.f("decision_has_portion")),
        sa.ForeignKeyConstraint(["return_line"], ["return_line.return_line"], name=op.f("decision_has_return_line")),
        sa.PrimaryKeyConstraint("decision"),
    )
    op.create_index(op.f("decision_by_portion"), "decision", ["portion"], unique=False)
    op.create_index(op.f("decision_by_return_line"), "decision", ["return_line"], unique=False)
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
        sa.CheckConstraint("units > 0", name="movement_units"),
        sa.ForeignKeyConstraint(
            ["invoice_line"], ["invoice_line.invoice_line"], name=op.f("movement_has_invoice_line")
        ),
        sa.ForeignKeyConstraint(["portion"], ["allocation.portion"], name=op.f("movement_has_portion")),
        sa.ForeignKeyConstraint(["return_line"], ["return_line.return_line"], name=op.f("movement_has_return_line")),
        sa.PrimaryKeyConstraint("movement"),
    )
    op.create_index(op.f("movement_by_invoice_line"), "movement", ["invoice_line"], unique=False)
    op.create_index(op.f("movement_by_portion"), "movement", ["portion"], unique=False)
    op.create_index(op.f("movement_by_return_line"), "movement", ["return_line"], unique=False)
    op.create_table(
        "credit_intent_line",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("portion", sa.String(), nullable=False),
        sa.Column("return_line", sa.String(), nullable=False),
        sa.Column("invoice_line", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("net_minor", sa.Integer(), nullable=False),
        sa.Column("tax_minor", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decision"], ["decision.decision"], name=op.f("credit_intent_line_has_decision")),
        sa.ForeignKeyConstraint(
            ["invoice_line"], ["invoice_line.invoice_line"], name=op.f("credit_intent_line_has_invoice_line")
        ),
        sa.ForeignKeyConstraint(["portion"], ["allocation.portion"], name=op.f("credit_intent_line_has_portion")),
        sa.ForeignKeyConstraint(
            ["reference"], ["credit_intent.reference"], name=op.f("credit_intent_line_has_reference")
        ),
        sa.ForeignKeyConstraint(
            ["return_line"], ["return_line.return_line"], name=op.f("credit_intent_line_has_return_line")
        ),
        sa.PrimaryKeyConstraint("reference", "line_no"),
        sa.UniqueConstraint("decision", name=op.f("credit_intent_line_one_decision")),
    )
    op.create_index(op.f("credit_intent_line_by_portion"), "credit_intent_line", ["portion"], unique=False)
    op.create_table(
        "inspection",
        sa.Column("movement", sa.String(), nullable=False),
        sa.Column("portion", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("receipt_document", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["movement"], ["movement.movement"], name=op.f("inspection_has_movement")),
        sa.ForeignKeyConstraint(["portion"], ["allocation.portion"], name=op.f("inspection_has_portion")),
        sa.ForeignKeyConstraint(
            ["receipt_document"], ["document.document"], name=op.f("inspection_has_receipt_document")
        ),
        sa.PrimaryKeyConstraint("movement"),
    )
    op.create_index(op.f("inspection_by_portion"), "inspection", ["portion"], unique=False)
    op.create_index(op.f("inspection_by_receipt_document"), "inspection", ["receipt_document"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("books are not taken back: restore a backup made before the migration")
