"""Open this when a run of posting is counted: how one attempt on an intent ends, and what a run adds up."""

from dataclasses import dataclass, fields
from enum import StrEnum


@dataclass
class Posted:
    """What became of the intents that were due. ``waiting``: tried again later. ``orphans``: drafts discarded."""

    posted: int = 0
    parked: int = 0
    uncertain: int = 0
    waiting: int = 0
    orphans: int = 0

    def __add__(self, other: "Posted") -> "Posted":
        return Posted(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


class Ending(StrEnum):
    """How one attempt on an intent ended."""

    POSTED = "posted"
    PARKED = "parked"  # a person must act
    UNCERTAIN = "uncertain"  # nobody knows; it is looked up later
    PENDING = "pending"  # the ERP took it and is not done; it is looked up later
    BUSY = "busy"  # nothing was sent
    DENIED = "denied"  # the ERP refuses our key: a person must mend that, and no intent is to blame
    HELD = "held"  # somebody else has it


# What is pending is looked up later like what is uncertain; but the ERP answered, so the others go on. What is not
# named here waits.
COUNTED = {
    Ending.POSTED: "posted",
    Ending.PARKED: "parked",
    Ending.UNCERTAIN: "uncertain",
    Ending.PENDING: "uncertain",
}
