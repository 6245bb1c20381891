"""The fields of Business Central's records, as its resource pages list them: name, type, ``!`` where it is read-only.

Types: s text (the default), g id, d date, t moment, n number, b yes or no, x the bytes of a file, which
stands in no list. A number after a text is its length.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

NOTHING = "00000000-0000-0000-0000-000000000000"
NO_DAY = "0001-01-01"
_EMPTY: Mapping[str, Any] = {
    "s": "",
    "g": NOTHING,
    "d": NO_DAY,
    "t": "0001-01-01T00:00:00Z",
    "n": Decimal(0),
    "b": False,
    "x": b"",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record."""

    kind: str
    read_only: bool
    longest: int | None

    @property
    def empty(self) -> Any:
        """What stands in it where nothing does."""
        return _EMPTY[self.kind]


def _fields(text: str) -> dict[str, Field]:
    found = {}
    for word in text.split():
        name, _, form = word.partition(":")
        kind = form.rstrip("!")
        found[name] = Field((kind[:1] if kind else "s") or "s", form.endswith("!"), int(kind[1:]) if kind[1:] else None)
    return found


MEMO = _fields("""
    id:g! number:! externalDocumentNumber:s35 creditMemoDate:d postingDate:d dueDate:d customerId:g
    customerNumber:s20 customerName:! billToName:! billToCustomerId:g billToCustomerNumber:s20 sellToAddressLine1
    sellToAddressLine2 sellToCity sellToCountry sellToState sellToPostCode billToAddressLine1 billToAddressLine2
    billToCity billToCountry billToState billToPostCode shortcutDimension1Code shortcutDimension2Code currencyId:g
    currencyCode:s10 paymentTermsId:g shipmentMethodId:g salesperson pricesIncludeTax:b! discountAmount:n
    discountAppliedBeforeTax:b! totalAmountExcludingTax:n! totalTaxAmount:n! totalAmountIncludingTax:n! status:!
    lastModifiedDateTime:t! invoiceId:g invoiceNumber:s20 phoneNumber email customerReturnReasonId:g
""")
_LINE = """
    id:g! documentId:g sequence:n itemId:g accountId:g lineType lineObjectNumber:s20 description:s100
    description2:s50 unitOfMeasureId:g unitOfMeasureCode:s10 quantity:n unitPrice:n discountAmount:n
    discountPercent:n discountAppliedBeforeTax:b! amountExcludingTax:n! taxCode:s20 taxPercent:n! totalTaxAmount:n!
    amountIncludingTax:n! invoiceDiscountAllocation:n! netAmount:n! netTaxAmount:n! netAmountIncludingTax:n!
    shipmentDate:d itemVariantId:g locationId:g
"""
MEMO_LINE = _fields(_LINE)
INVOICE_LINE = _fields(_LINE)
ORDER_LINE = _fields(_LINE + " shippedQuantity:n! invoicedQuantity:n! invoiceQuantity:n shipQuantity:n")
_SHIP_TO = (
    "shipToName shipToContact shipToAddressLine1 shipToAddressLine2 shipToCity shipToCountry shipToState shipToPostCode"
)
INVOICE = _fields(f"""
    id:g! number externalDocumentNumber:s35 invoiceDate:d postingDate:d dueDate:d promisedPayDate:d
    customerPurchaseOrderReference:s35 customerId:g customerNumber:s20 customerName:! billToName:!
    billToCustomerId:g billToCustomerNumber:s20 {_SHIP_TO} currencyId:g currencyCode:s10 orderId:g! orderNumber:!
    paymentTermsId:g shipmentMethodId:g salesperson disputeStatusId:g disputeStatus pricesIncludeTax:b!
    remainingAmount:n! discountAmount:n discountAppliedBeforeTax:b! totalAmountExcludingTax:n! totalTaxAmount:n!
    totalAmountIncludingTax:n! status:! lastModifiedDateTime:t! phoneNumber email
""")
ORDER = _fields(f"""
    id:g! number externalDocumentNumber:s35 orderDate:d postingDate:d customerId:g customerNumber:s20 customerName:!
    billToName:! billToCustomerId:g billToCustomerNumber:s20 {_SHIP_TO} currencyId:g currencyCode:s10
    pricesIncludeTax:b! paymentTermsId:g shipmentMethodId:g salesperson partialShipping:b requestedDeliveryDate:d
    discountAmount:n discountAppliedBeforeTax:b! totalAmountExcludingTax:n! totalTaxAmount:n!
    totalAmountIncludingTax:n! fullyShipped:b! status:! lastModifiedDateTime:t! phoneNumber email
""")
SHIPMENT = _fields(f"""
    id:g! number externalDocumentNumber:s35 invoiceDate:d postingDate:d dueDate:d customerPurchaseOrderReference:s35
    customerId:g customerNumber:s20 customerName:! billToCustomerId:g billToName:! billToCustomerNumber:s20
    {_SHIP_TO} currencyCode orderNumber:! paymentTermsCode shipmentMethodCode salesperson pricesIncludeTax:b!
    lastModifiedDateTime:t! phoneNumber email
""")
SHIPMENT_LINE = _fields("""
    id:g! documentId:g documentNo sequence:n lineType lineObjectNumber:s20 description:s100 description2:s50
    unitOfMeasureCode:s10 unitPrice:n quantity:n discountPercent:n taxPercent:n! shipmentDate:d
""")
ITEM = _fields("""
    id:g! number:s20 displayName:s100 displayName2:s50 type itemCategoryId:g itemCategoryCode blocked:b gtin:s14
    inventory:n! unitPrice:n priceIncludesTax:b unitCost:n taxGroupId:g taxGroupCode baseUnitOfMeasureId:g
    baseUnitOfMeasureCode generalProductPostingGroupId:g generalProductPostingGroupCode inventoryPostingGroupId:g
    inventoryPostingGroupCode lastModifiedDateTime:t!
""")
CUSTOMER = _fields("""
    id:g! number:s20 displayName:s100 type addressLine1 addressLine2 city state country postalCode phoneNumber email
    website salespersonCode balanceDue:n! creditLimit:n taxLiable:b taxAreaId:g taxAreaDisplayName
    taxRegistrationNumber currencyId:g currencyCode paymentTermsId:g shipmentMethodId:g paymentMethodId:g blocked
    lastModifiedDateTime:t!
""")
ACCOUNT = _fields("""
    id:g! number:s20 displayName category subCategory blocked:b accountType directPosting:b netChange:n!
    lastModifiedDateTime:t!
""")
ENTRY = _fields("""
    id:g! entryNumber:n! postingDate:d documentNumber documentType accountId:g accountNumber description
    debitAmount:n creditAmount:n additionalCurrencyDebitAmount:n additionalCurrencyCreditAmount:n
    lastModifiedDateTime:t!
""")
SETUP = _fields("""
    id:g! allowPostingFrom:d allowPostingTo:d additionalReportingCurrency localCurrencyCode localCurrencySymbol
    lastModifiedDateTime:t! allowQueryFromConsolidation:b
""")
ATTACHMENT = _fields("""
    id:g! fileName:s250 byteSize:n! attachmentContent:x! parentType parentId:g lineNumber:n documentFlowSales:b
    documentFlowPurchase:b lastModifiedDateTime:t!
""")
