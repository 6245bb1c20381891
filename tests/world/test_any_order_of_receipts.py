"""Random worlds: sales, a notice, receipts and their later versions end the same in any order.

Goods that nobody announced are compared by their receipt's line: a line that is counted once more is numbered on
(``…/1+2``), and how often that happens depends on the order.
"""

import re
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.world.town import BOWL, LAMP, File, Town, counted, counts, line, notice, sale, town_at

ORDERS = 4


def world(rng: Random) -> list[File]:
    """Two items sold, some of them announced, counted by one or two receipts; one may be told anew or taken back."""
    files = [sale("I1", rng.randint(3, 9), 999), sale("B1", rng.randint(2, 6), 700, gtin=BOWL, on=2)]
    files.append(notice("R1", *(line(rng.randint(1, 4), gtin) for gtin in _items(rng))))
    files.append(counts("W1", *_counted(rng), of="R1", on=60, complete=rng.random() < 0.5))
    later = rng.random()
    if later < 0.6:
        files.append(
            counts("W1", *_counted(rng), of="R1", on=61, purpose="replace", complete=rng.random() < 0.5),
        )
    elif later < 0.8:
        files.append(counts("W1", {}, of="R1", on=61, purpose="cancel"))
    if rng.random() < 0.7:
        files.append(counts("W2", *_counted(rng), of="R1", on=rng.choice([59, 63]), complete=rng.random() < 0.3))
    return files


def _items(rng: Random) -> list[str]:
    return rng.sample([LAMP, BOWL], rng.randint(1, 2))


def _counted(rng: Random) -> list[dict[str, Any]]:
    return [counted(rng.randint(1, 4), gtin, rng.choice(["sellable", "second"])) for gtin in _items(rng)]


def books(town: Town) -> str:
    """Where units and money stand, and what differs."""
    differing = town.store.query("reports/differences.sql").to_pylist()
    told = sorted((row["return_line"], row["kind"], row["units"]) for row in differing)
    return re.sub(r"\+\d+'", "'", repr((town.standing(), town.balances(), told)))


def ensure_one_end(built: Path, folder: Path, seed: int) -> None:
    rng = Random(seed)
    files = world(rng)
    ends = {}
    for number in range(ORDERS):
        order = rng.sample(range(len(files)), len(files)) if number else list(range(len(files)))
        with town_at(built, folder / str(number)) as town:
            for place in order:
                town.deliver(files[place])
            assert town.store.verify() == []
            ends[books(town)] = order
    assert len(ends) == 1, "\n".join(f"{order}: {end}" for end, order in ends.items())


@pytest.mark.parametrize("seed", range(2))
def test_some_orders_end_the_same(built: Path, tmp_path: Path, seed: int) -> None:
    ensure_one_end(built, tmp_path, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 103))
def test_many_orders_end_the_same(built: Path, tmp_path: Path, seed: int) -> None:
    ensure_one_end(built, tmp_path, seed)
