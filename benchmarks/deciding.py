"""Returned units decided and priced, ours and other ways side by side; one JSON object on the last line.

    python -m benchmarks.deciding [--lines 500000] [--database sqlite:////tmp/new.db]

Facts of units that were counted in are made first (``returned``). Ours then decides by every rule, prices by grade,
lateness and fee with the cents of each invoice line, and tells every decision in a sentence and each price in its
steps. The others (``deciding_peers``) price by the same terms; their sums must be ours. All figures are of processor
seconds on one core; the clock's stand beside them.

decided_per_s        lines a second, decided and priced, with all sentences, in memory
decided_per_s_plain  the same by a policy without terms
moved_per_s          the same with the movements of all decisions
ratio_decimal_rows, ratio_pandas   ours over the other way
persisted_per_s      decisions, pricings and movements through Store.record, with balances, seals and audit; the
                     processor time of a PostgreSQL server of this machine counts with ours
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console

from benchmarks.deciding_peers import Answer, decimal_rows, pandas_columns
from benchmarks.deciding_store import persisted
from benchmarks.measured import Spent, timed
from benchmarks.one_core import on_one_core
from benchmarks.returned import TERMS, USUAL, returned
from pipelines.show import table_of
from pipelines.steps import decide
from schemas.partners import Policy

LINES = 500_000
# What each of the others finishes in seconds.
SAMPLES = {"decimal_rows": 50_000, "pandas": 200_000}
WAYS: dict[str, Callable[[pa.Table, Policy], Answer]] = {"decimal_rows": decimal_rows, "pandas": pandas_columns}
NAMES = {"decimal_rows": "a loop over rows, in Decimal", "pandas": "pandas, column by column"}
VERSION = "v1"


def ours(facts: pa.Table, policy: Policy) -> decide.Settled:
    """Decided, priced and told."""
    return decide.settle(facts, policy, VERSION)


def answer_of(found: decide.Settled) -> Answer:
    """Our sums, as those of the others."""
    credited = found.decisions.filter(pc.equal(found.decisions["outcome"], "credit"))
    net, tax = (pc.sum(credited[name]).as_py() or 0 for name in ("credit_net", "credit_tax"))
    return Answer(credited.num_rows, net, tax)


def beside(facts: pa.Table, name: str) -> tuple[int, Spent]:
    """Another way over a part of the lines. ValueError: it credits something else than we do."""
    part = facts.slice(0, SAMPLES[name])
    found: list[Answer] = []
    spent = timed(lambda: found.append(WAYS[name](part, TERMS)))
    if found[0] != answer_of(ours(part, TERMS)):
        raise ValueError(f"{name} credits {found[0]}, ours is {answer_of(ours(part, TERMS))}")
    return part.num_rows, spent


def main() -> None:
    """Measure everything once and print it."""
    parser = argparse.ArgumentParser(description="Returned units decided and priced.")
    parser.add_argument("--lines", type=int, default=LINES, help="return lines")
    parser.add_argument("--stored", type=int, default=100_000, help="lines that are also recorded; 0: none")
    parser.add_argument("--database", help="of a store that has nothing in it; else a SQLite file")
    asked = parser.parse_args()
    on_one_core()
    facts = returned(asked.lines)
    ours(facts.slice(0, 10_000), TERMS)
    kept: list[decide.Settled] = []
    plain = timed(lambda: ours(facts, USUAL))
    priced = timed(lambda: kept.append(ours(facts, TERMS)))
    moved = timed(lambda: decide.carry_out(kept[0].decisions, facts, VERSION))
    others = {name: beside(facts, name) for name in WAYS}
    stored = None
    if asked.stored:
        with TemporaryDirectory() as folder:
            stored = persisted(asked.stored, asked.database or f"sqlite:///{Path(folder) / 'hub.db'}")
    speeds = {name: lines / spent.cpu for name, (lines, spent) in others.items()}
    mine = asked.lines / priced.cpu
    show(asked.lines, {"ours": mine} | speeds)
    told: dict[str, float | int | str] = {
        "decided_per_s": round(mine),
        "decided_per_s_plain": round(asked.lines / plain.cpu),
        "decided_per_s_on_the_clock": round(asked.lines / priced.wall),
        "moved_per_s": round(asked.lines / (priced.cpu + moved.cpu)),
    }
    told |= {f"ratio_{name}": round(mine / speed, 1) for name, speed in speeds.items()}
    told |= {"lines": asked.lines, "credits": answer_of(kept[0]).credits, "price_steps": kept[0].pricings.num_rows}
    if stored:
        told |= {"persisted_per_s": round(asked.stored / stored.cpu), "stored": asked.stored}
        told |= {"persisted_per_s_on_the_clock": round(asked.stored / stored.wall)}
    print(json.dumps(told))


def show(lines: int, speeds: dict[str, float]) -> None:
    """The table for people."""
    header = ("", "lines", "lines/s", "ours is so many times as fast")
    mine = speeds.pop("ours")
    rows = [("ours", f"{lines:,}", f"{mine:,.0f}", "")]
    rows += [
        (NAMES[name], f"{min(lines, SAMPLES[name]):,}", f"{one:,.0f}", f"{mine / one:,.1f}")
        for name, one in speeds.items()
    ]
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(table_of("Returned units decided and priced", header, rows, "lnnn"))


if __name__ == "__main__":
    main()
