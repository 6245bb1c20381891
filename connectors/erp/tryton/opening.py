"""Open this when the settings name Tryton: how it is opened, asked and checked."""

from collections.abc import Iterator
from datetime import date

from connectors.erp.around import Around
from connectors.erp.checks import Step
from connectors.erp.goods import GoodsErp
from connectors.erp.port import Erp
from connectors.erp.supply import Supply
from connectors.erp.tryton import checks
from connectors.erp.tryton.adapter import TrytonErp
from connectors.erp.tryton.goods import TrytonGoodsErp
from connectors.erp.tryton.settings import TrytonSettings
from connectors.erp.tryton.supply import TrytonSupply


def opened(settings: TrytonSettings, around: Around) -> Erp:
    """The ERP of these settings."""
    return TrytonErp(around.located(settings), papers=around.papers)


def checked(settings: TrytonSettings, around: Around, today: date) -> Iterator[Step]:
    """What must be in place before a credit note can be posted."""
    yield from checks.steps(around.located(settings), around.companies, around.retailers, today)


def supply(settings: TrytonSettings, around: Around) -> Supply:
    """What it tells of what was sold."""
    return TrytonSupply(around.located(settings))


def goods(settings: TrytonSettings, around: Around) -> GoodsErp | None:
    """The same for replacement orders and receipts; None where the settings do not say where goods lie."""
    return TrytonGoodsErp(around.located(settings)) if settings.goods else None
