"""Open this when a message went to the wrong mapping of a partner: which of several claims comes first.

A mapping that says more about its messages comes before one that says less: first by `where`, then by `sender`, then by
`version`. Two that say equally much, and that one message could meet both of, are refused when they are loaded.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Protocol, TypeVar

from schemas.rules import EDI, Claims, Rules


class Claiming(Protocol):
    """A mapping, with its rules."""

    @property
    def rules(self) -> Rules:
        """The rules of the mapping."""
        ...


Mapping = TypeVar("Mapping", bound=Claiming)


def says(claims: Claims) -> tuple[int, bool, bool]:
    """How much a claim says, to compare by: paths of `where`, a sender, a version.

    >>> says(Claims(message="180", version="004010")) < says(Claims(message="180", where={"BGN.01": "11"}))
    True
    """
    return len(claims.where), claims.sender is not None, bool(claims.version)


def in_order(maps: Sequence[Mapping]) -> tuple[Mapping, ...]:
    """The mappings as they are asked: who says more comes first, otherwise as given."""
    return tuple(sorted(maps, key=lambda one: says(one.rules.claims), reverse=True))


def ambiguous(maps: Sequence[Mapping]) -> Iterator[tuple[Mapping, Mapping]]:
    """Pairs of mappings for EDI that nothing distinguishes: a message could be for both."""
    for one, other in combinations(maps, 2):
        same = one.rules.standard == other.rules.standard and one.rules.standard in EDI
        if same and _meet(one.rules.claims, other.rules.claims):
            yield one, other


def _meet(one: Claims, other: Claims) -> bool:
    """Whether two claims say equally much, and one message could hold both."""
    apart = (
        one.message != other.message
        or says(one) != says(other)
        or (one.sender is not None and other.sender is not None and one.sender != other.sender)
        or (one.version and other.version and not {*one.version} & {*other.version})
        or any(not {*one.where[path]} & {*other.where[path]} for path in one.where.keys() & other.where.keys())
    )
    return not apart
