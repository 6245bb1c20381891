"""Open this when claims want more of a sale than it has left: they are solved together, as a flow of least cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import networkx as nx

from pipelines.steps.split.columns import Ints
from pipelines.steps.split.evidence import NAMES, Fit, rank_of


@dataclass(frozen=True, slots=True)
class Placed:
    """Units of a claim on a sale, with the grade of their evidence."""

    claim: int
    line: int
    units: int
    grade: int


@dataclass(frozen=True, slots=True)
class _Kind:
    """Claims to whom the same sales are equally good; they share a node of the flow."""

    members: tuple[int, ...]
    fit: Fit


@dataclass(frozen=True, slots=True)
class Costs:
    """What placing a unit costs, as exact integers, for at most ``units`` units of ``claims`` on ``lines``.

    With U = units + 1, a unit on evidence of rank r costs U^9 - U^(9-r): digits of base U, so that one unit more on
    stronger evidence outweighs any number of units on weaker evidence (ranks are 0 to 9). Each later wish is a
    smaller digit, wide enough for its sum over all units: another store, another price, the sale's position by the
    order rule and id, the claim's position by day and id, and last a later claim on an earlier sale. A unit that is
    not placed costs more than all units placed at their worst.
    """

    units: int
    claims: int
    lines: int

    def line(self, grade: int, position: int) -> int:
        """A unit of this grade on the sale at this position."""
        wider = self.units + 1
        ranks = len(NAMES) - 1
        evidence: int = wider**ranks - wider ** (ranks - rank_of(grade))
        stores_and_prices = (evidence * wider + (grade >> 1 & 1)) * wider + (grade & 1)
        return (stores_and_prices * (self.units * self.lines + 1) + position) * self._claim_digits * self._tie_digits

    def claim(self, position: int) -> int:
        """A unit of the claim at this position: when not all can be placed, the earlier return is."""
        return position * self._tie_digits

    def tie(self, claims: int, position: int) -> int:
        """Among equals the earlier claims take the earlier sale."""
        return claims * (self.lines - 1 - position)

    @property
    def unplaced(self) -> int:
        """A unit without a sale."""
        return (self.units + 1) * self.line(4 * len(NAMES) - 1, self.lines + 1)

    @property
    def _claim_digits(self) -> int:
        return self.units * self.claims + 1

    @property
    def _tie_digits(self) -> int:
        return self.units * self.claims * self.lines + 1


def contest(claims: Sequence[int], fits: Sequence[Fit], units: Sequence[int], left: Ints) -> list[Placed]:
    """The units of these claims on the sales that fit them, at the least of ``Costs``.

    Most units are placed; then most on the strongest evidence, then on the next; then most at their own store; then
    at the stated price; then on sales that the order rule takes first; then of claims that came first.
    """
    lines = sorted({line for fit in fits for line in fit.lines.tolist()})
    kinds = _kinds(fits)
    costs = Costs(sum(units), len(claims), len(lines))
    flow = nx.network_simplex(_network(kinds, units, lines, left, costs))[1]
    return [
        Placed(claims[member], line, count, grade)
        for k, kind in enumerate(kinds)
        for member, line, count, grade in _dealt(kind, flow, ("kind", k))
    ]


def _kinds(fits: Sequence[Fit]) -> list[_Kind]:
    """Claims that wish for the same, in the order of their first member."""
    members: dict[tuple[bytes, bytes], list[int]] = {}
    for member, fit in enumerate(fits):
        members.setdefault((fit.lines.tobytes(), fit.grades.tobytes()), []).append(member)
    return [_Kind(tuple(found), fits[found[0]]) for found in members.values()]


def _network(
    kinds: Sequence[_Kind], units: Sequence[int], lines: Sequence[int], left: Ints, costs: Costs
) -> "nx.DiGraph[tuple[str, int]]":
    """claim → kind → sale → placed, and claim → placed for what finds no sale."""
    graph: nx.DiGraph[tuple[str, int]] = nx.DiGraph()
    end = ("end", 0)
    graph.add_node(end, demand=sum(units))
    for line in lines:
        graph.add_edge(("sale", line), end, capacity=int(left[line]), weight=0)
    position_of = {line: position for position, line in enumerate(lines)}
    for k, kind in enumerate(kinds):
        for member in kind.members:
            graph.add_node(("claim", member), demand=-units[member])
            graph.add_edge(("claim", member), ("kind", k), capacity=units[member], weight=costs.claim(member))
            graph.add_edge(("claim", member), end, capacity=units[member], weight=costs.unplaced)
        together = sum(units[member] for member in kind.members)
        for line, grade in zip(kind.fit.lines.tolist(), kind.fit.grades.tolist(), strict=True):
            weight = costs.line(grade, position_of[line]) + costs.tie(k, position_of[line])
            graph.add_edge(("kind", k), ("sale", line), capacity=together, weight=weight)
    return graph


def _dealt(
    kind: _Kind, flow: dict[tuple[str, int], dict[tuple[str, int], int]], node: tuple[str, int]
) -> Iterator[tuple[int, int, int, int]]:
    """The sales of a kind dealt to its claims: the best to the first."""
    free = {line: flow[node].get(("sale", line), 0) for line in kind.fit.lines.tolist()}
    for member in kind.members:
        wanted = flow["claim", member][node]
        for line, grade in zip(kind.fit.lines.tolist(), kind.fit.grades.tolist(), strict=True):
            taken = min(wanted, free[line])
            if taken:
                free[line] -= taken
                wanted -= taken
                yield member, line, taken, grade
