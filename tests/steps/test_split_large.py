"""Worlds of a thousand lines, in which hundreds of claims contend for an item: as good as a general solver's."""

from dataclasses import replace
from random import Random

import pytest

from tests.steps.judged_split import Judged
from tests.steps.plain_split import Group, settling
from tests.steps.solved_split import SolvedDoubt, solved_goodness, solved_wishes
from tests.steps.split_random import THOUSAND_LINES, random_world
from tests.steps.split_ways import COMPILED, go

WORLDS, QUICK = 204, (3, 4)  # the quick ones are in the default suite
DOUBTS_OF_EACH = 6  # claims of an item whose spread is solved for
ONE_ITEM = replace(THOUSAND_LINES, items=1)


@pytest.fixture(autouse=True)
def _compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """In machine code; that the plain way gives the same is proven on small worlds."""
    go(COMPILED, monkeypatch)


def judge(seed: int) -> None:
    """One world, all of its items; every tenth world has one item only."""
    chance = Random(f"large {seed}")
    world = random_world(chance, size=THOUSAND_LINES if seed % 10 else ONE_ITEM)
    judged = Judged(world, world.split())
    for group in judged.groups:
        faults = [*judged.broken(group), *judged.mistold(group)]
        assert not faults, faults[:3]
        assert group.wishes(judged.placement(group)) == solved_wishes(group), seed
        in_doubt(chance, judged, group)


def in_doubt(chance: Random, judged: Judged, group: Group) -> None:
    """The spread of some claims is what the solver says."""
    placement = judged.placement(group)
    solved = SolvedDoubt(group, solved_goodness(group, settling(group)), placement)
    placed = sorted({c for c, _ in placement})
    for c in chance.sample(placed, min(DOUBTS_OF_EACH, len(placed))):
        faults = list(judged.doubt_wrong(group, c, solved.of))
        assert not faults, faults


@pytest.mark.slow
@pytest.mark.parametrize("seed", QUICK)
def test_no_placement_of_a_thousand_lines_is_better(seed: int) -> None:
    judge(seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [seed for seed in range(1, 1 + WORLDS) if seed not in QUICK])
def test_no_placement_of_many_times_a_thousand_lines_is_better(seed: int) -> None:
    judge(seed)
