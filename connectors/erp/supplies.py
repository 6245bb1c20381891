"""Open this when an ERP is to be read: the settings of a supply, and how it is opened.

A supply is the ERP under ``erp:`` (or another one), or a folder into which any ERP exports (docs/erp/exports.md).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.erp.around import Around
from connectors.erp.exports.settings import ExportsSettings
from connectors.erp.kinds import ErpSettings, supply_of
from connectors.erp.supply import Supply
from schemas.supply import SUPPLY_KINDS, SupplyKind


class ErpSupplySettings(BaseModel):
    """An ERP that is read through its own interface."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["erp"]
    partner: str = Field("erp-supply", description="the partner folder whose mappings read its pages")
    kinds: tuple[SupplyKind, ...] = SUPPLY_KINDS
    erp: ErpSettings | None = Field(None, description="another ERP than the one that gets the credit notes")


SupplySettings = Annotated[ErpSupplySettings | ExportsSettings, Field(discriminator="kind")]


@contextmanager
def open_supply(
    settings: ErpSupplySettings | ExportsSettings, erp: BaseModel, around: Around, now: Callable[[], datetime]
) -> Iterator[Supply]:
    """The supply of these settings, closed at the end. ConfigError: this ERP cannot be read."""
    supply: Supply
    if isinstance(settings, ExportsSettings):
        from connectors.erp.exports.adapter import ExportsSupply

        supply = ExportsSupply(around.settings_folder / settings.folder, settings, now)
    else:
        supply = supply_of(settings.erp or erp, around)
    try:
        yield supply
    finally:
        close = getattr(supply, "close", None)
        if close:
            close()
