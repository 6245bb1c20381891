"""Open this when you install Backhaul: the one settings file, ``backhaul.yaml``, and how it is found.

Relative paths are meant from the folder of the settings file. Texts of connections may hold ``${NAME}`` for values of
the environment (secrets, ports); they are looked up only when the connection is opened.
"""

import os
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from connectors.erp.file_out.settings import FileOutSettings
from connectors.erp.kinds import ErpSettings
from connectors.erp.supplies import SupplySettings
from schemas.control import Breakers
from schemas.errors import ConfigError
from schemas.partners import Party

SETTINGS_VARIABLE = "BACKHAUL_SETTINGS"
# Set by the demonstration's SSH server while it runs.
PORT_VARIABLE = "BACKHAUL_DEMO_SFTP_PORT"
SHIPPED_PARTNERS = Path(__file__).resolve().parent.parent / "mappings" / "partners"
DEMONSTRATION = Path(".state/demo/backhaul.yaml")


class SettingsMissing(ConfigError):
    """There is no settings file where it was looked for."""


class Simulation(BaseModel):
    """Only in a demonstration: the SSH server that stands in for the partners' own."""

    model_config = ConfigDict(extra="forbid")
    sftp_root: Path
    keys: Path


class Audit(BaseModel):
    """Where the head of the audit chain is kept, and the key that signs it: docs/audit.md."""

    model_config = ConfigDict(extra="forbid")
    anchors: Path | None = Field(None, description="the folder of the anchors, out of reach of the database's owner")
    key: Path = Field(Path("keys/audit.pem"), description="the private key; its public half lies beside it")


class Settings(BaseModel):
    """A backhaul.yaml."""

    model_config = ConfigDict(extra="forbid")
    folder: Path = Field(exclude=True)
    companies: dict[str, Party] = Field(description="our selling entities, as they stand on credit notes")
    partners: Path = SHIPPED_PARTNERS
    database: str | None = Field(None, description="database address; none: SQLite below the state folder")
    state: Path = Path()
    erp: ErpSettings = FileOutSettings()
    supplies: dict[str, SupplySettings] = Field(
        default_factory=dict, description="where orders, shipments, invoices and items are read from, by name"
    )
    connections: dict[str, dict[str, dict[str, Any]]] = Field(
        default_factory=dict, description="partner → channel → address and credentials"
    )
    timezone: str = Field("UTC", description="the zone in which our own days end, for the ledger of a day")
    clock: datetime | None = Field(None, description="a fixed moment, for demonstrations and tests")
    files_per_run: int = Field(500, ge=1, description="most files of a partner in one run")
    breakers: Breakers = Breakers()
    audit: Audit = Audit()
    simulation: Simulation | None = None

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"there is no time zone {name!r}; write one like Europe/London") from None
        return name

    def path(self, relative: Path) -> Path:
        """A path of the settings, absolute."""
        return (self.folder / relative).resolve()

    @property
    def state_folder(self) -> Path:
        """Where the vault, the database and reports are."""
        return self.path(self.state)

    @property
    def database_url(self) -> str:
        """The store's address."""
        return self.database or f"sqlite:///{self.state_folder / 'backhaul.sqlite'}"

    def connection(self, partner: str, channel: str) -> dict[str, Any]:
        """Address and credentials of a channel, with the environment's values filled in."""
        try:
            raw = self.connections[partner][channel]
        except KeyError:
            raise ConfigError(
                f"{self.folder / 'backhaul.yaml'}: there is no connection for channel {channel!r} of partner "
                f"{partner!r}. Next: add it under connections: {partner}: {channel}:"
            ) from None
        filled = {key: _filled(value) for key, value in raw.items()}
        for key in ("root", "key_file"):
            if key in filled:
                filled[key] = str(self.path(Path(filled[key])))
        return filled


def _filled(value: Any) -> Any:
    """The value with ``${NAME}`` replaced from the environment."""
    if isinstance(value, list):
        return [_filled(one) for one in value]
    if not isinstance(value, str):
        return value

    def of_environment(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in os.environ:
            raise ConfigError(
                f"The settings name the environment variable {name}, which is not set. Next: set it and start again."
            )
        return os.environ[name]

    return re.sub(r"\$\{([A-Z0-9_]+)\}", of_environment, value)


def find_settings(given: Path | None = None) -> Path:
    """The settings file: the one given, the environment's, ./backhaul.yaml, or the demonstration's."""
    named = given or (Path(os.environ[SETTINGS_VARIABLE]) if SETTINGS_VARIABLE in os.environ else None)
    for candidate in [named] if named else [Path("backhaul.yaml"), DEMONSTRATION]:
        if candidate and candidate.is_file():
            return candidate.resolve()
    where = named or "backhaul.yaml"
    raise SettingsMissing(
        f"There is no settings file {where}. Next: run `make demo` for a world to look at, or write a backhaul.yaml "
        "(docs/settings.md shows one) and name it with --settings."
    )


def load_settings(given: Path | None = None) -> Settings:
    """The settings, checked. ConfigError names the file and the key that is wrong."""
    path = find_settings(given)
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(raw, Mapping):
        raise ConfigError(f"{path} holds no settings. Next: docs/settings.md shows what belongs there.")
    try:
        return Settings(folder=path.parent, **raw)
    except ValidationError as fault:
        first = fault.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {key}: {first['msg']}. Next: correct this key.") from None


def partners_folder() -> Path:
    """The partners' folder of the settings in force, or the shipped one where there are no settings yet."""
    try:
        settings = load_settings()
    except SettingsMissing:
        return SHIPPED_PARTNERS
    return settings.path(settings.partners)
