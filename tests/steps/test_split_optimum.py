"""The split is the best of all placements, as a search of all of them says, and the same whatever the order of rows."""

import subprocess
import sys
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.partners import Policy
from tests.steps.judged_split import Judged
from tests.steps.plain_split import best_wishes, doubt, groups, settling
from tests.steps.solved_split import SolvedDoubt, solved_goodness, solved_wishes
from tests.steps.split_random import of_retailer, random_world
from tests.steps.split_ways import COMPILED, PLAIN, go
from tests.steps.split_worlds import World, claim, day, sale

WORLDS, TOGETHER = 20_000, 100
PARTS = 10


def told(faults: list[str]) -> str:
    return f"{len(faults)} groups are wrong; the shortest:\n{min(faults, key=len)}" if faults else ""


def of_seed(seed: int) -> World:
    return random_world(Random(f"optimum {seed}"), TOGETHER)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_placement_is_better(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither than what plain Python finds, nor than what machine code finds, for both find the same."""
    for seed in range(part, WORLDS // TOGETHER, PARTS):
        world = of_seed(seed)
        go(PLAIN, monkeypatch)
        plain = world.split()
        faults = list(Judged(world, plain).faults())
        assert not faults, told(faults)
        go(COMPILED, monkeypatch)
        compiled = world.split()
        assert compiled.allocations.equals(plain.allocations)
        assert compiled.findings.equals(plain.findings)


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_placement_of_a_single_retailer_is_better(chance: Random) -> None:
    """What fails is made as small as can be."""
    world = random_world(chance)
    faults = list(Judged(world, world.split()).faults())
    assert not faults, told(faults)


@pytest.mark.parametrize("seed", range(3))
def test_a_retailer_gets_the_same_alone_and_among_others(seed: int) -> None:
    world = of_seed(seed)
    together = world.split().allocations.to_pylist()
    for name in sorted({c["retailer"] for c in world.claims}):
        alone = of_retailer(world, [name]).split().allocations.to_pylist()
        assert alone == [row for row in together if row["return_line"].startswith(f"{name}/")]


def test_a_general_solver_and_the_search_of_all_placements_agree() -> None:
    for group in groups(random_world(Random("agreed"), 40)):
        assert solved_wishes(group) == best_wishes(group)
        solved = solved_goodness(group)
        by_solver = SolvedDoubt(group, solved_goodness(group, settling(group)), solved.placement)
        for c in {c for c, _ in solved.placement}:
            assert by_solver.of(c) == doubt(group, solved.placement, c)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    world, chance = of_seed(seed), Random(seed)
    shuffled = World(*(chance.sample(rows, len(rows)) for rows in (world.claims, world.sales)), world.policy)
    expected, result = world.split(), shuffled.split()
    assert result.allocations.equals(expected.allocations)
    assert result.findings.equals(expected.findings)


def test_the_seed_of_hashes_does_not_matter() -> None:
    """Contended worlds, split by interpreters whose sets and dictionaries are ordered differently."""
    program = (
        "import hashlib\n"
        "from tests.steps.test_split_optimum import contended, of_seed\n"
        "told = [repr(world.split().allocations.to_pylist()) for world in (contended(), of_seed(0))]\n"
        "print(hashlib.sha256(repr(told).encode()).hexdigest())\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(digests) == 1


def contended() -> World:
    """Thirty claims of six stores that want more of the newest sales than these have."""
    claims = [
        claim(n, 1 + n % 3, number=f"R{n % 7}", store=str(n % 6), po_number=f"P{1000 + n % 4}" if n % 2 else None)
        for n in range(30)
    ]
    sales = [
        sale(f"I{n}", 1 + n % 5, store=str(n % 6), po_number=f"P{1000 + n % 9}", sold_on=day(n // 2)) for n in range(25)
    ]
    return World(claims, sales, Policy())


def test_a_contended_world_is_really_contended() -> None:
    rows = contended().split().allocations.to_pylist()
    assert len({row["invoice_line"] for row in rows}) > 10
    assert sum(row["units"] for row in rows) == sum(one["units"] for one in contended().claims)


def test_random_worlds_are_really_contended_and_in_doubt() -> None:
    """The proof would be worth little if most worlds were easy."""
    rows = [row for seed in range(5) for row in of_seed(seed).split().allocations.to_pylist()]
    assert sum(row["unplaced"] == "LINE-BEYOND-SOLD" for row in rows) > 100
    assert sum(row["spread_low"] != row["spread_high"] for row in rows) > 25
    assert sum(row["spread_currency"] is not None for row in rows) > 5
    assert {row["unplaced"] for row in rows} == {None, "LINE-BEYOND-SOLD", "LINE-NEVER-SOLD", "LINE-SOLD-LATER"}
