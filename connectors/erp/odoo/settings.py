"""Open this when you connect an Odoo database: what stands under ``erp:`` in backhaul.yaml (docs/erp/odoo.md)."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from connectors.erp.remote import RemoteSettings

Look = Literal["colour", "size"]


class OdooSettings(RemoteSettings):
    """An Odoo database, our key to it, and what our companies and retailers are called there."""

    kind: Literal["odoo"]
    url: str = Field(description="address of the server: https://wickham.odoo.com")
    database: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")] | None = Field(
        None, description="needed where one server has several databases"
    )
    key_file: Path | None = Field(None, description="file with the API key, readable by us alone")
    key_env: str | None = Field(None, description="or the environment variable that holds the key")
    companies: dict[str, str] = Field(default_factory=dict, description="our company → its name in Odoo")
    customers: dict[str, str] = Field(default_factory=dict, description="retailer → Reference of its contact in Odoo")
    attributes: dict[Look, str] = Field(
        default={"colour": "Color", "size": "Size"}, description="what these attributes of products are called there"
    )
    tax_categories: dict[str, Literal["S", "Z", "E", "AE", "K", "G", "O"]] = Field(
        default_factory=dict, description="name of a tax → its EN 16931 category, where the tax itself has none"
    )
    requests_per_second: float = Field(5, gt=0)
