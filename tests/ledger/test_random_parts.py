"""Invoice lines returned in random parts, through every cut of money on the way: the parts sum to the line exactly."""

import numpy as np
import numpy.typing as npt
import pytest

from pipelines.steps.movements import NOTHING, Amounts, part_of
from pipelines.steps.price import MICRO, rounded
from pipelines.steps.split.judge import next_money

LINES = 200_000
Ints = npt.NDArray[np.int64]


class Parts:
    """Random invoice lines, each cut into up to five parts that have all of its units; parts of a line in a row."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.units = rng.integers(1, 60, LINES)
        self.net = rng.integers(0, 2_000_000, LINES) * rng.choice([0, 1, 1, 1], LINES)
        self.tax = self.net * rng.integers(0, 28, LINES) // 100
        # up to four cuts at random places; equal places make empty parts, which are no parts
        cuts = np.sort(rng.integers(0, self.units[:, None] + 1, (LINES, 4)), axis=1)
        sizes = np.diff(np.c_[np.zeros(LINES, np.int64), cuts, self.units], axis=1)
        self.line = np.repeat(np.arange(LINES), (sizes > 0).sum(axis=1))
        self.size = sizes[sizes > 0]
        self.totals = {"net": self.net, "tax": self.tax}
        self.placed = {name: self._placed(totals) for name, totals in self.totals.items()}

    def sums(self, amounts: Ints) -> Ints:
        """The amounts of the parts by line."""
        return np.bincount(self.line, amounts, LINES).astype(np.int64)

    def _placed(self, totals: Ints) -> Ints:
        """What each part gets when it is placed on its sale, one return after the other."""
        found = np.empty(len(self.line), np.int64)
        before, taken, current = 0, 0, -1
        units, amounts = self.units.tolist(), totals.tolist()
        for at, (line, size) in enumerate(zip(self.line.tolist(), self.size.tolist(), strict=True)):
            if line != current:
                before, taken, current = 0, 0, line
            money = next_money(amounts[line], taken, before, size, units[line])
            found[at] = money
            before, taken = before + size, taken + money
        return found


@pytest.fixture(scope="module")
def parts() -> Parts:
    return Parts(7)


def test_what_parts_take_of_a_sale_sums_to_it(parts: Parts) -> None:
    for name, totals in parts.totals.items():
        placed = parts.placed[name]
        assert placed.min() >= 0
        assert (parts.sums(placed) == totals).all()


def test_what_receipts_count_of_a_portion_sums_to_it(parts: Parts) -> None:
    few = 40_000  # the same cut of the rest, and as exact
    before, current = NOTHING, -1
    whole = Amounts()
    for line, size in zip(parts.line.tolist(), parts.size.tolist(), strict=True):
        if line == few:
            break
        if line != current:
            assert before == whole
            whole = Amounts(int(parts.units[line]), int(parts.net[line]), int(parts.tax[line]))
            before, current = NOTHING, line
        before += part_of(whole, size, before)
    assert before == whole


@pytest.mark.parametrize("percent", [100, 85, 50, 33])
def test_credits_of_a_share_and_what_is_withheld_sum_to_the_line(parts: Parts, percent: int) -> None:
    for name, totals in parts.totals.items():
        whole = parts.placed[name] if percent in (100, 33) else _rough(parts, totals)
        exact = whole * (percent * MICRO // 100)
        credit = rounded(exact, whole, parts.line, np.zeros(len(whole), np.int64))
        withheld = whole - credit
        assert credit.min() >= 0
        assert withheld.min() >= 0
        assert (parts.sums(credit) + parts.sums(withheld) == totals).all()
        assert (parts.sums(credit) == (totals * percent + 50) // 100).all()


def _rough(parts: Parts, totals: Ints) -> Ints:
    """Parts of the line's money as they come, the last with the rest: not in proportion to units."""
    share = totals[parts.line] // (parts.units[parts.line] + 1) * parts.size
    last = np.r_[parts.line[1:] != parts.line[:-1], True]
    share[last] += totals - parts.sums(share)
    return share


def test_credits_of_parts_that_are_decided_one_after_the_other_sum_to_the_line_too(parts: Parts) -> None:
    percent = 85
    whole = parts.placed["net"]
    exact = whole * (percent * MICRO // 100)
    number = np.arange(len(whole)) - np.searchsorted(parts.line, parts.line)
    owed, credited = np.zeros(LINES, np.int64), np.zeros(LINES, np.int64)
    for turn in range(5):
        rows = np.flatnonzero(number == turn)
        lines = parts.line[rows]
        credit = rounded(exact[rows], whole[rows], lines, owed[lines])
        owed[lines] += exact[rows] - credit * MICRO
        credited[lines] += credit
    assert (credited == (parts.net * percent + 50) // 100).all()
