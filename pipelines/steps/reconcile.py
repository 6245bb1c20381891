"""Open this when announced and received differ: warehouse receipts against open returns, as rows for the store.

Every received unit is matched, over or unannounced; every announced unit is received, short or stays announced.
What nobody announced becomes new return lines, which the split places on sales like any other claim.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps import dock
from pipelines.steps.boxes import (
    Home,
    Line,
    Match,
    Missing,
    Portion,
    Surplus,
    counted_labels,
    homes_of,
    lines_in_order,
    match,
    missing,
    portions_of,
)
from pipelines.steps.contents import Box, Fit, fits
from pipelines.steps.dock import Landed
from pipelines.steps.guesses import BOX_LINES
from pipelines.steps.movements import Amounts, move, move_on
from schemas.findings import Finding, Place, as_table
from schemas.ledger import Bucket
from schemas.outcome import Change
from schemas.tables import DIFFERENCES, INSPECTIONS, MOVEMENTS, empty

_MOVED = pa.schema([*(MOVEMENTS.field(name) for name in MOVEMENTS.names[1:8]), ("expected_in", pa.string())])


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What receipts say about returns.

    ``returns``, ``return_lines`` and ``cartons`` are new rows with the columns of schemas.records; ``changes`` are
    new states of cartons that were announced. ``claims`` go through the split; with its allocations and ``found``,
    ``receive_found`` moves these units on. ``strange`` are ``BOX_LINES`` of boxes that nobody announced.
    """

    movements: pa.Table
    inspections: pa.Table
    differences: pa.Table
    findings: pa.Table
    returns: pa.Table
    return_lines: pa.Table
    cartons: pa.Table
    claims: pa.Table
    found: pa.Table
    changes: tuple[Change, ...]
    strange: pa.Table = field(default_factory=partial(empty, BOX_LINES))


@dataclass(slots=True)
class _Told:
    """What the receipts told, collected return by return."""

    matches: list[Match] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    surplus: list[Surplus] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def reconcile(
    open_portions: pa.Table,
    receipt_lines: pa.Table,
    returns: pa.Table,
    receipts: pa.Table,
    retailer_of: Mapping[str, str],
    rule_version: str,
    goods_stay: Mapping[str, Collection[str]] | None = None,
) -> Reconciled:
    """``RECEIPT_LINES`` against ``OPEN_PORTIONS``: movements, differences, and what is unannounced.

    ``returns`` has return_id, retailer, number, origin; ``receipts`` document and number. ``retailer_of`` knows the
    names that warehouses use. ``goods_stay``: per retailer, dispositions whose goods are not expected; a retailer
    that is absent has the default of ``Policy``. Lines without usable units were reported by ``check``; here they
    only keep their box from counting as complete.
    """
    lines = lines_in_order(receipt_lines, receipts, retailer_of)
    homes = homes_of(lines, open_portions, returns)
    fitting = fits(lines, homes, open_portions)
    homes = [home or _by_contents(line, fitting) for line, home in zip(lines, homes, strict=True)]
    portions = portions_of(open_portions, {home.return_id for home in homes if home}, goods_stay or {})
    told = _Told()
    for home, own in _by_return(lines, homes):
        _tell(told, home, own, portions.get(home.return_id, []))
    told.surplus += [Surplus(line, None, line.received) for line, home in zip(lines, homes, strict=True)
                     if home is None and line.received]  # fmt: skip
    landed, nobody = dock.land(told.surplus, returns)
    return Reconciled(
        movements=_movements(told, rule_version),
        inspections=_inspections(told.matches),
        differences=_differences(told, landed),
        findings=_findings(told, landed, nobody, lines, fitting),
        returns=dock.new_returns(landed),
        return_lines=dock.new_return_lines(landed),
        cartons=dock.new_cartons(landed),
        claims=dock.new_claims(landed),
        found=dock.found_rows(landed),
        changes=tuple(told.changes),
        strange=dock.strange_boxes(told.surplus),
    )


def _by_contents(line: Line, fitting: Mapping[Box, Fit]) -> Home | None:
    fit = fitting.get((line.document, line.carton))
    return fit.home if fit else None


