"""Open this when a receipt was told anew or taken back: its returns are counted again, by the receipts that count now.

The returns are looked at as if nobody had counted them, but for what was decided, and ``reconcile`` tells what all
their receipts say together. Here this is compared with what the ledger holds. A portion that would come out the same
stays; of another one all undecided units go back to ``announced`` and are counted in, or short, by what holds now.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.movements import NOTHING, Amounts
from pipelines.steps.reconcile import Reconciled
from schemas.ledger import Bucket
from schemas.tables import INSPECTIONS, MOVEMENTS, OPEN_PORTIONS, PARCELS

Row = dict[str, Any]
Count = tuple[str, str]  # the receipt's line, and the condition
RULE_VERSION = "recount-1"
_AMOUNTS = ("units", "net_minor", "tax_minor")
_OF_PORTION = ("portion", "return_line", "invoice_line", "currency")


@dataclass(frozen=True)
class Held:
    """What the ledger holds of returns that are counted again.

    ``portions`` are their ``OPEN_PORTIONS``, finished ones too; ``parcels`` their ``PARCELS``, those of units that did
    not come included. ``movements`` and ``return_lines`` are ids that are taken, ``differences`` are rows already told.
    ``loose`` are return lines of which no notice speaks any more, ``given_up`` those that did not come in the time
    agreed. ``by`` names for each return the document for which it is counted again.
    """

    portions: pa.Table
    parcels: pa.Table
    movements: Collection[str]
    return_lines: Collection[str]
    differences: pa.Table
    loose: Collection[str]
    by: Mapping[str, str]
    given_up: Collection[str] = ()

    @cached_property
    def uncounted(self) -> dict[str, list[Row]]:
        """The parcels that are announced, counted in or short, by portion."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.parcels.to_pylist():
            if row["bucket"] != Bucket.REFUSED:
                found[row["portion"]].append(row)
        return found

    @cached_property
    def unannounced(self) -> set[str]:
        """Portions of goods that nobody announced, or of lines of which no notice speaks any more."""
        loose = pc.is_in(self.portions["return_line"], pa.array(list(self.loose), pa.string()))
        return set(
            self.portions.filter(pc.or_(loose, pc.equal(self.portions["origin"], "dock")))["portion"].to_pylist()
        )


@dataclass(frozen=True, slots=True)
class Recount:
    """What changes: the rows for the store as ``reconcile`` would give them, and what they do to parcels.

    ``portions`` are those of which units were counted otherwise, ``void`` return lines of which nothing is left.
    """

    told: Reconciled
    portions: frozenset[str]
    void: frozenset[str]


def as_if_uncounted(open_portions: pa.Table, held: Held) -> pa.Table:
    """``OPEN_PORTIONS`` in which nothing undecided was counted in the returns that are counted again."""
    own = pc.is_in(open_portions["return_id"], pa.array(list(held.by), pa.string()))
    rows = []
    for row in held.portions.to_pylist():
        parcels = [] if row["portion"] in held.unannounced else held.uncounted.get(row["portion"], [])
        total = _total(parcels)
        rows.append(row | {"announced_units": total.units, "announced_net": total.net_minor}
                    | {"announced_tax": total.tax_minor})  # fmt: skip
    return pa.concat_tables([open_portions.filter(pc.invert(own)), pa.Table.from_pylist(rows, OPEN_PORTIONS)])


def count_again(told: Reconciled, held: Held, documents: Collection[str]) -> Recount:
    """What ``TOLD`` of uncounted returns changes in what the ledger holds.

    Findings are those about ``documents``, which came now; what other receipts told was told when they came.
    """
    kept = set(_kept_portions(told, held))
    kept_lines, dock_portions = _kept_lines(told, held)
    changed = frozenset(held.uncounted) - kept - held.unannounced | dock_portions
    told = _with_free_ids(_without(told, kept, kept_lines), held)
    movements, inspections = _taken_back(held, changed)
    lines = {row["return_line"] for name in dock_portions for row in held.uncounted[name]}
    return Recount(
        replace(
            told,
            movements=pa.concat_tables([movements, told.movements]),
            inspections=pa.concat_tables([inspections, told.inspections]),
            differences=_untold(told.differences, held.differences),
            findings=told.findings.filter(pc.is_in(told.findings["document"], pa.array(list(documents), pa.string()))),
        ),
        changed,
        frozenset(lines),
    )


