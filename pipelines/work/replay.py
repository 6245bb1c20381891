"""Open this when you ask what a changed mapping would have cost: both mappings over the whole archive, in money.

What the mappings make of the partner's own files is compared first. From the first file that they read differently on,
two sets of books are rebuilt in scratch stores (``pipelines/work/rebuild.py``), and their credits and allocations are
compared by business keys. Deterministic; the real store is only read.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from connectors.store import Store
from connectors.store.reads import Reads
from mappings.catalog import Catalog, Map, PartnerFolder
from mappings.engine import translate
from mappings.samples import tables_of
from mappings.workbench.row_changes import RowChange, row_changes
from pipelines.wiring import Hub
from pipelines.work.rebuild import Batch, batches_of, bytes_of, copied, scratch, with_maps
from schemas.ledger import ORIGINS, Bucket
from schemas.records import Allocation, CreditIntent, CreditIntentLine, Inspection, InvoiceLine, Movement, ReturnLine

Progress = Callable[[str, int, int], None]  # what is done, how much of it, of how much
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Amounts:
    """Units and money in minor units."""

    units: int = 0
    net: int = 0
    tax: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.units + other.units, self.net + other.net, self.tax + other.tax)

    @property
    def gross(self) -> int:
        """Net and tax."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class Credit:
    """What one return is credited in one currency: as it was, and as it would be."""

    return_id: str
    currency: str
    old: Amounts
    new: Amounts


@dataclass(frozen=True, slots=True)
class Placed:
    """Where units of a return line were placed, and where they would be: an invoice line, or why on none."""

    return_line: str
    where: str
    currency: str
    old: Amounts
    new: Amounts


@dataclass(frozen=True, slots=True)
class Standing:
    """Units of a return in a bucket of the ledger, as it is and as it would be; what is accepted is on its credits."""

    return_id: str
    bucket: str
    currency: str
    old: Amounts
    new: Amounts


@dataclass(frozen=True, slots=True)
class Behind:
    """A canonical row that the mappings read differently, and the file that it stands in."""

    file: str
    change: RowChange
    returns: tuple[str, ...]  # those that it moves


@dataclass(frozen=True)
class Replayed:
    """What would change. ``totals`` are all credits by currency, changed or not; equal sides mean no change."""

    partner: str
    old_maps: tuple[Map, ...]
    new_maps: tuple[Map, ...]
    files: int
    rows: list[Behind] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    allocations: list[Placed] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)
    totals: Mapping[str, tuple[Amounts, Amounts]] = field(default_factory=dict)
    booked: Mapping[str, Amounts] = field(default_factory=dict)  # by currency, what the real store has
    seconds: float = 0.0
    scratch_bytes: int = 0

    @property
    def is_same(self) -> bool:
        """Whether no return, no allocation and no credit would change."""
        return not (self.credits or self.allocations or self.standings)


@dataclass(frozen=True)
class _Sides:
    """The partner by its mappings as they are and as they would be, and from which batch on."""

    catalog: Catalog
    old: PartnerFolder
    new: PartnerFolder
    since: date | None

    def changes(self, batch: Batch) -> bool:
        """Whether the changed mappings read this batch."""
        return batch.partner == self.old.id and (self.since is None or batch.arrived_at.date() >= self.since)

    def catalog_of(self, batch: Batch, *, changed: bool) -> Catalog:
        """The catalog that reads this batch."""
        folder = self.new if changed and self.changes(batch) else self.old
        return with_maps(self.catalog, folder)


def replay(
    hub: Hub, old: PartnerFolder, new: PartnerFolder, since: date | None, told: Progress, folder: Path | None = None
) -> Replayed:
    """What would change if the partner's files, those since this day, had been read by ``new`` and not by ``old``.

    The scratch stores lie in ``folder`` (else where temporary files go) and are removed at the end.
    """
    started = time.monotonic()
    sides = _Sides(hub.catalog, old, new, since)
    batches = batches_of(hub)
    rows, first = _read_differently(hub, sides, batches, told)
    files = sum(len(batch.files) for batch in batches if sides.changes(batch))
    result = Replayed(old.id, old.maps, new.maps, files, [Behind(name, change, ()) for name, change in rows])
    if first is None:
        return replace(result, seconds=time.monotonic() - started)
    with TemporaryDirectory(dir=folder, prefix="backhaul-replay-") as at:
        before, after, size = _rebuilt(hub, sides, batches, first, Path(at), told)
    return replace(
        result,
        rows=[Behind(one.file, one.change, _moved(one.change, before, after)) for one in result.rows],
        credits=list(_credits(before, after)),
        allocations=list(_allocations(before, after)),
        standings=list(_standings(before, after)),
        totals=_totals(before, after),
        booked=_booked(hub.store),
        seconds=time.monotonic() - started,
        scratch_bytes=size,
    )


