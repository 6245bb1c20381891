"""Open this when the settings name Odoo: how it is opened, asked and checked."""

from collections.abc import Iterator
from datetime import date

from connectors.erp.around import Around
from connectors.erp.checks import Step
from connectors.erp.odoo import checks
from connectors.erp.odoo.adapter import OdooErp
from connectors.erp.odoo.settings import OdooSettings
from connectors.erp.odoo.supply import OdooSupply
from connectors.erp.port import Erp
from connectors.erp.supply import Supply


def opened(settings: OdooSettings, around: Around) -> Erp:
    """The ERP of these settings."""
    return OdooErp(around.located(settings), papers=around.papers)


def checked(settings: OdooSettings, around: Around, today: date) -> Iterator[Step]:
    """What must be in place before a credit note can be posted."""
    yield from checks.steps(around.located(settings), around.companies, around.retailers, today)


def supply(settings: OdooSettings, around: Around) -> Supply:
    """What it tells of what was sold."""
    return OdooSupply(around.located(settings))
