"""Open this when you connect an Odoo database: what stands under ``erp:`` in backhaul.yaml (docs/erp/odoo.md)."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Look = Literal["colour", "size"]


class OdooSettings(BaseModel):
    """An Odoo database, our key to it, and what our companies and retailers are called there."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["odoo"]
    url: str = Field(description="address of the server: https://wickham.odoo.com")
    database: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")] | None = Field(
        None, description="needed where one server has several databases"
    )
    key_file: Path | None = Field(None, description="file with the API key, readable by us alone")
    key_env: str | None = Field(None, description="or the environment variable that holds the key")
    ca_file: Path | None = Field(None, description="certificate of the authority, where it is not a public one")
    companies: dict[str, str] = Field(default_factory=dict, description="our company → its name in Odoo")
    customers: dict[str, str] = Field(default_factory=dict, description="retailer → Reference of its contact in Odoo")
    attributes: dict[Look, str] = Field(
        default={"colour": "Color", "size": "Size"}, description="what these attributes of products are called there"
    )
    tax_categories: dict[str, Literal["S", "Z", "E", "AE", "K", "G", "O"]] = Field(
        default_factory=dict, description="name of a tax → its EN 16931 category, where the tax itself has none"
    )
    requests_per_second: float = Field(5, gt=0)
    timeout_seconds: float = Field(60, gt=0, description="longest silence of the server")
    longest_request_seconds: int = Field(
        300, ge=1, description="how long a request may still take effect after we gave it up: the server's own limit"
    )

    @field_validator("customers", "companies")
    @classmethod
    def _each_its_own(cls, named: dict[str, str]) -> dict[str, str]:
        """A note that is read back must say whose it is."""
        if twice := sorted({code for code in named.values() if list(named.values()).count(code) > 1}):
            raise ValueError(f"{twice[0]} stands for more than one")
        return named
