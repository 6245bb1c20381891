"""Open this when something must not be: what a violation says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """Something that must not be: which check found it, in which row of which table, and what it is."""

    check: str
    table: str
    row: str
    what: str

    def __post_init__(self) -> None:
        """Keep the name of a row printable, whatever its bytes."""
        object.__setattr__(self, "row", self.row.encode("utf-8", "backslashreplace").decode())
