"""The best of all placements as a general solver finds it: one linear programme (HiGHS) for each wish in turn.

Claims and sales with units are a transportation problem, so the vertices of what is feasible are whole units, and so
are those of what is left of it when only the best for a wish is kept: pairs whose use would cost something are out,
and claims and sales on whose units something depends are used to their last unit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from tests.steps.plain_split import Doubt, Group, Placement, Wishes, doubt_by, served

Numbers = npt.NDArray[np.float64]
Pair = tuple[int, int]
_NOTHING = 1e-6  # prices of units are whole numbers


@dataclass
class Best:
    """Placements that are the best for all wishes so far: the pairs that they use, and the rows that they fill."""

    pairs: list[Pair]
    units: Numbers  # of each claim, then of each sale
    full: npt.NDArray[np.bool_]
    found: list[int] = field(default_factory=list)
    placement: dict[Pair, int] = field(default_factory=dict)

    @classmethod
    def of(cls, group: Group) -> "Best":
        """All placements of a group."""
        units = np.array([*(c["units"] for c in group.claims), *group.room], np.float64)
        return cls(list(group.held), units, np.zeros(len(units), np.bool_))

    def keep_most(self, worth: Callable[[int, int], float], claims: int) -> int:
        """Keep only placements with the most of this, and say how much that is."""
        if not self.pairs:
            self.found.append(0)
            return 0
        values = np.array([worth(c, s) for c, s in self.pairs], np.float64)
        rows = np.array([[c, claims + s] for c, s in self.pairs]).T.ravel()
        columns = np.tile(np.arange(len(values)), 2)
        matrix = csr_matrix((np.ones(len(rows)), (rows, columns)), (len(self.units), len(values)))
        fixed, loose = np.flatnonzero(self.full), np.flatnonzero(~self.full)
        solved = linprog(
            -values,
            A_ub=matrix[loose] if len(loose) else None,
            b_ub=self.units[loose] if len(loose) else None,
            A_eq=matrix[fixed] if len(fixed) else None,
            b_eq=self.units[fixed] if len(fixed) else None,
            method="highs-ds",
        )
        assert solved.status == 0, solved.message
        amounts = np.rint(solved.x).astype(np.int64)
        assert np.abs(solved.x - amounts).max() < _NOTHING, "a vertex has whole units"
        self.placement = {pair: int(n) for pair, n in zip(self.pairs, amounts, strict=True) if n}
        self._narrow(solved.lower.marginals, loose, solved.ineqlin.marginals)
        self.found.append(round(values @ amounts))
        return self.found[-1]

    def _narrow(self, reduced: Numbers, loose: npt.NDArray[np.intp], prices: Numbers) -> None:
        """Complementary slackness: what every best placement has in common."""
        self.pairs = [pair for pair, cost in zip(self.pairs, reduced, strict=True) if cost < _NOTHING]
        self.full[loose[np.abs(prices) > _NOTHING]] = True


def solved_goodness(group: Group, kinds: int | None = None) -> Best:
    """The placements with the most units, and among them the most units of each (of the first so many) kind in turn."""
    best = Best.of(group)
    best.keep_most(lambda c, s: 1, len(group.claims))
    for kind in range(len(group.policy.evidence) if kinds is None else kinds):
        best.keep_most(lambda c, s, kind=kind: group.held[c, s][kind], len(group.claims))  # type: ignore[misc]
    return best


def solved_wishes(group: Group) -> Wishes:
    """All wishes in turn, as ``plain_split.best_wishes`` gives them.

    The earlier claims are served if the sum of the served claims' places is the least, for what can be served is a
    polymatroid: what is greedy is best.
    """
    claims = len(group.claims)
    best = solved_goodness(group)
    goodness = list(best.found)
    best.keep_most(lambda c, s: -group.cost[c][s], claims)
    best.keep_most(lambda c, s: -group.place[c][s], claims)
    best.keep_most(lambda c, s: -c, claims)
    _, cost, place, first = group.wishes(best.placement)
    return Wishes(goodness, cost, place, first)


@dataclass(frozen=True, slots=True)
class SolvedDoubt:
    """``plain_split.doubt`` of the claims of a placement, by the solver."""

    group: Group
    good: Best
    placement: Placement

    def of(self, claim: int) -> Doubt:
        """What the units of this claim would be credited in other, equally good placements."""
        return doubt_by(lambda worth: self._reach(claim, worth), self.group, self.placement, claim)

    def _reach(self, claim: int, worth: Sequence[int]) -> int:
        claims = len(self.group.claims)
        units, full = self.good.units.copy(), self.good.full.copy()
        units[:claims], full[:claims] = served(self.group, self.placement), True
        kept = Best(list(self.good.pairs), units, full)
        return kept.keep_most(lambda c, s: worth[s] if c == claim else 0, claims)
