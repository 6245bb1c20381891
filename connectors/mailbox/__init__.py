"""Open this when you ask which mailbox a channel gets."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.mailbox.connection import Connection, checked
from connectors.mailbox.folder import FolderMailbox
from connectors.mailbox.port import Mailbox
from schemas.errors import ConfigError
from schemas.partners import Channel


def open_mailbox(
    partner: str,
    channel: Channel,
    connection: Connection | Mapping[str, Any],
    environment: Mapping[str, str] = os.environ,
) -> Mailbox:
    """The mailbox of a partner's channel; connections open with the first use. ConfigError names what is missing."""
    given = checked(partner, channel, connection)
    if channel.kind == "folder":
        return _folder(channel, given)
    return _sftp(partner, channel, given, environment)


def _folder(channel: Channel, given: Connection) -> Mailbox:
    return FolderMailbox(
        root=given.root or Path(),
        inbox=channel.inbox,
        archive=channel.archive,
        outbox=channel.outbox,
        ignore=channel.arrival.ignore,
        file_bytes_max=channel.file_bytes_max,
    )


def _sftp(partner: str, channel: Channel, given: Connection, environment: Mapping[str, str]) -> Mailbox:
    # Here, so that an installation without SFTP and every command that only reads need not load an SSH library.
    from connectors.mailbox.session import Address
    from connectors.mailbox.sftp import SftpMailbox

    address = Address(
        host=given.host or "",
        port=given.port,
        user=given.user or "",
        host_keys=given.host_keys,
        key_file=given.key_file,
        password=_password(partner, channel, given, environment),
        timeout_seconds=given.timeout_seconds,
    )
    return SftpMailbox(
        address,
        inbox=channel.inbox,
        archive=channel.archive,
        outbox=channel.outbox,
        ignore=channel.arrival.ignore,
        file_bytes_max=channel.file_bytes_max,
    )


def _password(partner: str, channel: Channel, given: Connection, environment: Mapping[str, str]) -> str | None:
    if given.password_env is None:
        return None
    if not environment.get(given.password_env):
        raise ConfigError(
            f"connections: {partner}: {channel.id}: password_env names {given.password_env}, which is not set. "
            "Next: set this environment variable and start again."
        )
    return environment[given.password_env]
