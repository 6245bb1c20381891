"""Open this when you add an ERP: name its settings here; its folder has an ``opening.py`` that does the rest."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from typing import Annotated, Any

from pydantic import BaseModel, Discriminator, Tag

from connectors.erp.around import Around
from connectors.erp.business_central.settings import BusinessCentralSettings
from connectors.erp.checks import Step
from connectors.erp.file_out.settings import FileOutSettings
from connectors.erp.goods import GoodsErp
from connectors.erp.odoo.settings import OdooSettings
from connectors.erp.port import Erp
from connectors.erp.sap.settings import SapSettings
from connectors.erp.sap_requests.settings import SapRequestSettings
from connectors.erp.supply import Supply
from connectors.erp.tryton.settings import TrytonSettings
from schemas.errors import ConfigError


def _kind(given: Any) -> str:
    """``file_out`` where the settings name none."""
    named = given.get("kind", "file_out") if isinstance(given, Mapping) else getattr(given, "kind", "file_out")
    return str(named)


# The tag is the name of the ERP's folder.
ErpSettings = Annotated[
    Annotated[FileOutSettings, Tag("file_out")]
    | Annotated[TrytonSettings, Tag("tryton")]
    | Annotated[SapSettings, Tag("sap")]
    | Annotated[SapRequestSettings, Tag("sap_requests")]
    | Annotated[OdooSettings, Tag("odoo")]
    | Annotated[BusinessCentralSettings, Tag("business_central")],
    Discriminator(_kind),
]


@contextmanager
def open_erp(settings: BaseModel, around: Around) -> Iterator[Erp]:
    """The ERP of these settings; connections open with the first use, and are closed at the end."""
    erp: Erp = _opening(settings).opened(settings, around)
    with _closed_at_the_end(erp):
        yield erp


@contextmanager
def open_goods(settings: BaseModel, around: Around) -> Iterator[GoodsErp | None]:
    """The same ERP for goods; None where it takes none, or the settings do not say so."""
    opened = getattr(_opening(settings), "goods", None)
    goods: GoodsErp | None = opened(settings, around) if opened else None
    with _closed_at_the_end(goods):
        yield goods


def supply_of(settings: BaseModel, around: Around) -> Supply:
    """What this ERP tells of what was sold. ConfigError: it cannot be asked."""
    asked = getattr(_opening(settings), "supply", None)
    if asked is None:
        raise ConfigError(
            f"An ERP of kind {_kind(settings)} cannot be read. Next: let it export into a folder, and write a supply "
            "of kind `exports` (docs/erp/exports.md)."
        )
    supply: Supply = asked(settings, around)
    return supply


def check_erp(settings: BaseModel, around: Around, today: date) -> Iterator[Step]:
    """What must be in place before a credit note can be posted, asked for real, one step after the other."""
    yield from _opening(settings).checked(settings, around, today)


def _opening(settings: BaseModel) -> Any:
    # Imported by name, so that an installation that writes files need not load an HTTP library.
    return import_module(f"connectors.erp.{_kind(settings)}.opening")


@contextmanager
def _closed_at_the_end(one: object) -> Iterator[None]:
    try:
        yield
    finally:
        if close := getattr(one, "close", None):
            close()
