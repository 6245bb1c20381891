"""Open this when an ERP exports into a folder: its settings, under ``supplies:`` (docs/erp/exports.md)."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.partners import Arrival
from schemas.supply import SUPPLY_KINDS, SUPPLY_PAGES, SupplyKind


class ExportsSettings(BaseModel):
    """A folder of CSV and Parquet files, and what they call things."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["exports"]
    folder: Path
    partner: str = Field("erp-supply", description="the partner folder whose mappings read the rows")
    kinds: tuple[SupplyKind, ...] = SUPPLY_KINDS
    files: dict[SupplyKind, str] = Field(default_factory=dict, description="pattern of a kind's files: invoices*")
    columns: dict[SupplyKind, dict[str, str]] = Field(
        default_factory=dict, description="kind → our column: the header it has in the files"
    )
    customers: dict[str, str] = Field(
        default_factory=dict, description="customer as the files name it: retailer; others are left out. None: as it is"
    )
    companies: dict[str, str] = Field(default_factory=dict, description="company as the files name it: our company")
    separator: Annotated[str, Field(pattern=r"^([^\"\r\n]|tab)$")] = ","
    encoding: str = "utf-8"
    arrival: Arrival = Arrival()
    archive: str | None = Field(None, description="folder in it that read files are moved to; none: they stay")
    page_rows: int = Field(50_000, ge=1, description="rows that are recorded at once")

    @model_validator(mode="after")
    def _known_columns(self) -> "ExportsSettings":
        for kind, named in self.columns.items():
            for ours in named:
                if ours not in SUPPLY_PAGES[kind].names:
                    raise ValueError(f"pages of {kind} have no column {ours!r}; docs/erp/exports.md lists them")
        return self

    def pattern(self, kind: SupplyKind) -> str:
        """Which files hold this kind, whatever their capitals."""
        return self.files.get(kind, f"{kind}*").lower()
