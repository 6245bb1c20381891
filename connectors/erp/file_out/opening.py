"""Open this when the settings name files, or nothing: how it is opened, asked and checked."""

from collections.abc import Iterator
from datetime import date

from connectors.erp.around import Around
from connectors.erp.checks import Step
from connectors.erp.file_out import checks
from connectors.erp.file_out.adapter import FileOutErp
from connectors.erp.file_out.profiles import PROFILES
from connectors.erp.file_out.settings import FileOutSettings
from connectors.erp.port import Erp


def opened(settings: FileOutSettings, around: Around) -> Erp:
    """The ERP of these settings."""
    return FileOutErp(around.state_folder / settings.folder, around.papers, PROFILES[settings.profile])


def checked(settings: FileOutSettings, around: Around, today: date) -> Iterator[Step]:
    """What must be in place before a credit note can be posted."""
    yield from checks.steps(around.state_folder / settings.folder)
