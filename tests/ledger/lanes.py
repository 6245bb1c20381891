"""Many lives of returns side by side in one town: each lane has items, numbers and sales of its own.

What happens to a lane goes through the store and the work as it does every day; lanes only share files and runs.
"""

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

import pyarrow as pa

from connectors.erp.memory import MemoryErp
from connectors.store.verify import broken_laws
from pipelines.steps.movements import move_on
from pipelines.steps.reversals import Wanted
from pipelines.work.approve import approve
from pipelines.work.post import post_credits
from pipelines.work.reverse import reverse, withdraw
from schemas.ledger import Bucket
from schemas.outcome import Outcome
from schemas.records import CreditIntent
from schemas.reversals import CLOSED
from tests.ledger.five_documents import Row, gtin_of
from tests.world.town import Town, day, table_of

TAKEN_BACK = 5  # credits at once
CONDITIONS = ("sellable", "sellable", "damaged", "second")


class Lane:
    """What a lane has told so far, and what it tells next: rows of the town's tables."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.items = [gtin_of(2 * number), gtin_of(2 * number + 1)]
        self.sales = self.notices = self.receipts = self.days = 0

    def sale(self, rng: Random) -> list[Row]:
        """An invoice line; now and then at an odd price."""
        self.sales += 1
        gtin, units, cents = rng.choice(self.items), rng.randint(1, 8), rng.choice([999, 1003, 333])
        net = units * cents - rng.choice([0, 0, 1])
        return [("WR01", "shop", f"I{self.number}-{self.sales}", 1, f"P{self.number}", day(rng.randint(1, 40)), gtin,
                 f"VI-{gtin[-6:]}", units, f"{cents / 100:.2f}", f"{net / 100:.2f}",
                 f"{round(net * 0.19) / 100:.2f}")]  # fmt: skip

    def notice(self, rng: Random) -> list[Row]:
        """A new return."""
        self.notices += 1
        return self._told(rng, "original", self.notices, 50)

    def correction(self, rng: Random) -> list[Row]:
        """A return told anew, or taken back; also one that was not announced yet."""
        self.days += 1
        purpose = rng.choice(["replace", "replace", "cancel"])
        return self._told(rng, purpose, rng.randint(1, self.notices + 1), 50 + self.days)

    def _told(self, rng: Random, purpose: str, number: int, on: int) -> list[Row]:
        return [
            (purpose, f"R{self.number}-{number}", day(on), "1", gtin, rng.randint(1, 5), "",
             rng.choice(["", f"P{self.number}"]), "", rng.choice(["", f"0{self.number:07d}{number:07d}000"]))
            for gtin in rng.sample(self.items, rng.randint(1, 2))
        ]  # fmt: skip

    def receipt(self, rng: Random) -> list[Row]:
        """Goods of a return, known or not yet, or of nobody's; the box counted in full or not."""
        self.receipts += 1
        return self._counted(rng, "original", self.receipts, 60)

    def recount(self, rng: Random) -> list[Row]:
        """A receipt told anew, or taken back."""
        self.days += 1
        return self._counted(
            rng, rng.choice(["replace", "replace", "cancel"]), rng.randint(1, self.receipts + 1), 60 + self.days
        )

    def _counted(self, rng: Random, purpose: str, number: int, on: int) -> list[Row]:
        of = rng.choice([f"R{self.number}-{rng.randint(1, self.notices + 1)}"] * 5 + [""])
        complete = rng.choice(["true", "false"])
        return [
            (purpose, f"W{self.number}-{number}", day(on), "SHOP", "", of, gtin, rng.randint(1, 5),
             rng.choice(CONDITIONS), complete, "")
            for gtin in rng.sample(self.items, rng.randint(1, 2))
        ]  # fmt: skip


