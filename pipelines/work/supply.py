"""Open this when the ERP sold something and returns do not see it: what it says becomes files like any other.

Each page of a supply (``connectors.erp.supply``) is written as a CSV file into the vault, and recorded as received
together with the cursor behind it. From there it goes the way of all files: its partner's mappings, findings for rows
that cannot be used, the same tables, seals and effects. A crash before the record brings the page again; one after it
leaves a file that is processed later. The same bytes again have no effect at all.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv

from connectors.erp.supply import SupplyPage
from pipelines.wiring import Hub
from pipelines.work.process import Processed, process
from schemas.errors import BackhaulError, ConfigError
from schemas.outcome import Change, Outcome
from schemas.partners import Partner
from schemas.records import Arrival, SourceFile
from schemas.supplied import SupplyCursor
from schemas.supply import SUPPLY_KINDS, SupplyKind

Row = dict[str, Any]
PROCESS_ROWS = 50_000  # so many rows of pages are processed at once, at least

Told = Callable[[SupplyKind, "Pulled"], None]


@dataclass
class Pulled:
    """What was read of a supply: pages and rows, rows of pages that were here before, documents of other customers."""

    pages: int = 0
    rows: int = 0
    repeated: int = 0
    left_out: int = 0
    processed: Processed = field(default_factory=Processed)


@dataclass(slots=True)
class _Reading:
    """One kind of one supply while it is read, and how far it was read until now: a row of ``supply_cursor``."""

    hub: Hub
    partner: Partner
    supply: str
    kind: SupplyKind
    before: Row | None


def pull(hub: Hub, name: str, told: Told = lambda kind, pulled: None) -> Pulled:
    """Everything that is new in this supply of the settings, recorded and processed. ConfigError: there is none.

    ``told`` is called after each page. What was recorded before a fault stays.
    """
    if name not in hub.supplies:
        known = ", ".join(sorted(hub.supplies)) or "none"
        raise ConfigError(
            f"The settings name no supply {name!r} (they name: {known}). Next: write it under `supplies:` "
            "(docs/settings.md)."
        )
    partner = hub.catalog.partner(hub.settings.supplies[name].partner).partner
    wanted, total = hub.settings.supplies[name].kinds, Pulled()
    with hub.supplies[name]() as supply:
        for kind in (kind for kind in SUPPLY_KINDS if kind in wanted and kind in supply.kinds):
            stored = hub.store.table(SupplyCursor, supply=name, kind=kind).to_pylist()
            reading = _Reading(hub, partner, name, kind, stored[0] if stored else None)
            since = reading.before["cursor"] if reading.before else None
            _read(reading, supply.pages(kind, since), total, partial(told, kind, total))
    return total


def _read(reading: _Reading, pages: Iterator[SupplyPage], total: Pulled, told: Callable[[], None]) -> None:
    """Record page after page, and process them whenever enough rows wait; also when a fault ends the reading."""
    waiting = 0
    try:
        for page in pages:
            waiting += _record(reading, page, total)
            told()
            if waiting >= PROCESS_ROWS:
                _process(reading, total)
                waiting = 0
    except BackhaulError:
        _process(reading, total)
        raise
    _process(reading, total)


def _process(reading: _Reading, total: Pulled) -> None:
    done = process(reading.hub, reading.partner)
    for name, value in vars(done).items():
        setattr(total.processed, name, getattr(total.processed, name) + value)


def _record(reading: _Reading, page: SupplyPage, total: Pulled) -> int:
    """The page's file and the cursor behind it, in one transaction; answers its rows, 0 when it was here before."""
    size: int = page.rows.num_rows + len(page.ragged)
    rows, number = dict[str, pa.Table](), int(reading.before["pages"] if reading.before else 0) + bool(size)
    if size:
        data = as_csv(page)
        digest = reading.hub.vault.put(data)
        is_known = bool(reading.hub.store.table(SourceFile, partner=reading.partner.id, file=digest).num_rows)
        total.pages, total.rows, total.left_out = total.pages + 1, total.rows + size, total.left_out + page.left_out
        if is_known:
            total.repeated, size = total.repeated + size, 0
        else:
            rows = _file(reading, digest, len(data), f"{reading.kind}-{number:06d}.csv")
    _go_on(reading, page.cursor, rows, number, size)
    return size


def _go_on(reading: _Reading, cursor: str, rows: dict[str, pa.Table], number: int, size: int) -> None:
    """Record the rows and the new cursor; nothing when both are as before. StaleError: another pull went on."""
    key, before = {"supply": reading.supply, "kind": reading.kind}, reading.before
    if before is not None and not rows and cursor == before["cursor"]:
        return
    total = size + (before["rows"] if before else 0)
    values = {"cursor": cursor, "pages": number, "rows": total, "read_at": reading.hub.now()}
    changes: tuple[Change, ...] = ()
    if before is None:
        rows |= {"supply_cursor": pa.Table.from_pylist([key | values])}
    else:
        changes = (Change("supply_cursor", key, values, {name: before[name] for name in ("cursor", "pages")}),)
    reading.hub.store.record(Outcome(f"pull {reading.kind}", reading.supply, rows, changes))
    reading.before = values


def _file(reading: _Reading, digest: str, size: int, name: str) -> dict[str, pa.Table]:
    """The rows that say where a page's bytes came from. It was in no mailbox, so it need not leave one."""
    partner, channel, at = reading.partner.id, f"supply-{reading.supply}", reading.hub.now()
    arrival = Arrival(
        arrival=f"{partner}/{channel}/{digest[:12]}/{name}#1", partner=partner, channel=channel, name=name, size=size,
        modified=at.timestamp(), file=digest, arrived_at=at, archived=True,
    )  # fmt: skip
    file = {"partner": partner, "file": digest, "name": name, "size": size, "state": "received"}
    return {"arrival": pa.Table.from_pylist([arrival.model_dump()]), "source_file": pa.Table.from_pylist([file])}


def as_csv(page: SupplyPage) -> bytes:
    """The page as it is kept: its columns as CSV, then the rows that are none, as they are written."""
    sink = io.BytesIO()
    pacsv.write_csv(page.rows, sink, pacsv.WriteOptions(quoting_style="needed"))
    return sink.getvalue() + "".join(f"{row}\n" for row in page.ragged).encode()
