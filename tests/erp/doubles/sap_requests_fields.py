"""The fields of SAP's requests and billing documents that the double has, and what may be sent of them.

Those that begin with the word of a kind of request have ``*`` for it: ``*Type`` is CreditMemoRequestType.

Names, lengths, and which may not be created or changed: CDS imports of the two services (sources: sap_requests.py).
"""

from collections.abc import Iterable, Mapping

# Field: longest text; None: a number, a day or a list.
HEAD: dict[str, int | None] = {
    "*Type": 4, "SalesOrganization": 4, "DistributionChannel": 2, "OrganizationDivision": 2,
    "SoldToParty": 10, "PurchaseOrderByCustomer": 35, "CustomerPurchaseOrderDate": None, "*Date": None,
    "TransactionCurrency": 5, "SDDocumentReason": 3, "PricingDate": None, "HeaderBillingBlockReason": 2,
    "BillingDocumentDate": None, "ReferenceSDDocument": 10, "AccountingDocExternalReference": 16,
    "AssignmentReference": 18, "to_Item": None, "to_Text": None,
}  # fmt: skip
ITEM: dict[str, int | None] = {
    "*Item": 6, "*ItemText": 40, "Material": 40, "RequestedQuantity": None,
    "RequestedQuantityUnit": 3, "ReferenceSDDocument": 10, "ReferenceSDDocumentItem": 6, "ItemBillingBlockReason": 2,
    "SalesDocumentRjcnReason": 2, "to_PricingElement": None,
}  # fmt: skip
ELEMENT: dict[str, int | None] = {
    "ConditionType": 4, "ConditionRateValue": None, "ConditionCurrency": 5, "ConditionQuantity": None,
    "ConditionQuantityUnit": 3,
}  # fmt: skip
TEXT: dict[str, int | None] = {"Language": 2, "LongTextID": 4, "LongText": None}

# What a deep insert cannot do without.
NEEDED = ("*Type", "SoldToParty")
AREA = ("SalesOrganization", "DistributionChannel", "OrganizationDivision")
# Heads of requests that agree in these become one billing document.
COMBINED_BY = (
    "SoldToParty", "TransactionCurrency", "BillingDocumentDate", "AccountingDocExternalReference",
    "AssignmentReference", *AREA,
)  # fmt: skip


def of(word: str, names: Iterable[str]) -> list[str]:
    """The names of a kind of request."""
    return [name.replace("*", word) for name in names]


def sizes(word: str, known: Mapping[str, int | None]) -> dict[str, int | None]:
    """The fields of a kind of request."""
    return dict(zip(of(word, known), known.values(), strict=True))