class Lanes:
    """A town, its lanes, and what can happen to all of them at once; ``events`` counts what happened to each."""

    def __init__(self, town: Town, count: int) -> None:
        self.town, self.store = town, town.store
        self.lanes = [Lane(number) for number in range(count)]
        self.erp = MemoryErp()
        self.steps = 0

    def documents(self, seed: int, kinds: Sequence[str]) -> None:
        """Each lane sends a document of one of these kinds: names of methods of ``Lane``."""
        rng = Random(seed)
        rows: dict[str, list[Row]] = {}
        for lane in self.lanes:
            kind = rng.choice(kinds)
            rows.setdefault(kind, []).extend(getattr(lane, kind)(rng))
        of = {"sale": ("erp", "sales"), "notice": ("shop", "notice"), "correction": ("shop", "notice"),
              "receipt": ("dock", "receipt"), "recount": ("dock", "receipt")}  # fmt: skip
        for kind in sorted(rows, key=list(of).index):
            self.town.deliver(table_of(*of[kind], rows[kind]))

    def decide(self) -> None:
        """Everything that waits is decided, and put on credits."""
        self.town.settle()

    def post(self) -> None:
        """The ERP gets what is ready."""
        post_credits(self.store, self.erp, "tester", self.town.hub.now, "shop")

    def send_on(self, seed: int, to: Bucket) -> None:
        """Some of what has not come is authorised, or sent: all units of a portion that have not come."""
        rng = Random(seed)
        before = [Bucket.ANNOUNCED] if to is Bucket.AUTHORISED else [Bucket.ANNOUNCED, Bucket.AUTHORISED]
        waiting = [
            row
            | {"units": row["announced_units"], "net_minor": row["announced_net"], "tax_minor": row["announced_tax"]}
            for row in self.store.open_portions("shop").to_pylist()
            if row["announced_units"] and row["expected_in"] in before and rng.random() < 0.5
        ]
        if waiting:
            moved = move_on(pa.Table.from_pylist(waiting), to, f"{to.value} {self.steps}", "test")
            self.store.record(Outcome(to.value, "shop", {"movement": moved}))

    def reverse(self, seed: int) -> None:
        """A person takes some credits back, whole or in part; another one approves what waits, or withdraws it."""
        rng = Random(seed)
        credits = self.store.table(CreditIntent).to_pylist()
        under_way = {row["reverses"] for row in credits if row["state"] not in CLOSED}
        posted = [row["reference"] for row in credits if row["state"] == "posted" and not row["kind"]]
        possible = [one for one in posted if one not in under_way]
        for reference in rng.sample(possible, min(len(possible), TAKEN_BACK)):
            left = [row for row in self.store.query("reports/reversible.sql", reference=reference).to_pylist()
                    if row["units"]]  # fmt: skip
            some = [
                Wanted(row["line_no"], units=rng.randint(1, row["units"])) for row in rng.sample(left, len(left) // 2)
            ]
            if left:
                reverse(self.town.hub, reference, "not what was agreed", "Ada", some)
        for row in self.store.intents("needs_approval").to_pylist():
            if row["kind"] and rng.random() < 0.3:
                withdraw(self.town.hub, row["reference"], "it was right", "Cleo")
            else:
                approve(self.town.hub, row["reference"], "Ben")

    def broken(self) -> Iterable[Any]:
        """What of the laws of sql/checks is broken, and lines whose units are not in exactly one bucket each."""
        with self.store._engine.connect() as connection:
            for view in _READ_OFTEN:
                connection.exec_driver_sql(f"create temp table {view} as select * from main.{view}")
            yield from broken_laws(connection)
            yield from connection.exec_driver_sql(_NOT_ONCE).all()
            connection.rollback()


# Counted from movements alone, beside the laws: what came from the origins and was not placed anew is the whole line.
_NOT_ONCE = """
select l.return_line, l.units, m.units from return_line as l
left join (
  select
    return_line,
    sum(
      case when from_bucket in ('sold', 'unsold') then units else 0 end
      - case when to_bucket = 'moved' then units else 0 end
    ) as units
  from movement group by return_line
) as m on m.return_line = l.return_line
where l.units <> coalesce(m.units, 0)
"""
# Views over all movements that several laws read: worked out once for all of them, as they stand at that moment.
_READ_OFTEN = ("portion_balance", "portion_state")
