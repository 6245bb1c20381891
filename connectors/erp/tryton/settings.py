"""Open this when you connect a Tryton server: what stands under ``erp:`` in backhaul.yaml (docs/erp/tryton.md)."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.erp.remote import RemoteSettings


class TrytonGoods(BaseModel):
    """What of goods is written into Tryton: where they come from and go to there, by the codes of its locations."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    warehouse: str = Field(description="code of the warehouse that sends replacements and takes returned goods")
    replacements: bool = Field(True, description="write replacement orders as sales; no: as files, as without Tryton")
    receipts_since: date | None = Field(
        None, description="write returned goods that were counted from this day on as customer returns; empty: none"
    )
    locations: dict[str, str] = Field(
        default_factory=dict, description="route (restock …) or grade (damaged …) → code of a storage location"
    )


class TrytonSettings(RemoteSettings):
    """A Tryton database, our key to it, and what our companies and retailers are called there."""

    kind: Literal["tryton"]
    url: str = Field(description="address of the server, without the database: https://tryton.example.com")
    database: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    key_file: Path | None = Field(None, description="file with the key of the user application, readable by us alone")
    key_env: str | None = Field(None, description="or the environment variable that holds the key")
    companies: dict[str, str] = Field(default_factory=dict, description="our company → code of its party in Tryton")
    customers: dict[str, str] = Field(default_factory=dict, description="retailer → code of its party in Tryton")
    apply_to_invoice: bool = Field(True, description="set a note of one open invoice off against it")
    goods: TrytonGoods | None = Field(None, description="left out: replacement orders are files, receipts stay with us")
