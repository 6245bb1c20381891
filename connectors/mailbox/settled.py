"""Open this when a half-written file was read, or a whole one is not: when a file counts as wholly written."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from connectors.mailbox.port import Listed
from schemas.partners import Arrival


class Sighting(NamedTuple):
    """A file that is not ready yet, as it was seen: a row of ``listing`` but for partner and channel."""

    name: str
    size: int
    modified: float
    unchanged_since: datetime


def settled(
    listed: Iterable[Listed], seen: Mapping[str, tuple[int, float, datetime]], arrival: Arrival, now: datetime
) -> tuple[list[Listed], list[Sighting]]:
    """The files that are ready, and the others as they are to be remembered, both in the order listed.

    ``seen`` is what was remembered: size, time of change, and the moment since which both stood still. By the rule
    ``rename`` a file is ready as soon as it has its name; by ``stable`` when two listings at least ``settle_seconds``
    apart show the same size and time.
    """
    if arrival.rule == "rename":
        return list(listed), []
    ready, waiting = [], []
    for file in listed:
        size, modified, since = seen.get(file.name, (None, None, now))
        if (size, modified) != (file.size, file.modified):
            waiting.append(Sighting(file.name, file.size, file.modified, now))
        elif now - since >= timedelta(seconds=arrival.settle_seconds):
            ready.append(file)
        else:
            waiting.append(Sighting(file.name, file.size, file.modified, since))
    return ready, waiting
