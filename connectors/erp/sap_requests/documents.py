"""Open this when you ask which sales documents of SAP move money for us, and what each calls its fields."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Requests:
    """A kind of request: its service, the word that its fields begin with, and what billing makes of it.

    ``billed_as``: SD document category of what billing makes; ``object_type``: what attachments know it as.
    """

    service: str
    word: str
    billed_as: str
    object_type: str
    charges: bool

    @property
    def entities(self) -> str:
        """The entity set of the requests."""
        return f"A_{self.word}"


_ROOT = "/sap/opu/odata/sap/"
CREDITS = Requests(f"{_ROOT}API_CREDIT_MEMO_REQUEST_SRV/", "CreditMemoRequest", "O", "BUS2094", charges=False)
# What takes a credit memo back: billing makes a debit memo of it.
DEBITS = Requests(f"{_ROOT}API_DEBIT_MEMO_REQUEST_SRV/", "DebitMemoRequest", "P", "BUS2096", charges=True)
