"""Open this when you ask which documents of Business Central move money for us, and what each calls its parts."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Documents:
    """An entity set of documents that move money: its lines, the field of its day, what it is called elsewhere.

    ``kind`` is its name in the general ledger, ``parent`` that among the documents that have attachments.
    """

    entities: str
    lines: str
    day: str
    kind: Literal["Invoice", "Credit Memo"]
    parent: str
    charges: bool


MEMOS = Documents(
    "salesCreditMemos", "salesCreditMemoLines", "creditMemoDate", "Credit Memo", "Sales Credit Memo", charges=False
)
# What takes a credit memo back; what was sold stands in the same set, and never carries a reference of ours.
INVOICES = Documents("salesInvoices", "salesInvoiceLines", "invoiceDate", "Invoice", "Sales Invoice", charges=True)
DOCUMENTS = (MEMOS, INVOICES)


def documents_of(charges: bool) -> Documents:
    """Where a document stands that gives money back, or charges it again."""
    return INVOICES if charges else MEMOS