def uncount(parcels: pa.Table, held: Held, changed: Collection[str]) -> pa.Table:
    """Stored ``PARCELS`` when these portions are counted again: announced as a whole; goods at the dock are gone."""
    rows = [row for row in parcels.to_pylist() if row["portion"] not in changed or row["bucket"] == Bucket.REFUSED]
    blank = dict.fromkeys(("inspection", "condition", "receipt_document", "received_on", "cause"))
    for name in sorted(set(changed) - held.unannounced):
        own = held.uncounted[name]
        rows.append(own[0] | blank | {"bucket": Bucket.ANNOUNCED.value} | _as_row(_total(own)))
    return pa.Table.from_pylist(rows, PARCELS)


# --- what stays as it is


def _kept_portions(told: Reconciled, held: Held) -> Iterator[str]:
    """Portions of announced goods of which the same units were counted in by the same lines, and none are short.

    What was given up by the clock stays so, where no receipt speaks of it.
    """
    wanted = _counts_told(told)
    short = told.movements.filter(pc.equal(told.movements["to_bucket"], Bucket.SHORT.value))["portion"].to_pylist()
    for name, parcels in held.uncounted.items():
        is_short = name in short or any(row["bucket"] == Bucket.SHORT for row in parcels)
        silent = name not in short and name not in wanted and parcels[0]["return_line"] in held.given_up
        as_told = not is_short and _counts_of(parcels) == wanted.get(name, Counter())
        if name not in held.unannounced and (as_told or (silent and not _counts_of(parcels))):
            yield name


def _counts_told(told: Reconciled) -> dict[str, Counter[Count]]:
    causes = dict(zip(told.movements["movement"].to_pylist(), told.movements["cause"].to_pylist(), strict=True))
    counts: dict[str, Counter[Count]] = defaultdict(Counter)
    for row in told.inspections.to_pylist():
        counts[row["portion"]][causes[row["movement"]], row["condition"]] += row["units"]
    return counts


def _counts_of(parcels: Iterable[Row]) -> Counter[Count]:
    counts: Counter[Count] = Counter()
    for row in parcels:
        if row["bucket"] == Bucket.RECEIVED:
            counts[row["cause"], row["condition"]] += row["units"]
    return counts


def _kept_lines(told: Reconciled, held: Held) -> tuple[set[str], frozenset[str]]:
    """Goods that nobody announced: told lines that are there already, and the portions of stored ones that go.

    Goods of a line of which no notice speaks any more always go on in a line of their own, as if they had come later.
    """
    stored: dict[tuple[Any, ...], list[set[str]]] = defaultdict(list)
    for line, parcels in _dock_lines(held).items():
        if line in held.loose:
            continue
        counts = tuple(sorted(_counts_of(parcels).items()))
        stored[parcels[0]["return_id"], parcels[0]["gtin"], counts].append({row["portion"] for row in parcels})
    of_return = {row["return_line"]: row for row in told.claims.to_pylist()}
    kept, staying = set(), set[str]()
    for row in told.found.to_pylist():
        claim = of_return[row["return_line"]]
        count = ((f"{row['receipt_document']}/{row['receipt_line_no']}", row["condition"]), row["units"])
        if found := stored.get((claim["return_id"], claim["gtin"], (count,))):
            kept.add(row["return_line"])
            staying |= found.pop()
    return kept, frozenset(name for name in held.unannounced & held.uncounted.keys() if name not in staying)


def _dock_lines(held: Held) -> dict[str, list[Row]]:
    lines: dict[str, list[Row]] = defaultdict(list)
    for name in sorted(held.unannounced & held.uncounted.keys()):
        for row in held.uncounted[name]:
            lines[row["return_line"]].append(row)
    return lines


def _without(told: Reconciled, portions: Collection[str], lines: Collection[str]) -> Reconciled:
    """What was told without what is so already."""
    changes = {
        name: _but(getattr(told, name), "return_line", lines)
        for name in ("return_lines", "claims", "found", "differences")
    }
    changes |= {name: _but(getattr(told, name), "portion", portions) for name in ("movements", "inspections")}
    return replace(told, **changes)


