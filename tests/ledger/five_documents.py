"""Cases of five documents each: a notice, its correction, two receipts and an invoice, many cases side by side.

A case has items, numbers and invoices of its own, so that cases never meet; documents of one place in an order go
through ``process`` in one file. States are kept as the bytes of the database, so that orders that begin alike share
their way.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

from tests.ledger.hasty import hasty
from tests.world.town import File, Town, day, table_of

KINDS = ("notice", "correction", "receipt 1", "receipt 2", "invoice")
ORDERS = list(permutations(KINDS))
Row = tuple[Any, ...]
_TABLE = {"notice": ("shop", "notice"), "correction": ("shop", "notice"), "receipt 1": ("dock", "receipt"),
          "receipt 2": ("dock", "receipt"), "invoice": ("erp", "sales")}  # fmt: skip


def gtin_of(number: int) -> str:
    """A GTIN of the demonstration prefix, with its check digit."""
    digits = f"952{number:09d}"
    check = -sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))) % 10
    return f"0{digits}{check}"


@dataclass(frozen=True)
class Case:
    """Rows of five documents, by kind."""

    number: int
    seed: int

    @cached_property
    def rows(self) -> Mapping[str, Sequence[Row]]:
        """What each document says."""
        rng = Random(self.seed)
        return {
            "notice": self._notice(rng, "original", 50),
            "correction": self._notice(rng, rng.choice(["replace", "replace", "cancel"]), 52),
            "receipt 1": self._receipt(rng, "a", 60),
            "receipt 2": self._receipt(rng, "b", rng.choice([59, 60, 63])),
            "invoice": self._invoice(rng),
        }

    @property
    def _items(self) -> list[str]:
        return [gtin_of(3 * self.number + place) for place in range(3)]

    @property
    def _box(self) -> str:
        return "00" + gtin_of(self.number) + "00"

    def _some_items(self, rng: Random) -> list[str]:
        return rng.sample(self._items, rng.randint(1, 3))

    def _notice(self, rng: Random, purpose: str, on: int) -> list[Row]:
        """Lines of one or more items, some of them naming an order or a box."""
        return [
            (purpose, f"R{self.number}", day(on), "1", gtin, rng.randint(1, 5), rng.choice(["", "9.99"]),
             rng.choice(["", "", f"P{self.number}"]), rng.choice(["", "", f"I{self.number}"]),
             rng.choice(["", "", self._box]))
            for gtin in self._some_items(rng)
        ]  # fmt: skip

    def _receipt(self, rng: Random, name: str, on: int) -> list[Row]:
        """Counted for the return, or for nobody; in full or not."""
        of = rng.choice([f"R{self.number}"] * 4 + [""])
        complete = rng.choice(["true", "false", "false"])
        return [
            ("original", f"W{self.number}{name}", day(on), "SHOP", "", of, gtin, rng.randint(1, 4),
             rng.choice(["sellable", "sellable", "damaged", "second"]), complete, rng.choice(["", "", self._box]))
            for gtin in self._some_items(rng)
        ]  # fmt: skip

    def _invoice(self, rng: Random) -> list[Row]:
        """Lines of these items, some twice at two prices, some too few for what comes back."""
        lines = [gtin for gtin in self._items for _ in range(rng.randint(0, 2))] or self._items[:1]
        return [self._sold(rng, gtin, number) for number, gtin in enumerate(lines, 1)]

    def _sold(self, rng: Random, gtin: str, number: int) -> Row:
        units, cents = rng.randint(1, 6), rng.choice([999, 1003, 333])
        net = units * cents - rng.choice([0, 0, 1, 7])
        po = rng.choice(["", f"P{self.number}"])
        return ("WR01", "shop", f"I{self.number}", number, po, day(rng.choice([1, 2, 40])), gtin, f"VI-{gtin[-6:]}",
                units, f"{cents / 100:.2f}", f"{net / 100:.2f}", f"{round(net * 0.19) / 100:.2f}")  # fmt: skip


def file_of(kind: str, cases: Sequence[Case]) -> File:
    """The documents of this kind of all cases, in one file."""
    return table_of(*_TABLE[kind], [row for case in cases for row in case.rows[kind]])


class Ways:
    """The town after each order of the five documents, and how it got there."""

    def __init__(self, town: Town, cases: Sequence[Case]) -> None:
        self.town, self.database = town, Path(str(town.store._engine.url.database))
        self.files = {kind: file_of(kind, cases) for kind in KINDS}
        hasty(town.store)

    def ends(self) -> Iterator[tuple[tuple[str, ...], Town]]:
        """Each order, with the town as it is after it; until the next one is asked for."""
        yield from self._after((), self._kept())

    def _after(self, came: tuple[str, ...], state: bytes) -> Iterator[tuple[tuple[str, ...], Town]]:
        if len(came) == len(KINDS):
            yield came, self.town
            return
        for kind in KINDS:
            if kind not in came:
                self._back_to(state)
                self.town.deliver(self.files[kind])
                yield from self._after((*came, kind), self._kept())

    def _kept(self) -> bytes:
        self.town.store._engine.dispose()  # closing the last connection writes the log into the file
        return self.database.read_bytes()

    def _back_to(self, state: bytes) -> None:
        self.town.store._engine.dispose()
        self.database.write_bytes(state)


_LEDGER = """
select
  l.return_id,
  case when l.origin = 'dock' then 'found ' || l.document || '/' || l.line_no else l.return_line end as line,
  case when m.takes < 0 then '' else coalesce(a.invoice_line, '') end as sale, b.bucket, sum(b.units) as units,
  sum(case when m.takes < 0 then 0 else b.net_minor end) as net,
  sum(case when m.takes < 0 then 0 else b.tax_minor end) as tax
from portion_balance as b
join allocation as a on a.portion = b.portion
join return_line as l on l.return_line = a.return_line
left join legal_move as m on m.from_bucket = 'announced' and m.to_bucket = b.bucket
where b.bucket not in ('sold', 'unsold', 'moved', 'cancelled') and b.units <> 0
group by 1, 2, 3, 4
order by 1, 2, 3, 4
"""


def ledger_of(town: Town) -> dict[str, list[str]]:
    """For each case the units and money by return line, invoice line and bucket.

    What ended without a credit stands on no sale: of it the units are told, not what they would have been worth, which
    is what was known when they ended. What was taken back is nowhere: a notice that comes after its correction opens
    nothing. Goods that nobody announced are known by the line of their receipt: how often they were counted once more,
    and are numbered on, depends on the order.
    """
    with town.store._engine.connect() as connection:
        rows = connection.exec_driver_sql(_LEDGER).all()
    found: dict[str, list[str]] = {}
    for return_id, *told in rows:
        number = re.search(r"[RW](\d+)", return_id)
        assert number
        found.setdefault(number[1], []).append(f"{return_id} {told}")
    return found
