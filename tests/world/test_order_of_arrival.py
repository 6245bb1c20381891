"""In whatever order documents arrive, units that are not credited stand on the same sales in the end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import permutations
from pathlib import Path
from random import Random

import pytest

from tests.world.town import BOWL, LAMP, PLATE, File, line, notice, receipt, sale, town_at

Names = tuple[str, ...]

# What happens, and what must come before what: goods are matched with notices that are known.
CONTENTION = {
    "R1": notice("R1", line(3), on=50),
    "R2": notice("R2", line(2, po="P2"), on=40),
    "I1": sale("I1", 2, 999, on=1),
    "I2": sale("I2", 2, 1003, on=2, po="P2"),
    "I3": sale("I3", 2, 1001, on=45),
}
COUNTED = {
    "R1": notice("R1", line(3), on=50),
    "I1": sale("I1", 2, 999, on=1),
    "I2": sale("I2", 2, 1003, on=2),
    "W1": receipt("W1", 2, "R1", condition="damaged", on=61),
    "W2": receipt("W2", 1, "R1", on=60),
}
SHORT = {
    "R1": notice("R1", line(3), on=40),
    "R2": notice("R2", line(2), on=50),
    "I1": sale("I1", 3, 999),
    "W1": receipt("W1", 1, "R1", complete=True),
}
FOUND = {
    "I1": sale("I1", 2, 999, on=1),
    "I2": sale("I2", 3, 1003, on=2),
    "W1": receipt("W1", 2, on=60),
    "W2": receipt("W2", 2, on=59, condition="damaged"),
    "R1": notice("R1", line(1), on=58),
}
BOX = {
    "R1": notice("R1", line(1, LAMP, po="P9"), line(1, BOWL), on=50),
    "I1": sale("I1", 1, 999, BOWL, on=1),
    "I2": sale("I2", 1, 1003, BOWL, on=2, po="P9"),
    "I3": sale("I3", 1, 500, LAMP, on=3, po="P9"),
    "R2": notice("R2", line(1, BOWL), on=49),
}
REPAIRED = {
    "R1": notice("R1", line(1, LAMP, po="450-0177"), on=50),
    "I1": sale("I1", 1, 999, LAMP, on=1, po="4500178"),
    "I2": sale("I2", 1, 1003, LAMP, on=2, po="4500177"),
    "I3": sale("I3", 1, 500, PLATE, on=3, po="450-0177"),
}
WORLDS = {
    "contention": CONTENTION,
    "counted": COUNTED,
    "short": SHORT,
    "found": FOUND,
    "box": BOX,
    "repaired": REPAIRED,
}
NOTICE_OF = {"W1": "R1", "W2": "R1"}


def orders(files: Mapping[str, File], before: Mapping[str, str]) -> Iterator[Names]:
    """Every order in which what must come first comes first."""
    for order in permutations(files):
        if all(order.index(first) < order.index(then) for then, first in before.items() if then in files):
            yield order


def books_after(built: Path, folder: Path, files: Sequence[File]) -> str:
    """Where units and their money stand when these files have come one after the other; no law is broken."""
    with town_at(built, folder) as town:
        for file in files:
            town.deliver(file)
        assert town.store.verify() == []
        return repr((town.standing(), town.balances()))


def ensure_one_end(built: Path, folder: Path, files: Mapping[str, File], chosen: Iterable[Names]) -> None:
    ends = {
        books_after(built, folder / str(number), [files[name] for name in order]): order
        for number, order in enumerate(chosen)
    }
    assert len(ends) == 1, "\n".join(f"{order}: {books}" for books, order in ends.items())


def some_of(every: Sequence[Names], count: int) -> list[Names]:
    """The first and the last order, and so many between, always the same."""
    return sorted({every[0], every[-1], *Random(1).sample(every, min(count, len(every)))})


@pytest.mark.parametrize("name", WORLDS)
def test_the_order_of_arrival_does_not_matter(built: Path, tmp_path: Path, name: str) -> None:
    files = WORLDS[name]
    ensure_one_end(built, tmp_path, files, some_of(list(orders(files, NOTICE_OF)), 1))


@pytest.mark.soak
@pytest.mark.parametrize("name", WORLDS)
def test_no_order_of_arrival_matters(built: Path, tmp_path: Path, name: str) -> None:
    ensure_one_end(built, tmp_path, WORLDS[name], orders(WORLDS[name], NOTICE_OF))


def test_files_that_come_together_end_as_if_they_had_come_alone(built: Path, tmp_path: Path) -> None:
    files = list(CONTENTION.values())
    alone = books_after(built, tmp_path / "alone", files)
    with town_at(built, tmp_path / "together") as town:
        town.deliver(*files)
        assert repr((town.standing(), town.balances())) == alone