def _but(table: pa.Table, column: str, names: Collection[str]) -> pa.Table:
    return table.filter(pc.invert(pc.is_in(table[column], pa.array(list(names), pa.string()))))


def _untold(differences: pa.Table, known: pa.Table) -> pa.Table:
    """The differences that were not told before; what a receipt once told of a line stays as it was told."""
    key = ("return_line", "kind", "receipt_document", "receipt_line_no")
    told = {tuple(row[name] for name in key) for row in known.to_pylist()}
    rows = [tuple(row[name] for name in key) not in told for row in differences.to_pylist()]
    return differences.filter(pa.array(rows, pa.bool_()))


# --- what goes back


def _taken_back(held: Held, changed: Iterable[str]) -> tuple[pa.Table, pa.Table]:
    """Counter-movements of all that was counted of these portions, with the inspections that end earlier ones."""
    movements, inspections = list[Row](), list[Row]()
    for name in sorted(changed):
        for row in held.uncounted[name]:
            if row["bucket"] == Bucket.ANNOUNCED:
                continue
            cause = held.by[row["return_id"]]
            counted = (row["inspection"] or row["bucket"]).partition("@")[2] or row["bucket"]
            moved = list[Row]()
            for to in _way_back(row, name in held.unannounced):
                frm = moved[-1]["to_bucket"] if moved else row["bucket"]
                moved.append(_movement(row | {"bucket": frm}, f"{name}>{to.value}@{cause}/{counted}", to, cause))
            movements += moved
            if row["inspection"] is not None:
                told = {key: row[key] for key in ("portion", "units", "condition", "receipt_document")}
                inspections.append(told | {"movement": moved[0]["movement"], "replaces": row["inspection"]})
    return pa.Table.from_pylist(movements, MOVEMENTS), pa.Table.from_pylist(inspections, INSPECTIONS)


def _way_back(parcel: Row, unannounced: bool) -> Iterator[Bucket]:
    """The buckets through which units go that are counted again: where they were expected, or nowhere any more."""
    if parcel["bucket"] == Bucket.SHORT or not unannounced:
        yield Bucket.ANNOUNCED
    if unannounced:
        yield Bucket.CANCELLED
    elif parcel["expected_in"] != Bucket.ANNOUNCED:
        yield Bucket(parcel["expected_in"])


def _movement(row: Row, name: str, to: Bucket, cause: str) -> Row:
    carried = {key: row[key] for key in (*_OF_PORTION, *_AMOUNTS)}
    buckets = {"from_bucket": row["bucket"], "to_bucket": to.value}
    return carried | buckets | {"movement": name, "cause": cause, "rule_version": RULE_VERSION}


def _with_free_ids(told: Reconciled, held: Held) -> Reconciled:
    """The rows under ids that are not taken: what one receipt's line counts once more is numbered on."""
    movements = {name: _free(name, held.movements) for name in told.movements["movement"].to_pylist()}
    lines = {name: _free(name, held.return_lines) for name in told.return_lines["return_line"].to_pylist()}
    changes = {name: _renamed(getattr(told, name), "movement", movements) for name in ("movements", "inspections")}
    changes |= {
        name: _renamed(getattr(told, name), "return_line", lines)
        for name in ("return_lines", "claims", "found", "differences")
    }
    return replace(told, **changes)


def _free(name: str, taken: Collection[str]) -> str:
    times, free = 1, name
    while free in taken:
        times += 1
        free = f"{name}+{times}"
    return free


def _renamed(table: pa.Table, column: str, names: Mapping[str, str]) -> pa.Table:
    ids = pa.array([names.get(name, name) for name in table[column].to_pylist()], pa.string())
    return table.set_column(table.column_names.index(column), table.schema.field(column), ids)


def _total(parcels: Iterable[Row]) -> Amounts:
    return sum((Amounts(*(row[name] for name in _AMOUNTS)) for row in parcels), NOTHING)


def _as_row(amounts: Amounts) -> Row:
    return {name: getattr(amounts, name) for name in _AMOUNTS}
