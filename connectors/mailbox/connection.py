"""Open this when you connect a channel: address and credentials of a mailbox, as they stand in the settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.errors import ConfigError
from schemas.partners import Channel

NEEDED = {"folder": ("root",), "sftp": ("host", "user", "host_keys")}
TAKEN = {
    "folder": {"root"},
    "sftp": {"host", "port", "user", "key_file", "password_env", "host_keys", "timeout_seconds"},
}


class Connection(BaseModel):
    """Where a mailbox is and how we get in. A channel of kind folder has a ``root``, one of kind sftp the rest."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    root: Path | None = Field(None, description="the folder that holds inbox, archive and outbox")
    host: str | None = None
    port: int = Field(22, ge=1, le=65535)
    user: str | None = None
    key_file: Path | None = Field(None, description="our private key, readable by us alone")
    password_env: str | None = Field(None, description="the environment variable that holds the password")
    host_keys: tuple[str, ...] = Field((), description="the server's public keys, as `ssh-keyscan` prints them")
    timeout_seconds: float = Field(30, gt=0, description="longest silence of the server")


def checked(partner: str, channel: Channel, connection: Connection | Mapping[str, Any]) -> Connection:
    """The connection with everything that its kind of channel needs, and nothing else; ConfigError names the key."""
    where = f"connections: {partner}: {channel.id}"
    if not isinstance(connection, Connection):
        connection = _validated(connection, where)
    for key in NEEDED[channel.kind]:
        if not getattr(connection, key):
            raise ConfigError(f"{where}: a channel of kind {channel.kind} needs `{key}`. Next: add it there.")
    if channel.kind == "sftp" and not (connection.key_file or connection.password_env):
        raise ConfigError(f"{where}: neither `key_file` nor `password_env` is given. Next: add one of them there.")
    if foreign := sorted(connection.model_fields_set - TAKEN[channel.kind]):
        raise ConfigError(
            f"{where}: `{foreign[0]}` means nothing to a channel of kind {channel.kind}. Next: remove it."
        )
    return connection


def _validated(raw: Mapping[str, Any], where: str) -> Connection:
    try:
        return Connection.model_validate(dict(raw))
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{where}: {key}: {first['msg']}. Next: correct this key.") from None
