"""Open this when you ask why a unit stands on an invoice line: the kinds of evidence, strongest first.

A stated reference is evidence, not truth: it may be missing, mistyped or another shop's. The order of this table is
the order of strength where a partner's policy says nothing else; the index of a kind in the order that was used is the
``rank`` of an allocation.
"""

EVIDENCE: dict[str, str] = {
    "assigned": "a person placed it there",
    "invoice_and_line": "the invoice and its line are stated",
    "po_and_line": "the purchase order and its line are stated",
    "carton_line": "our dispatch advice packed it in this carton for this line of the purchase order",
    "invoice": "the invoice is stated",
    "po": "the purchase order is stated",
    "carton": "our dispatch advice packed this carton for this purchase order",
    "delivery_note": "the delivery note is stated",
    "repaired": "the stated reference fits once an error in writing is repaired",
    "header": "the purchase order is stated for the return as a whole",
    "box": "the purchase order is stated on a line of the same return",
    "price": "the stated price is the price of this sale",
    "store": "it was sold to the same store",
    "window": "it was sold inside the return window",
    "one_line": "the sale line is large enough for the whole quantity",
    "mates": "all other goods of the same return stand on the same invoice",
    "whole_line": "it takes back a whole sale line of the last day of sale before the return",
    "sold": "it was sold to this retailer before the return",
}

# What nobody stated and the goods only suggest. Such kinds choose a sale; they settle no doubt about money, nor does a
# kind that a policy ranks below one of them.
CIRCUMSTANTIAL = frozenset({"one_line", "mates", "whole_line"})

# What goes without saying where a kind holds: whoever states an order's line states the order.
IMPLIED: dict[str, frozenset[str]] = {
    "invoice_and_line": frozenset({"invoice"}),
    "po_and_line": frozenset({"po", "box"}),
    "po": frozenset({"box"}),
    "carton_line": frozenset({"carton"}),
}

RANK: dict[str, int] = {name: rank for rank, name in enumerate(EVIDENCE)}
