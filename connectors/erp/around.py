"""Open this when an ERP's settings name a file or a company: what they stand in."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from connectors.erp.port import Papers

Settings = TypeVar("Settings", bound=BaseModel)


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

    def located(self, settings: Settings) -> Settings:
        """The settings with the paths of their secrets and certificates absolute."""
        paths = {name: value for name, value in settings if isinstance(value, Path)}
        return settings.model_copy(update={name: self.settings_folder / path for name, path in paths.items()})
