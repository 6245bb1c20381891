"""Open this when the settings name SAP's credit memo requests: how it is opened, asked and checked."""

from collections.abc import Iterator
from datetime import date

from connectors.erp.around import Around
from connectors.erp.checks import Step
from connectors.erp.port import Erp
from connectors.erp.sap_requests import checks
from connectors.erp.sap_requests.adapter import SapRequestErp
from connectors.erp.sap_requests.settings import SapRequestSettings


def opened(settings: SapRequestSettings, around: Around) -> Erp:
    """The ERP of these settings."""
    return SapRequestErp(around.located(settings), papers=around.papers)


def checked(settings: SapRequestSettings, around: Around, today: date) -> Iterator[Step]:
    """What must be in place before a credit note can be posted."""
    yield from checks.steps(around.located(settings), around.companies, around.retailers)
