"""Open this when you connect Business Central: what stands under ``erp:`` (docs/erp/business_central.md)."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from connectors.erp.remote import RemoteSettings

TaxCategory = Literal["S", "Z", "E", "AE", "K", "G", "O"]
_LOGIN = "https://login.microsoftonline.com"


class BusinessCentralSettings(RemoteSettings):
    """An environment of Business Central online, our application in Entra, and what we are called there."""

    kind: Literal["business_central"]
    tenant: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$")] = Field(description="id or domain of the Entra tenant")
    environment: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")] = "production"
    client_id: str = Field(min_length=1, description="id of the application that is registered in Entra")
    secret_file: Path | None = Field(None, description="file with its client secret, readable by us alone")
    secret_env: str | None = Field(None, description="or the environment variable that holds the secret")
    url: str = "https://api.businesscentral.dynamics.com"
    token_url: str | None = Field(None, description="where tokens are fetched; left out: Entra's address of the tenant")
    scope: str = "https://api.businesscentral.dynamics.com/.default"
    companies: dict[str, str] = Field(default_factory=dict, description="our company → its name in Business Central")
    customers: dict[str, str] = Field(default_factory=dict, description="retailer → customer number")
    credit_account: str | None = Field(
        None, description="G/L account that credits are booked on; left out: on the items, whose stock then rises"
    )
    apply_to_invoice: bool = Field(True, description="set a note of one open invoice off against it")
    unit_price_decimals: int = Field(5, ge=0, le=5, description="as Unit-Amount Rounding Precision has it")
    requests_per_second: float = Field(10, gt=0, description="Business Central takes 20 of one application")
    longest_request_seconds: int = Field(
        1080, ge=480, description="how long a request may still take effect: 8 minutes in the queue, 10 at work"
    )
    page_documents: int = Field(200, ge=1, le=20_000, description="documents that the supply reads at once")
    overlap_seconds: int = Field(
        1800, ge=1, description="how far the supply looks back, for what a long transaction saved late"
    )
    tax_categories: dict[str, TaxCategory] = Field(
        default_factory=dict, description="tax code there → EN 16931 VAT category; left out: S where there is a rate"
    )

    @property
    def token_address(self) -> str:
        """Where tokens are fetched."""
        return self.token_url or f"{_LOGIN}/{self.tenant}/oauth2/v2.0/token"
