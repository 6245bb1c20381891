"""Open this when credits become credit memo requests in SAP: what stands under ``erp:`` then (docs/erp/sap.md)."""

from typing import Annotated, Literal

from pydantic import Field

from connectors.erp.sap.settings import SapConnection


class SapRequestSettings(SapConnection):
    """Credits as requests for memos: what they are called, what holds them back, and what prices them."""

    kind: Literal["sap_requests"]
    request_type: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,4}$")] = Field(
        "CR", description="sales document type of credit memo requests"
    )
    debit_type: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,4}$")] | None = Field(
        None, description="sales document type of debit memo requests, which take a credit memo back; left out: none"
    )
    billing_block: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,2}$")] = Field(
        "08", description="billing block that holds a request until we release it"
    )
    price_condition: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,4}$")] = Field(
        "PMP0", description="condition type of a price that is given by hand"
    )
    order_reason: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,3}$")] | None = Field(
        None, description="order reason of each request, where the system wants one"
    )
    text_id: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,4}$")] = Field(
        "TX01", description="header text that keeps the hash of the request"
    )
    text_language: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "EN"