def _read_differently(
    hub: Hub, sides: _Sides, batches: Sequence[Batch], told: Progress
) -> tuple[list[tuple[str, RowChange]], int | None]:
    """The rows of the partner's files that differ, with the name of their file; the first batch in which any does."""
    rows: list[tuple[str, RowChange]] = []
    first = None
    own = [number for number, batch in enumerate(batches) if sides.changes(batch)]
    for done, number in enumerate(own):
        told("reading with both", done, len(own))
        found = list(_of_batch(hub, sides, batches[number]))
        if found and first is None:
            first = number
        rows += found
    return rows, first


def _of_batch(hub: Hub, sides: _Sides, batch: Batch) -> Iterator[tuple[str, RowChange]]:
    files = batch.read(hub.vault)
    old, new = (tables_of(translate(files, one, sides.catalog)) for one in (sides.old, sides.new))
    names = {file.sha256[:12]: file.name for file in files}
    for change in row_changes(old, new):
        yield names.get(change.document.rpartition("-")[0], ""), change


# --- both sets of books


@dataclass(frozen=True)
class _Books:
    """What is compared of one side, by business keys."""

    credits: Mapping[Key, Amounts]  # return, currency
    placed: Mapping[Key, Amounts]  # return line, where, currency
    standing: Mapping[Key, Amounts]  # return, bucket, currency
    returns_of: Mapping[tuple[str, int], frozenset[str]]  # (document, 0) or a sold line → the returns that it moves


def _rebuilt(
    hub: Hub, sides: _Sides, batches: Sequence[Batch], first: int, at: Path, told: Progress
) -> tuple[_Books, _Books, int]:
    """Both sides' books, and the room they took. What comes before the first difference is rebuilt once."""
    total = first + 2 * (len(batches) - first)
    done = [0]

    def one_more() -> None:
        done[0] += 1
        told("rebuilding the books", done[0], total)

    old_path, new_path = at / "old.sqlite", at / "new.sqlite"
    with scratch(old_path, hub) as common:
        common.add(batches[:first], lambda batch: sides.catalog_of(batch, changed=False), one_more)
    copied(old_path, new_path)
    with ExitStack() as open_books:
        old, new = (open_books.enter_context(scratch(path, hub)) for path in (old_path, new_path))
        old.add(batches[first:], lambda batch: sides.catalog_of(batch, changed=False), one_more)
        new.add(batches[first:], lambda batch: sides.catalog_of(batch, changed=True), one_more)
        before, after = _books(old.store), _books(new.store)
    return before, after, bytes_of([old_path, new_path])


def _books(store: Store) -> _Books:
    credited, placed = defaultdict[Key, Amounts](Amounts), defaultdict[Key, Amounts](Amounts)
    intents = {row["reference"]: row for row in store.table(CreditIntent).to_pylist()}
    for row in store.table(CreditIntentLine).to_pylist():
        intent = intents[row["reference"]]
        credited[intent["return_id"], intent["currency"]] += _amounts(row)
    where = {}
    for row in store.table(Allocation).to_pylist():
        sale = row["invoice_line"] or row["unplaced"] or "none"
        where[row["portion"]] = (row["return_line"], sale, row["currency"])
        placed[where[row["portion"]]] += _amounts(row)
    for row in store.table(Movement, to_bucket=Bucket.MOVED.value).to_pylist():
        placed[where[row["portion"]]] += Amounts(-row["units"], -row["net_minor"], -row["tax_minor"])
    stands = {key: amounts for key, amounts in placed.items() if amounts.units}
    return _Books(dict(credited), stands, _standing(store), _returns_of(store))