def receive_found(allocations: pa.Table, found: pa.Table, rule_version: str) -> tuple[pa.Table, pa.Table]:
    """Movements announced→received and ``INSPECTIONS`` of the units in ``found``, once the split has placed them.

    ValueError: the ``ALLOCATIONS`` of a found line do not hold all of its units.
    """
    row_of = pc.index_in(allocations["return_line"], found["return_line"].combine_chunks())
    placed, rows = allocations.filter(row_of.is_valid()), row_of.drop_null()
    _ensure_all_placed(placed, found)
    receipts = found.take(rows)
    causes = pc.binary_join_element_wise(
        receipts["receipt_document"], receipts["receipt_line_no"].cast(pa.string()), pa.scalar("/")
    )
    movements = move(placed, Bucket.ANNOUNCED, Bucket.RECEIVED, causes, rule_version)
    inspected = movements.select(["movement", "portion", "units"])
    inspected = inspected.append_column("condition", receipts["condition"])
    inspected = inspected.append_column("receipt_document", receipts["receipt_document"])
    inspected = inspected.append_column("replaces", pa.nulls(inspected.num_rows, pa.string()))
    return movements.sort_by("movement"), inspected.cast(INSPECTIONS).sort_by("movement")


def _ensure_all_placed(placed: pa.Table, found: pa.Table) -> None:
    sums: Counter[str] = Counter()
    for name, units in zip(placed["return_line"].to_pylist(), placed["units"].to_pylist(), strict=True):
        sums[name] += units
    wanted = dict(zip(found["return_line"].to_pylist(), found["units"].to_pylist(), strict=True))
    if wrong := sorted(name for name, units in wanted.items() if sums[name] != units):
        raise ValueError(f"the allocations of {wrong[0]} hold {sums[wrong[0]]} of {wanted[wrong[0]]} found units")


def _by_return(lines: Sequence[Line], homes: Sequence[Home | None]) -> Iterator[tuple[Home, list[Line]]]:
    grouped: dict[Home, list[Line]] = defaultdict(list)
    for line, home in zip(lines, homes, strict=True):
        if home is not None:
            grouped[home].append(line)
    for home in sorted(grouped, key=lambda home: home.return_id):
        yield home, grouped[home]


def _tell(told: _Told, home: Home, lines: list[Line], portions: list[Portion]) -> None:
    """All receipts of one return: match, then judge once what is missing, then the boxes."""
    matches, surplus = match(home, lines, portions)
    gone = missing(lines, portions, matches)
    told.matches += matches
    told.surplus += surplus
    told.missing += gone
    told.changes += _carton_states(home, lines, portions, surplus, gone)


def _carton_states(
    home: Home, lines: list[Line], portions: list[Portion], surplus: Iterable[Surplus], gone: Iterable[Missing]
) -> list[Change]:
    """A counted box is verified, or discrepant when units were over or short in it; a partial count says nothing."""
    awaited = {p.carton for p in portions if p.carton is not None and p.announced.units}
    differing = {one.line.carton for one in surplus} | {one.portion.carton for one in gone}
    states = dict.fromkeys(counted_labels(lines), "verified") | dict.fromkeys(differing, "discrepant")
    return [
        Change("carton", {"carton": label, "return_id": home.return_id}, {"state": state})
        for label, state in sorted((label, state) for label, state in states.items() if label in awaited)
    ]


def _movements(told: _Told, rule_version: str) -> pa.Table:
    """expected→received by receipt line, expected→short by receipt."""
    received = _moved((one.portion, one.part) for one in told.matches)
    short = _moved((one.portion, one.part) for one in told.missing)
    return pa.concat_tables([
        move_on(received, Bucket.RECEIVED, [m.line.cause for m in told.matches], rule_version),
        move_on(short, Bucket.SHORT, [m.told_by.document for m in told.missing], rule_version),
    ]).sort_by("movement")  # fmt: skip


def _moved(parts: Iterable[tuple[Portion, Amounts]]) -> pa.Table:
    rows = [
        {
            "portion": portion.portion, "return_line": portion.return_line, "invoice_line": portion.invoice_line,
            "currency": portion.currency, "expected_in": portion.expected_in,
            "units": part.units, "net_minor": part.net_minor, "tax_minor": part.tax_minor,
        }
        for portion, part in parts
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, _MOVED)


def _inspections(matches: Iterable[Match]) -> pa.Table:
    rows = [
        {
            "movement": f"{one.portion.portion}>{Bucket.RECEIVED.value}@{one.line.cause}",
            "portion": one.portion.portion, "units": one.part.units,
            "condition": one.line.condition, "receipt_document": one.line.document,
        }
        for one in matches
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, INSPECTIONS).sort_by("movement")


