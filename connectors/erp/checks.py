"""Open this when ``backhaul erp check`` is taught a new ERP: what one step of it says."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at: whether it is in place, what was found, and if not what is next."""

    name: str
    state: Literal["ok", "missing", "note"]
    told: str
    following: str = ""


def ok(name: str, told: str) -> Step:
    """It is in place."""
    return Step(name, "ok", told)


def missing(name: str, told: str, following: str) -> Step:
    """It is not, and no credit note can be posted without it."""
    return Step(name, "missing", told, following)


def note(name: str, told: str) -> Step:
    """Worth knowing; nothing hangs on it."""
    return Step(name, "note", told)


def faulty(name: str, fault: Exception) -> Step:
    """A fault of ours in its own words, which end with the next step."""
    told, _, following = str(fault).partition(" Next: ")
    return missing(name, told.rstrip("."), following.rstrip(".") or "mend what is told here")
