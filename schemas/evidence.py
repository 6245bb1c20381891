"""Open this when you ask why a unit stands on an invoice line: the kinds of evidence, strongest first.

A stated reference is evidence, not truth: it may be missing, mistyped or another shop's. The order of this table is
the default order of strength; its index is the ``rank`` of an allocation.
"""

EVIDENCE: dict[str, str] = {
    "invoice_and_line": "the invoice and its line are stated",
    "po_and_line": "the purchase order and its line are stated",
    "invoice": "the invoice is stated",
    "po": "the purchase order is stated",
    "delivery_note": "the delivery note is stated",
    "repaired": "the stated reference fits after the repair of a typing error",
    "box": "the purchase order is stated elsewhere in the same return",
    "price": "the stated price is the price of this sale",
    "store": "it was sold to the same store",
    "window": "it was sold to this retailer before the return",
}

RANK: dict[str, int] = {name: rank for rank, name in enumerate(EVIDENCE)}