def _differences(told: _Told, landed: Iterable[Landed]) -> pa.Table:
    units: Counter[tuple[str, str, str, int]] = Counter()
    for gone in told.missing:
        units[gone.portion.return_line, "short", gone.told_by.document, gone.told_by.line_no] += gone.part.units
    for one in landed:
        units[one.return_line, one.kind, one.line.document, one.line.line_no] += one.units
    for return_line, line, count in _damaged(told.matches, landed):
        units[return_line, "damaged", line.document, line.line_no] += count
    names = ("return_line", "kind", "receipt_document", "receipt_line_no", "units")
    rows = [dict(zip(names, (*key, count), strict=True)) for key, count in sorted(units.items())]
    return pa.Table.from_pylist(rows, DIFFERENCES)


def _damaged(matches: Iterable[Match], landed: Iterable[Landed]) -> Iterator[tuple[str, Line, int]]:
    for match_ in matches:
        if match_.line.condition == "damaged":
            yield match_.portion.return_line, match_.line, match_.part.units
    for one in landed:
        if one.line.condition == "damaged":
            yield one.return_line, one.line, one.units


def _findings(
    told: _Told,
    landed: Iterable[Landed],
    nobody: Iterable[Surplus],
    lines: Sequence[Line],
    fitting: Mapping[Box, Fit],
) -> pa.Table:
    """Findings in the order of the receipts; each stands at the receipt line that tells it."""
    told_of = [*_short(told.missing), *_unannounced(landed), *_unknown_retailer(nobody), *_conditions(lines)]
    told_of += _matched_by_contents(lines, fitting)
    told_of.sort(key=lambda pair: (pair[0].order, pair[1], pair[2]))
    return as_table(
        Finding(code, Place(line.file, line.offset, line.length, f"line {line.line_no}"), detail, line.document,
                line.line_no)
        for line, code, detail in told_of
    )  # fmt: skip


def _short(gone: Iterable[Missing]) -> Iterator[tuple[Line, str, str]]:
    units: Counter[str] = Counter()
    told_by = {}
    for one in gone:
        units[one.portion.return_line] += one.part.units
        told_by[one.portion.return_line] = (one.told_by, one.portion)
    for return_line, (line, portion) in told_by.items():
        yield (
            line,
            "RECEIPT-SHORT",
            f"{units[return_line]} of {_item(portion.gtin)} announced as {return_line} did not come",
        )


def _unannounced(landed: Iterable[Landed]) -> Iterator[tuple[Line, str, str]]:
    for one in landed:
        what = f"{one.units} of {_item(one.line.gtin)}"
        if one.kind == "over":
            yield one.line, "RECEIPT-OVER", f"{what} more than announced in {one.return_id}; kept as {one.return_line}"
        else:
            yield (
                one.line,
                "RECEIPT-UNANNOUNCED",
                f"{what} in {_box(one.line)} of {one.retailer}; kept as {one.return_line}",
            )


def _matched_by_contents(lines: Iterable[Line], fitting: Mapping[Box, Fit]) -> Iterator[tuple[Line, str, str]]:
    """At the first line of each box."""
    told = set()
    for line in lines:
        box = (line.document, line.carton)
        if box in fitting and box not in told:
            told.add(box)
            fit = fitting[box]
            yield line, "RECEIPT-MATCHED-BY-CONTENTS", f"{_box(line)} is of {fit.home.return_id}: {fit.because}"


def _unknown_retailer(nobody: Iterable[Surplus]) -> Iterator[tuple[Line, str, str]]:
    for one in nobody:
        named = f"names {one.line.retailer_named!r}" if one.line.retailer_named else "names nobody"
        detail = f"{one.units} of {_item(one.line.gtin)} in {_box(one.line)}; the receipt {named}"
        yield one.line, "RECEIPT-RETAILER-UNKNOWN", detail


def _conditions(lines: Iterable[Line]) -> Iterator[tuple[Line, str, str]]:
    for line in lines:
        if line.received and line.condition == "damaged":
            yield line, "RECEIPT-DAMAGED", f"{line.received} of {_item(line.gtin)} damaged"
        elif line.received and line.condition == "unknown":
            yield (
                line,
                "RECEIPT-CONDITION-UNKNOWN",
                f"{line.received} of {_item(line.gtin)} in no condition that we know",
            )


def _item(gtin: str | None) -> str:
    return gtin or "an unknown item"


def _box(line: Line) -> str:
    label = f"box {line.carton}" if line.carton else "a box without a label"
    return f"{label} for return {line.notice_number}, which is not known" if line.notice_number else label
