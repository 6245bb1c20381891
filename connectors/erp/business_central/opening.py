"""Open this when the settings name Business Central: how it is opened, asked and checked."""

from collections.abc import Iterator
from datetime import date

from connectors.erp.around import Around
from connectors.erp.business_central import checks
from connectors.erp.business_central.adapter import BusinessCentralErp
from connectors.erp.business_central.settings import BusinessCentralSettings
from connectors.erp.business_central.supply import BusinessCentralSupply
from connectors.erp.checks import Step
from connectors.erp.port import Erp
from connectors.erp.supply import Supply


def opened(settings: BusinessCentralSettings, around: Around) -> Erp:
    """The ERP of these settings."""
    return BusinessCentralErp(around.located(settings), papers=around.papers)


def checked(settings: BusinessCentralSettings, around: Around, today: date) -> Iterator[Step]:
    """What must be in place before a credit note can be posted."""
    yield from checks.steps(around.located(settings), around.companies, around.retailers, today)


def supply(settings: BusinessCentralSettings, around: Around) -> Supply:
    """What it tells of what was sold."""
    return BusinessCentralSupply(around.located(settings))
