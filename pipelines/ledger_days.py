"""Open this when a controller asks what stood at the end of a day, or how one month end led to the next.

Everything is summed over movements, which nobody can change afterwards: a past day gives the same figures for ever.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from rich.console import RenderableType
from rich.text import Text

from pipelines.show import money, table_of
from pipelines.wiring import Hub
from schemas.ledger import ORIGINS, Bucket

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_ORDER = [bucket.value for bucket in Bucket]
_KINDS = ("units", "net", "tax")


def state_on(hub: Hub, day: date, retailer: str | None = None) -> pa.Table:
    """What was in each bucket at the end of this day in the hub's zone: retailer, currency, bucket, units, net, tax."""
    rows = [
        {name: row[name] for name in ("retailer", "currency", "bucket")}
        | {kind: row[f"closing_{kind}"] for kind in _KINDS}
        for row in _rolled(hub, BEGINNING, _end_of(hub, day), retailer)
        if any(row[f"closing_{kind}"] for kind in _KINDS)
    ]
    texts = [(name, pa.string()) for name in ("retailer", "currency", "bucket")]
    return pa.Table.from_pylist(rows, pa.schema([*texts, *((kind, pa.int64()) for kind in _KINDS)]))


def roll_forward(hub: Hub, first: date, last: date, retailer: str | None = None) -> list[dict[str, Any]]:
    """Each bucket as the first day began, what came and went, and as the last day ended: reports/roll_forward.sql."""
    return _rolled(hub, _end_of(hub, first - timedelta(days=1)), _end_of(hub, last), retailer)


def state_view(hub: Hub, day: date, retailer: str | None = None) -> Iterator[RenderableType]:
    """The state of a day as a table: one row a retailer, currency and bucket."""
    rows = [row for row in state_on(hub, day, retailer).to_pylist() if row["bucket"] not in (*ORIGINS, Bucket.MOVED)]
    cells = [
        (row["retailer"], row["bucket"].replace("_", " "), f"{row['units']:,}", money(row["net"], row["currency"]),
         money(row["tax"], row["currency"]), row["currency"])
        for row in rows
    ]  # fmt: skip
    titles = ("Retailer", "Bucket", "Units", "Net", "Tax", "")
    yield Text(f"The ledger at the end of {day} ({hub.settings.timezone})", "bold")
    yield table_of("", titles, cells, "llnnnl")
    if not rows:
        yield Text("Nothing had been announced or found by then.")


def roll_view(hub: Hub, first: date, last: date, retailer: str | None = None) -> Iterator[RenderableType]:
    """The roll-forward as a table, units and net money, and whether it ties."""
    rows = roll_forward(hub, first, last, retailer)
    cells = []
    for row in rows:
        if row["bucket"] in ORIGINS:
            continue
        name = row["bucket"].replace("_", " ")
        steps = ("opening", "came", "went", "closing")
        cells.append((row["retailer"], name, "units", *(f"{row[f'{step}_units']:,}" for step in steps)))
        net = (money(row[f"{step}_net"], row["currency"]) for step in steps)
        cells.append(("", "", row["currency"], *net))
    titles = ("Retailer", "Bucket", "", "opening", "+ came", "- went", "= closing")
    yield Text(f"The ledger from {first} to {last} ({hub.settings.timezone})", "bold")
    yield table_of("", titles, cells, "lllnnnn")
    yield (
        Text("✓ opening + came - went = closing, and nothing is lost between buckets", "green")
        if ties(rows)
        else Text("✗ the ledger does not tie. Next: `backhaul verify` names the rows.", "bold red")
    )


def ties(rows: list[dict[str, Any]]) -> bool:
    """Whether each bucket rolls forward, and all buckets of a retailer and currency sum to nothing."""
    sums: dict[tuple[str, ...], int] = {}
    for row in rows:
        for kind in _KINDS:
            opening, came, went, closing = (row[f"{step}_{kind}"] for step in ("opening", "came", "went", "closing"))
            if opening + came - went != closing:
                return False
            for step, amount in (("opening", opening), ("closing", closing)):
                key = (row["retailer"], row["currency"], kind, step)
                sums[key] = sums.get(key, 0) + amount
    return not any(sums.values())


def _rolled(hub: Hub, since: datetime, until: datetime, retailer: str | None) -> list[dict[str, Any]]:
    found = hub.store.query("reports/roll_forward.sql", since=since, until=until, retailer=retailer).to_pylist()
    return sorted(found, key=lambda row: (row["retailer"], row["currency"], _ORDER.index(row["bucket"])))


def _end_of(hub: Hub, day: date) -> datetime:
    """The moment at which the day ends in the hub's zone; days on which clocks change are shorter or longer."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(hub.settings.timezone))
