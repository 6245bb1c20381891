"""Open this when you connect an SAP system: what stands under ``erp:`` in backhaul.yaml (docs/erp/sap.md)."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from connectors.erp.remote import RemoteSettings

Account = Annotated[str, Field(pattern=r"^[0-9A-Z]{1,10}$")]


class SapConnection(RemoteSettings):
    """An SAP gateway, our user there, and what our companies and retailers are called."""

    url: str = Field(description="address of the gateway: https://sap.example.com")
    user: str = Field(min_length=1, description="the technical user")
    password_file: Path | None = Field(None, description="file with its password, readable by us alone")
    password_env: str | None = Field(None, description="or the environment variable that holds the password")
    client: Annotated[str, Field(pattern=r"^[0-9]{3}$")] = "100"
    companies: dict[str, Annotated[str, Field(pattern=r"^[A-Z0-9]{1,4}$")]] = Field(description="ours → company code")
    customers: dict[str, Account] = Field(default_factory=dict, description="retailer → customer number")
    longest_request_seconds: int = Field(
        600, ge=1, description="how long a request may still take effect after we gave it up: the system's own limit"
    )


class SapSettings(SapConnection):
    """Credits as journal entries: the accounts and document types that they are posted with."""

    kind: Literal["sap"]
    document_type: Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")] = "DG"
    charge_type: Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")] = Field(
        "DR", description="document type of what takes a credit back"
    )
    revenue_account: Account = Field(description="G/L account that credits are taken from")
    tax_account: Account = Field(description="G/L account of output tax")
    drafts: Path = Field(Path("sap-drafts"), description="folder of prepared drafts, below the state folder")
