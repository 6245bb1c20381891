"""Open this when you ask which fields the double of Odoo knows: a model's fields, as its source declares them.

From the field declarations of odoo/odoo, branches 18.0 and 19.0: addons/account/models (account_move.py,
account_move_line.py, account_tax.py, account_journal.py, company.py), addons/sale/models (sale_order.py,
sale_order_line.py, account_move_line.py), addons/stock/models (stock_picking.py, stock_move.py, stock_move_line.py,
stock_package), addons/product/models, addons/uom/models, odoo/addons/base/models. Only fields that a test or the
adapter names are here; a name that is not here is refused as Odoo refuses a field that it does not have.

A kind is the field's type, for relations with the model behind it; ``!`` at its end: required, ``~``: computed or
readonly for whoever writes.
"""

from types import MappingProxyType

_LOG = {"create_date": "datetime~", "write_date": "datetime~"}

FIELDS = MappingProxyType({
    "res.company": {
        "name": "char!", "currency_id": "many2one:res.currency!", "partner_id": "many2one:res.partner!",
        "tax_calculation_rounding_method": "selection", "fiscalyear_lock_date": "date", "tax_lock_date": "date",
        "sale_lock_date": "date", "purchase_lock_date": "date", "hard_lock_date": "date",
        "user_fiscalyear_lock_date": "date~", "user_tax_lock_date": "date~", "user_sale_lock_date": "date~",
        "user_hard_lock_date": "date~", "restrictive_audit_trail": "boolean",
    },
    "res.currency": {"name": "char!", "decimal_places": "integer~", "active": "boolean"},
    "res.partner": {
        "name": "char!", "ref": "char", "parent_id": "many2one:res.partner",
        "commercial_partner_id": "many2one:res.partner~", "company_id": "many2one:res.company", "active": "boolean",
    },
    "res.users": {"login": "char!", "name": "char!", "company_ids": "many2many:res.company", "groups": "char"},
    "decimal.precision": {"name": "char!", "digits": "integer!"},
    "account.journal": {
        "name": "char!", "code": "char!", "type": "selection!", "company_id": "many2one:res.company!",
        "refund_sequence": "boolean", "active": "boolean",
    },
    "account.account": {"name": "char!", "code": "char", "account_type": "selection!"},
    "account.tax.group": {"name": "char!"},
    "account.tax": {
        "name": "char!", "amount_type": "selection!", "amount": "float!", "price_include": "boolean~",
        "type_tax_use": "selection!", "tax_group_id": "many2one:account.tax.group!",
        "company_id": "many2one:res.company!", "ubl_cii_tax_category_code": "selection", "active": "boolean",
    },
    "account.fiscal.position": {"name": "char!"},
    "account.payment.term": {"name": "char!"},
    "account.move": {
        "name": "char~", "ref": "char", "date": "date", "state": "selection~", "move_type": "selection",
        "journal_id": "many2one:account.journal", "company_id": "many2one:res.company", "posted_before": "boolean~",
        "partner_id": "many2one:res.partner", "commercial_partner_id": "many2one:res.partner~",
        "partner_shipping_id": "many2one:res.partner", "fiscal_position_id": "many2one:account.fiscal.position",
        "currency_id": "many2one:res.currency", "invoice_date": "date", "invoice_origin": "char",
        "payment_reference": "char", "invoice_payment_term_id": "many2one:account.payment.term", "narration": "html",
        "reversed_entry_id": "many2one:account.move", "reversal_move_ids": "one2many:account.move:reversed_entry_id",
        "line_ids": "one2many:account.move.line:move_id", "invoice_line_ids": "one2many:account.move.line:move_id",
        "amount_untaxed": "monetary~", "amount_tax": "monetary~", "amount_total": "monetary~",
        "amount_residual": "monetary~", "payment_state": "selection~", "tax_totals": "binary", "auto_post": "selection",
        "attachment_ids": "one2many:ir.attachment:res_id",
    },
    "account.move.line": {
        "move_id": "many2one:account.move!", "sequence": "integer", "display_type": "selection", "name": "char",
        "product_id": "many2one:product.product", "product_uom_id": "many2one:uom.uom",
        "account_id": "many2one:account.account", "quantity": "float", "price_unit": "float", "discount": "float",
        "tax_ids": "many2many:account.tax", "tax_line_id": "many2one:account.tax~",
        "tax_group_id": "many2one:account.tax.group~", "price_subtotal": "monetary~", "price_total": "monetary~",
        "amount_currency": "monetary", "balance": "monetary", "analytic_distribution": "json",
        "sale_line_ids": "many2many:sale.order.line", "move_type": "selection~", "parent_state": "selection~",
    },
    "ir.attachment": {
        "name": "char!", "type": "selection!", "res_model": "char", "res_id": "integer", "res_field": "char",
        "company_id": "many2one:res.company", "mimetype": "char", "datas": "binary", "checksum": "char",
        "file_size": "integer",
    },
    "uom.uom": {"name": "char!"},
    "product.template": {"name": "char!", "active": "boolean"},
    "product.template.attribute.value": {
        "name": "char!", "attribute_id": "many2one:product.attribute!",
    },
    "product.attribute": {"name": "char!"},
    "product.product": {
        "name": "char~", "product_tmpl_id": "many2one:product.template!", "default_code": "char", "barcode": "char",
        "uom_id": "many2one:uom.uom", "active": "boolean", "type": "selection",
        "product_template_attribute_value_ids": "many2many:product.template.attribute.value",
    },
    "sale.order": {
        "name": "char!", "state": "selection", "partner_id": "many2one:res.partner!",
        "partner_shipping_id": "many2one:res.partner!", "company_id": "many2one:res.company!",
        "client_order_ref": "char", "date_order": "datetime!", "commitment_date": "datetime",
        "currency_id": "many2one:res.currency~", "order_line": "one2many:sale.order.line:order_id",
    },
    "sale.order.line": {
        "order_id": "many2one:sale.order!", "sequence": "integer", "name": "text!", "display_type": "selection",
        "product_id": "many2one:product.product", "product_uom_id": "many2one:uom.uom", "product_uom_qty": "float!",
        "price_unit": "float!", "discount": "float", "price_subtotal": "monetary~", "currency_id":
        "many2one:res.currency~", "invoice_lines": "many2many:account.move.line",
    },
    "stock.picking.type": {"name": "char!", "code": "selection!"},
    "stock.picking": {
        "name": "char", "state": "selection~", "partner_id": "many2one:res.partner", "origin": "char",
        "picking_type_id": "many2one:stock.picking.type!", "picking_type_code": "selection~", "date_done": "datetime",
        "sale_id": "many2one:sale.order", "company_id": "many2one:res.company~",
        "move_line_ids": "one2many:stock.move.line:picking_id",
    },
    "stock.move": {
        "product_id": "many2one:product.product!", "sale_line_id": "many2one:sale.order.line",
        "picking_id": "many2one:stock.picking", "state": "selection~",
    },
    "stock.package": {"name": "char"},
    "stock.lot": {"name": "char!"},
    "stock.move.line": {
        "picking_id": "many2one:stock.picking", "move_id": "many2one:stock.move",
        "product_id": "many2one:product.product!", "product_uom_id": "many2one:uom.uom!", "quantity": "float",
        "result_package_id": "many2one:stock.package", "lot_id": "many2one:stock.lot", "state": "selection~",
    },
})  # fmt: skip


def kind(model: str, name: str) -> str | None:
    """The kind of a field, without its marks; None where the model has no such field."""
    if name in ("id", "display_name"):
        return "integer" if name == "id" else "char"
    told = FIELDS[model].get(name, _LOG.get(name))
    return told.rstrip("!~") if told else None


def required(model: str) -> list[str]:
    """The fields without which a record is not made."""
    return [name for name, told in FIELDS[model].items() if told.endswith("!")]


def readonly(model: str, name: str) -> bool:
    """Whether it is computed, and nobody's to write."""
    return FIELDS[model].get(name, _LOG.get(name, "")).endswith("~")


def behind(kind_of: str) -> str | None:
    """The model behind a relation."""
    return kind_of.split(":")[1] if ":" in kind_of else None
