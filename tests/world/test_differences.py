"""Announced, received and sold compared: each kind of difference in a town, and what the policy does about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipelines.work.differences import held
from tests.world.town import BOWL, LAMP, PLATE, Town, counted, counts, line, notice, receipt, sale, town_at

BOX, OTHER_BOX = "095200000000000011", "095200000000000028"
STRANGE = "09520000000998"


@contextmanager
def town_with(built: Path, folder: Path, policy: str) -> Iterator[Town]:
    """A town whose shop agreed on this reconciliation."""
    with town_at(built, folder) as town:
        pass
    home = folder / "partners" / "shop" / "partner.yaml"
    text = home.read_text().replace("map_hold_days: 0", f"map_hold_days: 0, reconciliation: {{{policy}}}")
    home.write_text(text)
    from pipelines.wiring import open_hub
    from tests.world.town import settings_of

    with open_hub(settings_of(folder)) as hub:
        yield Town(hub)


def kinds(town: Town) -> list[tuple[str, int]]:
    return sorted((row["kind"], row["units"]) for row in held(town.hub).to_pylist())


def resolved(town: Town) -> list[tuple[Any, ...]]:
    rows = town.store.table("resolution").to_pylist()
    return [(row["kind"], row["turn"], row["action"], row["rule"]) for row in rows]


def in_buckets(town: Town) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in town.store.table("movement").to_pylist():
        sums[row["to_bucket"]] = sums.get(row["to_bucket"], 0) + row["units"]
        sums[row["from_bucket"]] = sums.get(row["from_bucket"], 0) - row["units"]
    return {name: units for name, units in sums.items() if units > 0}


def test_what_did_not_come_is_credited_where_the_announcement_holds(built: Path, tmp_path: Path) -> None:
    with town_with(built, tmp_path / "t", "credit_on: announced") as town:
        town.deliver(sale("I1", 5), notice("R1", line(3)), receipt("W1", 2, of="R1", complete=True))
        town.settle()
        assert kinds(town) == [("short", 1)]
        assert resolved(town) == [("short", 1, "accept", "reconciliation.credit_on")]
        assert in_buckets(town) == {"accepted": 3}