def _amounts(row: Mapping[str, Any]) -> Amounts:
    return Amounts(row["units"], row["net_minor"], row["tax_minor"])


def _booked(store: Reads) -> dict[str, Amounts]:
    """All credits that the real store has, by currency."""
    found = defaultdict[str, Amounts](Amounts)
    currency_of = {row["reference"]: row["currency"] for row in store.table(CreditIntent).to_pylist()}
    for row in store.table(CreditIntentLine).to_pylist():
        found[currency_of[row["reference"]]] += _amounts(row)
    return dict(found)


def _standing(store: Store) -> dict[Key, Amounts]:
    """Where the units of each return ended: sums over its movements."""
    sums = defaultdict[Key, Amounts](Amounts)
    return_of = {row["return_line"]: row["return_id"] for row in store.table(ReturnLine).to_pylist()}
    for row in store.table(Movement).to_pylist():
        return_id, amounts = return_of[row["return_line"]], _amounts(row)
        sums[return_id, row["to_bucket"], row["currency"]] += amounts
        sums[return_id, row["from_bucket"], row["currency"]] += Amounts(-amounts.units, -amounts.net, -amounts.tax)
    return {key: amounts for key, amounts in sums.items() if key[1] not in (*ORIGINS, Bucket.ACCEPTED, Bucket.MOVED)}


def _returns_of(store: Store) -> dict[tuple[str, int], frozenset[str]]:
    """Which returns a document makes or counts; and on which sold line goods of which returns are placed."""
    found = defaultdict[tuple[str, int], set[str]](set)
    lines = {row["return_line"]: row for row in store.table(ReturnLine).to_pylist()}
    for line in lines.values():
        found[line["document"], 0].add(line["return_id"])
    placed = {row["portion"]: row for row in store.table(Allocation).to_pylist()}
    for row in store.table(Inspection).to_pylist():
        found[row["receipt_document"], 0].add(lines[placed[row["portion"]]["return_line"]]["return_id"])
    sold = {row["invoice_line"]: (row["document"], row["line_no"]) for row in store.table(InvoiceLine).to_pylist()}
    for row in placed.values():
        if row["invoice_line"] is not None:
            found[sold[row["invoice_line"]]].add(lines[row["return_line"]]["return_id"])
    return {place: frozenset(returns) for place, returns in found.items()}


# --- and what is different in them


def _credits(before: _Books, after: _Books) -> Iterator[Credit]:
    for key, old, new in _different(before.credits, after.credits):
        yield Credit(key[0], key[1], old, new)


def _allocations(before: _Books, after: _Books) -> Iterator[Placed]:
    for key, old, new in _different(before.placed, after.placed):
        yield Placed(key[0], key[1], key[2], old, new)


def _standings(before: _Books, after: _Books) -> Iterator[Standing]:
    for key, old, new in _different(before.standing, after.standing):
        yield Standing(key[0], key[1], key[2], old, new)


def _different(old: Mapping[Key, Amounts], new: Mapping[Key, Amounts]) -> Iterator[tuple[Key, Amounts, Amounts]]:
    for key in sorted({*old, *new}):
        was, now = old.get(key, Amounts()), new.get(key, Amounts())
        if was != now:
            yield key, was, now


def _totals(before: _Books, after: _Books) -> dict[str, tuple[Amounts, Amounts]]:
    currencies = sorted({key[1] for key in (*before.credits, *after.credits)})
    return {one: (_sum(before.credits, one), _sum(after.credits, one)) for one in currencies}


def _sum(credits: Mapping[Key, Amounts], currency: str) -> Amounts:
    return sum((amounts for key, amounts in credits.items() if key[1] == currency), Amounts())


def _moved(change: RowChange, before: _Books, after: _Books) -> tuple[str, ...]:
    """The returns that the document of a changed row makes or counts, or that it is a sold line of, on either side."""
    nobody: frozenset[str] = frozenset()
    places = {(change.document, 0), (change.document, change.line_no)}
    sides = (books.returns_of.get(place, nobody) for books in (before, after) for place in places)
    return tuple(sorted(nobody.union(*sides)))
