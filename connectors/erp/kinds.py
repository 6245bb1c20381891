"""Open this when you add an ERP: its settings, how it is opened, and how it is checked are named here."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Discriminator, Tag

from connectors.erp.business_central.settings import BusinessCentralSettings
from connectors.erp.checks import Step
from connectors.erp.file_out.settings import FileOutSettings
from connectors.erp.goods import GoodsErp
from connectors.erp.odoo.settings import OdooSettings
from connectors.erp.port import Erp, Papers
from connectors.erp.sap.settings import SapSettings
from connectors.erp.sap_requests.settings import SapRequestSettings
from connectors.erp.supply import Supply
from connectors.erp.tryton.settings import TrytonSettings
from schemas.errors import ConfigError


def _kind(given: Any) -> str:
    """``file_out`` where the settings name none."""
    named = given.get("kind", "file_out") if isinstance(given, Mapping) else getattr(given, "kind", "file_out")
    return str(named)


ErpSettings = Annotated[
    Annotated[FileOutSettings, Tag("file_out")]
    | Annotated[TrytonSettings, Tag("tryton")]
    | Annotated[SapSettings, Tag("sap")]
    | Annotated[SapRequestSettings, Tag("sap_requests")]
    | Annotated[OdooSettings, Tag("odoo")]
    | Annotated[BusinessCentralSettings, Tag("business_central")],
    Discriminator(_kind),
]


Remote = TypeVar("Remote", TrytonSettings, SapSettings, SapRequestSettings, OdooSettings, BusinessCentralSettings)


@dataclass(frozen=True, slots=True)
class Around:
    """What an ERP's settings stand in: the folders that their paths are meant from, our companies and retailers.

    ``papers`` finds what is to be attached to a credit; without it nothing is.
    """

    settings_folder: Path
    state_folder: Path
    companies: tuple[str, ...] = ()
    retailers: tuple[str, ...] = ()
    papers: Papers | None = None


@contextmanager
def open_erp(settings: BaseModel, around: Around) -> Iterator[Erp]:
    """The ERP of these settings; connections open with the first use, and are closed at the end."""
    erp = _opened(settings, around)
    try:
        yield erp
    finally:
        close = getattr(erp, "close", None)
        if close:
            close()


def _opened(settings: BaseModel, around: Around) -> Erp:
    # Imported here, so that an installation that writes files need not load an HTTP library.
    if isinstance(settings, TrytonSettings):
        from connectors.erp.tryton.adapter import TrytonErp

        return TrytonErp(_located(settings, around))
    if isinstance(settings, SapSettings):
        from connectors.erp.sap.adapter import SapErp

        return SapErp(_located(settings, around), around.state_folder / settings.drafts)
    if isinstance(settings, SapRequestSettings):
        from connectors.erp.sap_requests.adapter import SapRequestErp

        return SapRequestErp(_located(settings, around))
    if isinstance(settings, OdooSettings):
        from connectors.erp.odoo.adapter import OdooErp

        return OdooErp(_located(settings, around))
    if isinstance(settings, BusinessCentralSettings):
        from connectors.erp.business_central.adapter import BusinessCentralErp

        return BusinessCentralErp(_located(settings, around))
    from connectors.erp.file_out import FileOutErp

    assert isinstance(settings, FileOutSettings)
    return FileOutErp(around.state_folder / settings.folder, around.papers)


@contextmanager
def open_goods(settings: BaseModel, around: Around) -> Iterator[GoodsErp | None]:
    """The same ERP for goods; None where it takes none, or the settings do not say so."""
    if not (isinstance(settings, TrytonSettings) and settings.goods):
        yield None
        return
    from connectors.erp.tryton.goods import TrytonGoodsErp

    goods = TrytonGoodsErp(_located(settings, around))
    try:
        yield goods
    finally:
        goods.close()


def supply_of(settings: BaseModel, around: Around) -> Supply:
    """What this ERP tells of what was sold. ConfigError: it cannot be asked."""
    if isinstance(settings, TrytonSettings):
        from connectors.erp.tryton.supply import TrytonSupply

        return TrytonSupply(_located(settings, around))
    if isinstance(settings, OdooSettings):
        from connectors.erp.odoo.supply import OdooSupply

        return OdooSupply(_located(settings, around))
    if isinstance(settings, BusinessCentralSettings):
        from connectors.erp.business_central.supply import BusinessCentralSupply

        return BusinessCentralSupply(_located(settings, around))
    raise ConfigError(
        f"An ERP of kind {_kind(settings)} cannot be read. Next: let it export into a folder, and write a supply of "
        "kind `exports` (docs/erp/exports.md)."
    )


def check_erp(settings: BaseModel, around: Around, today: date) -> Iterator[Step]:
    """What must be in place before a credit note can be posted, asked for real, one step after the other."""
    if isinstance(settings, TrytonSettings):
        from connectors.erp.tryton import checks as tryton_checks

        yield from tryton_checks.steps(_located(settings, around), around.companies, around.retailers, today)
        return
    if isinstance(settings, SapSettings):
        from connectors.erp.sap import checks as sap_checks

        drafts = around.state_folder / settings.drafts
        yield from sap_checks.steps(_located(settings, around), drafts, around.companies, around.retailers)
        return
    if isinstance(settings, SapRequestSettings):
        from connectors.erp.sap_requests import checks as request_checks

        yield from request_checks.steps(_located(settings, around), around.companies, around.retailers)
        return
    if isinstance(settings, OdooSettings):
        from connectors.erp.odoo import checks as odoo_checks

        yield from odoo_checks.steps(_located(settings, around), around.companies, around.retailers, today)
        return
    if isinstance(settings, BusinessCentralSettings):
        from connectors.erp.business_central import checks as central_checks

        yield from central_checks.steps(_located(settings, around), around.companies, around.retailers, today)
        return
    from connectors.erp.file_out import checks as file_checks

    assert isinstance(settings, FileOutSettings)
    yield from file_checks.steps(around.state_folder / settings.folder)


def _located(settings: Remote, around: Around) -> Remote:
    """The settings with the paths of their secrets and certificates absolute."""
    paths = {name: value for name, value in settings if isinstance(value, Path)}
    return settings.model_copy(update={name: around.settings_folder / path for name, path in paths.items()})
