"""Open this when you ask why a unit was placed here and not there: claims walk to their best sales, or contend.

Claims of one retailer and item compete. Where every claim can have its own best sales, it has them: that is the best
of all placements, since no claim could do better alone. Claims that want more of a sale than it has left are solved
together (``contest``), with as many further sales as they may be driven to, and with the claims that want those.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from networkx.utils import UnionFind

from pipelines.steps.split.columns import Sales, Wants
from pipelines.steps.split.contest import Placed, contest
from pipelines.steps.split.evidence import Fit, fit


@dataclass(frozen=True, slots=True)
class _Part:
    """Claims that are solved together: for each its best sales that hold the units of all, and what it may use."""

    claims: tuple[int, ...]
    fits: tuple[Fit, ...]
    use: Counter[int]


def place(sales: Sales, wants: Wants) -> list[Placed]:
    """Every unit that can be placed, on the best sales there are for all claims together; see ``contest``."""
    placed: list[Placed] = []
    for claims in _by_item(sales, wants):
        for part in _parts(sales, wants, claims):
            if len(part.claims) == 1:
                placed += _walk(part.claims[0], part.fits[0], wants.units(part.claims[0]), sales)
            else:
                units = [wants.units(claim) for claim in part.claims]
                placed += contest(part.claims, part.fits, units, sales.left)
    return placed


def _by_item(sales: Sales, wants: Wants) -> list[list[int]]:
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for claim in range(len(wants.rows)):
        if wants.item(claim) in sales.of_item:
            groups[wants.item(claim)].append(claim)
    return list(groups.values())


def _walk(claim: int, best: Fit, units: int, sales: Sales) -> Iterator[Placed]:
    """The claim's own best sales, one after the other, until its units are placed."""
    for line, grade in zip(best.lines.tolist(), best.grades.tolist(), strict=True):
        taken = min(units, int(sales.left[line]))
        units -= taken
        yield Placed(claim, line, taken, grade)


def _parts(sales: Sales, wants: Wants, claims: Sequence[int]) -> list[_Part]:
    """The claims of an item in parts that cannot drive each other off any sale.

    A part may use of a sale no more than its claims could place there. As long as two parts together may use more
    of a sale than it has left, they become one, whose claims may be driven further down their lists.
    """
    parts = [_part(sales, wants, (claim,)) for claim in claims]
    while groups := _contending(parts, sales):
        merged = {i for group in groups for i in group}
        kept = [part for i, part in enumerate(parts) if i not in merged]
        joined = [tuple(sorted(claim for i in group for claim in parts[i].claims)) for group in groups]
        parts = kept + [_part(sales, wants, members) for members in joined]
    return sorted(parts, key=lambda part: part.claims)


def _part(sales: Sales, wants: Wants, claims: tuple[int, ...]) -> _Part:
    """A claim never needs a sale beyond those that hold the units of the whole part: a better one would be free."""
    together = sum(map(wants.units, claims))
    fits = tuple(fit(sales, wants, claim).best(sales.left, together) for claim in claims)
    use: Counter[int] = Counter()
    if len(claims) == 1:
        use.update({one.line: one.units for one in _walk(claims[0], fits[0], together, sales)})
    for claim, best in zip(claims, fits, strict=True) if len(claims) > 1 else ():
        use.update(dict.fromkeys(best.lines.tolist(), wants.units(claim)))
    return _Part(claims, fits, use)


def _contending(parts: Sequence[_Part], sales: Sales) -> list[list[int]]:
    """Groups of parts, as indices, that together may use more of a sale than it has left."""
    users: dict[int, list[int]] = defaultdict(list)
    for i, part in enumerate(parts):
        for line in part.use:
            users[line].append(i)
    groups: UnionFind[int] = UnionFind()
    for line, who in users.items():
        if len(who) > 1 and sum(parts[i].use[line] for i in who) > sales.left[line]:
            groups.union(*who)
    return sorted(sorted(group) for group in groups.to_sets())
