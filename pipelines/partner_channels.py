"""Open this when ``backhaul partner check`` cannot reach a partner: its mailboxes, asked with the real settings."""

import base64
import binascii
import hashlib
from collections.abc import Iterator

from connectors.mailbox import open_mailbox
from pipelines.partner_check import Check, Subject, missing, note, ok
from pipelines.settings import Settings
from schemas.errors import BackhaulError
from schemas.partners import Channel, Partner


def channels(subject: Subject) -> Iterator[Check]:
    """Every channel: its server's pinned key, its inbox, and its outbox where answers are wanted."""
    partner = subject.folder.partner
    if not partner.channels:
        yield missing("channel", "partner.yaml has none", "add `channels:` with inbox and archive")
    for channel in partner.channels:
        if subject.settings is None:
            yield missing(f"channel {channel.id}", "there are no settings", "write a backhaul.yaml (docs/settings.md)")
        else:
            yield from _channel(partner, channel, subject.settings)
        yield from _outbox(partner, channel)


def _channel(partner: Partner, channel: Channel, settings: Settings) -> Iterator[Check]:
    try:
        connection = settings.connection(partner.id, channel.id)
    except BackhaulError as fault:
        yield _fault(f"channel {channel.id}", fault)
        return
    if channel.kind == "sftp":
        yield _pinned(partner, channel, tuple(connection.get("host_keys", ())))
    yield _listed(partner, channel, connection, "inbox", channel.inbox)
    if channel.outbox:
        yield _listed(partner, channel, connection, "outbox", channel.outbox)


def _pinned(partner: Partner, channel: Channel, keys: tuple[str, ...]) -> Check:
    """Which host keys are pinned, by their fingerprints as `ssh-keygen -l` prints them."""
    where = f"connections: {partner.id}: {channel.id}: host_keys"
    prints = [_fingerprint(key) for key in keys]
    good = [one for one in prints if one]
    if not good or len(good) < len(prints):
        told = "one of them is no public key" if keys else "no key of the server is pinned"
        return missing("host key", told, f"ask the partner for its fingerprint, then add the key under {where}")
    return ok("host key", f"pinned: {', '.join(good)}")


def _fingerprint(key: str) -> str | None:
    words = key.split()
    text = next((word for word in words if word.startswith("AAAA")), "")
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    return f"SHA256:{digest}" if data else None


def _listed(partner: Partner, channel: Channel, connection: dict[str, object], what: str, folder: str) -> Check:
    """The folder, really listed."""
    name = f"{what} {folder}"
    try:
        mailbox = open_mailbox(partner.id, channel.model_copy(update={"inbox": folder}), connection)
        try:
            waiting = len(mailbox.list())
        finally:
            mailbox.close()
    except BackhaulError as fault:
        return _fault(name, fault)
    return ok(name, f"reached; {waiting} file{'' if waiting == 1 else 's'} in it")


def _outbox(partner: Partner, channel: Channel) -> Iterator[Check]:
    if channel.outbox:
        return
    if partner.answers_wanted:
        following = "add `outbox:` to the channel, or `acknowledge: false` if it wants no answers"
        yield missing("outbox", f"channel {channel.id} has none, and answers are wanted", following)
    else:
        yield note("outbox", "it wants no answers")


def _fault(name: str, fault: BackhaulError) -> Check:
    told, _, following = str(fault).partition(" Next: ")
    return missing(name, told, following.rstrip(".") or "mend what is told here")
