"""Seasons of the goods town: returns of every kind, each season with goods of its own, closed when it is over.

What an earlier season leaves behind is history: a later day must not read it again.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from pipelines.simulate.identifiers import check_digit
from pipelines.wiring import open_hub
from pipelines.work.claims import Stated, attach
from pipelines.work.run import post
from tests.world.goods_town import GoodsTown, announced, confirmed, days_later, goods, goods_town
from tests.world.town import File, counted, day, settings_of, table_of

LINES = 20  # of a return
SHOPPING, BACK, COUNTED = 1, 110, 120  # days on which goods are sold, announced and counted in
CLOSING_DAYS = 60  # after which nobody is asked any more, and what never came is given up
TERMS: dict[str, Any] = {
    "authorisation": {"since": date(2026, 1, 1), "unplaced": "authorise"},
    "goods": {
        "since": date(2026, 1, 1),
        "claims": {
            "reasons": ["defective"], "identified": True, "evidence_days": 5, "without_evidence": "refuse",
            "terms": [{"months": 24}], "remedies": [{"outcome": "replace"}],
            "suppliers": [{"id": "lampwright", "items": ["*"], "percent": 50}],
        },
    },
    "reconciliation": {
        "rules": {"short": "ask", "over": "ask"}, "unanswered": {"short": "count"}, "answer_days": 5,
        "remind_after_days": [1], "close_after_days": 30,
    },
    "caps": [{"name": "year", "percent": 100, "days": 365}],
    "limits": {"line": 1_000_000, "note": 1_000_000, "account_day": 100_000_000},
}  # fmt: skip


@dataclass(frozen=True)
class Season:
    """So many returns of twenty lines, each line of an item that only this season sold."""

    name: str
    number: int
    returns: int
    later: int = 0  # days after the others

    def sales(self) -> File:
        """An invoice a return, with a line a return line."""
        rows = []
        for one in range(self.returns):
            for place in range(LINES):
                item = self.item(one, place)
                rows.append(("WR01", "shop", f"I-{self.name}-{one}", place + 1, "", day(SHOPPING + self.later), item,
                             f"VI-{item[4:13]}", 4, "10.00", "40.00", "7.60"))  # fmt: skip
        return table_of("erp", "sales", rows)

    def notices(self) -> File:
        """All returns of the season as one file."""
        return joined(
            announced(self.of(one), *self._announced(one), on=BACK + self.later) for one in range(self.returns)
        )

    def _announced(self, one: int) -> Iterator[dict[str, Any]]:
        for place in range(LINES):
            yield goods(3, self.item(one, place), reason="defective" if place == 2 else "overstock")

    def receipts(self) -> File:
        """What came of them: some damaged, short, over or nothing at all; every tenth return never comes."""
        rows = [
            ("original", f"W-{self.of(one)}", day(COUNTED + self.later), "SHOP", "", self.of(one), *line, "true", "")
            for one in range(self.returns)
            if one % 10 != 9
            for line in self._counted(one)
        ]
        return table_of("dock", "receipt", rows)

    def _counted(self, one: int) -> Iterator[tuple[Any, ...]]:
        conditions = {1: "damaged", 2: "damaged", 5: "second"}
        units = {0: 2, 3: 4}
        for place in range(LINES):
            row = counted(units.get(place, 3), self.item(one, place), conditions.get(place, "sellable"))
            yield row["gtin"], row["units"], row["condition"]

    def show_evidence(self, town: GoodsTown) -> None:
        """Every second claim has a serial number; the others get none, and are refused in the end."""
        for one in range(0, self.returns, 2):
            attach(town.hub, f"shop/{self.of(one)}/3", None, Stated(serial="S-1"), "Ada")

    def of(self, one: int) -> str:
        """The number of a return."""
        return f"R-{self.name}-{one}"

    def item(self, one: int, place: int) -> str:
        """A GTIN-14 of the season."""
        body = f"0952{self.number:03d}{one * LINES + place:06d}"
        return body + check_digit(body)


def joined(files: Iterable[File]) -> File:
    """Tables of one kind as one file, under one header."""
    parts = [file.data.partition(b"\n") for file in files]
    return File("shop", b"\n".join([parts[0][0], *(rows.rstrip(b"\n") for _, _, rows in parts)]) + b"\n")


@contextmanager
def seasons_town(folder: Path, database: str | None = None) -> Iterator[GoodsTown]:
    """A town whose shop has agreed on everything: our word, questions, claims, routes, credit notes and refusals."""
    with goods_town(folder, **TERMS):
        pass
    shop = folder / "partners" / "shop"
    (shop / "outbound" / "credits.yaml").write_text("extends: tables/credits\n")
    said = yaml.safe_load((shop / "partner.yaml").read_text())
    said |= {"credit_notes_from": date(2026, 1, 1), "refusals_from": date(2026, 1, 1)}
    (shop / "partner.yaml").write_text(yaml.safe_dump(said))
    settings = settings_of(folder)
    places = {name: {"main": {"root": str(folder / "boxes" / name)}} for name in ("shop", "dock")}
    wanted = {"connections": places, "database": database or settings.database}
    with open_hub(settings.model_copy(update=wanted)) as hub:
        yield GoodsTown(hub, folder)


def past(town: GoodsTown, season: Season, days: int = CLOSING_DAYS) -> None:
    """A season from its sales to its last answer; the town itself stays on its day."""
    town.deliver(season.sales(), season.notices())
    settle_and_send(town)
    season.show_evidence(town)
    town.deliver(season.receipts())
    settle_and_send(town)
    town.deliver(confirmations(town, season.name))
    with days_later(town, days) as later:
        settle_and_send(later)
        settle_and_send(later)
        later.deliver(confirmations(later, f"{season.name}-later"))
        settle_and_send(later)


def settle_and_send(town: GoodsTown) -> None:
    """What follows once files were read."""
    town.settle()
    post(town.hub, town.hub.catalog.partner("shop").partner)
    town.send()


def confirmations(town: GoodsTown, name: str) -> File:
    """The dock confirms whatever it was told and has not confirmed."""
    told = town.store.table("outbound_message", partner="dock", kind="instruction").to_pylist()
    done = set(town.store.confirmed_instructions(row["key"] for row in told))
    open_ones = [row["control"] for row in told if row["key"] not in done]
    return joined_dock(confirmed(f"C-{name}", f"IN{control}") for control in open_ones)


def joined_dock(files: Iterable[File]) -> File:
    return File("dock", joined(files).data)
