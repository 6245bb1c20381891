"""Open this when the settings name SAP's journal: how it is opened, asked and checked."""

from collections.abc import Iterator
from datetime import date

from connectors.erp.around import Around
from connectors.erp.checks import Step
from connectors.erp.port import Erp
from connectors.erp.sap import checks
from connectors.erp.sap.adapter import SapErp
from connectors.erp.sap.settings import SapSettings


def opened(settings: SapSettings, around: Around) -> Erp:
    """The ERP of these settings."""
    return SapErp(around.located(settings), around.state_folder / settings.drafts)


def checked(settings: SapSettings, around: Around, today: date) -> Iterator[Step]:
    """What must be in place before a credit note can be posted."""
    yield from checks.steps(
        around.located(settings), around.state_folder / settings.drafts, around.companies, around.retailers
    )
