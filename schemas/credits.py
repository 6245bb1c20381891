"""Open this when you ask what a credit note says: the request that an intent carries to an ERP."""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from schemas.partners import Party


class CreditLine(BaseModel):
    """A line of a credit note. Amounts are decimals in the note's currency, positive."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    line_no: int
    invoice_number: str
    invoice_date: date
    invoice_line: str
    po_number: str | None = None
    po_line: str | None = None
    gtin: str
    vendor_item: str
    description: str
    units: int
    net: Decimal
    tax: Decimal
    tax_category: str
    tax_rate: Decimal
    return_line: str
    reason: str | None = None


class CreditRequest(BaseModel):
    """Everything an ERP needs for one credit note. Its canonical JSON is what the intent's hash is taken of."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    reference: str
    company: str
    seller: Party
    retailer: str
    buyer: Party
    return_number: str
    issued_on: date
    currency: str
    lines: tuple[CreditLine, ...]

    @property
    def net(self) -> Decimal:
        """Sum of the lines without tax."""
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def tax(self) -> Decimal:
        """Sum of the lines' tax."""
        return sum((line.tax for line in self.lines), Decimal(0))

    def canonical(self) -> str:
        """The one text of this request that is hashed and stored: JSON without spaces, keys in order of definition."""
        return self.model_dump_json()
