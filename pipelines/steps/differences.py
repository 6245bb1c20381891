"""Open this when a difference is called by the wrong name: announced, received and sold, compared unit by unit.

Receipts tell what is short and what nobody announced; the clock tells what never came. Here this is looked at together,
with what was sold: a size that is short and another one of its style that is over are one swap, not two differences.
A unit that came differs in one way from what was announced; beside this it may be damaged, or late.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from schemas.differences import FAULTY_REASONS, NOT_OURS, SOUND_REASONS
from schemas.tables import HELD_DIFFERENCES

Row = dict[str, Any]
# How the items of a return may stand in for each other, the surest first: the kind, and whether it must be one box.
_PAIRINGS = (("swap", True), ("swap", False), ("wrong_item", True), ("wrong_item", False))
_UNJUDGED = ("unknown",)


def differences_held(told: pa.Table, counted: pa.Table, styles: Mapping[str, str]) -> pa.Table:
    """``HELD_DIFFERENCES`` of ``TOLD_DIFFERENCES`` and ``COUNTED_UNITS``; ``styles`` names the style of items.

    Units keep their line; only of two lines that swap one is named by the other. The order is that of the return lines.
    """
    rows = told.to_pylist()
    units = counted.to_pylist()
    short = [row for row in rows if row["kind"] == "short"]
    found = _found([row for row in rows if row["kind"] in ("over", "unannounced")], units)
    held = [
        *_paired(short, found, styles),
        *_damaged([row for row in rows if row["kind"] == "damaged"]),
        *(row for row in rows if row["kind"] in ("never_arrived", "carton_missing", "decided")),
        *_conditions(units),
        *_late(units),
    ]
    held.sort(key=lambda row: (row["return_line"], row["kind"], row["receipt_document"], row["receipt_line_no"]))
    shaped = [{name: row.get(name) for name in HELD_DIFFERENCES.names} for row in held if row["units"]]
    return pa.Table.from_pylist(shaped, HELD_DIFFERENCES)


# --- goods that nobody announced


def _found(rows: Iterable[Row], counted: Iterable[Row]) -> list[Row]:
    """Each line of goods that nobody announced, as what it is when it is looked at alone."""
    strange = {row["return_line"] for row in counted if row["unplaced"] in NOT_OURS}
    credited: dict[tuple[str, str], int] = {}
    found: list[Row] = []
    for row in sorted(rows, key=lambda row: (str(row["received_on"]), row["receipt_document"], row["return_line"])):
        left = credited.setdefault((row["return_id"], row["gtin"]), row["came_before"])
        if row["return_line"] in strange:
            found.append(row | {"kind": "not_ours"})
        elif row["counted_before"]:
            found.append(row | {"kind": "carton_doubled"})
        elif left:
            taken = min(left, row["units"])
            credited[row["return_id"], row["gtin"]] -= taken
            found += [part | {"kind": kind} for part, kind in zip(_cut(row, taken), ("credited_before", row["kind"]),
                                                                  strict=True)]  # fmt: skip
        else:
            found.append(row)
    return [row for row in found if row["units"]]


def _cut(row: Row, units: int) -> tuple[Row, Row]:
    """So many units of the row, and the rest; the money goes with them in proportion, the rest takes what is left."""
    net = row["net_minor"] * units // row["units"]
    rest = {"units": row["units"] - units, "net_minor": row["net_minor"] - net}
    return row | {"units": units, "net_minor": net}, row | rest


# --- what came in place of something else


def _paired(short: Iterable[Row], found: Iterable[Row], styles: Mapping[str, str]) -> Iterator[Row]:
    """Units that are short and units that came in their place as one difference; then what is left of both."""
    missing = [dict(row) for row in short]
    others = [dict(row) for row in found if row["kind"] == "over"]
    yield from (row for row in found if row["kind"] != "over")
    by_return: dict[str, list[Row]] = defaultdict(list)
    for row in others:
        by_return[row["return_id"]].append(row)
    for kind, one_box in _PAIRINGS:
        fits = _same_style(styles) if kind == "swap" else _not_announced
        for gone in missing:
            for came in by_return[gone["return_id"]]:
                units = min(gone["units"], came["units"])
                if units and fits(gone, came) and (not one_box or _same_box(gone, came)):
                    yield _pair(kind, gone, came, units)
    yield from missing
    yield from others


def _same_style(styles: Mapping[str, str]) -> Callable[[Row, Row], bool]:
    def fits(gone: Row, came: Row) -> bool:
        style = styles.get(gone["gtin"])
        return style is not None and styles.get(came["gtin"]) == style and gone["gtin"] != came["gtin"]

    return fits


def _not_announced(gone: Row, came: Row) -> bool:
    """An item that the notice does not name came, and one that it names did not."""
    return not came["announced_item"] and gone["gtin"] is not None


def _same_box(gone: Row, came: Row) -> bool:
    return gone["carton"] is not None and gone["carton"] == came["carton"]


def _pair(kind: str, gone: Row, came: Row, units: int) -> Row:
    """Take the units off both; the difference stands at the announced line, and names the other one."""
    part, rest = _cut(gone, units)
    other, left = _cut(came, units)
    gone |= rest
    came |= left
    named = {"other_line": came["return_line"], "other_gtin": came["gtin"], "other_description": came["description"]}
    told_by = {name: came[name] for name in ("receipt_document", "receipt_line_no", "receipt_number", "received_on")}
    worth = {"net_minor": abs(other["net_minor"] - part["net_minor"])}
    return part | named | told_by | worth | {"kind": kind, "carton": came["carton"] or part["carton"]}


# --- what came in another condition, or late


def _damaged(rows: Iterable[Row]) -> Iterator[Row]:
    """Goods that were announced as faulty are as announced."""
    return (row | {"condition": "damaged"} for row in rows if row["reason"] not in FAULTY_REASONS)


def _conditions(counted: Iterable[Row]) -> Iterator[Row]:
    """Goods that came in another condition than their reason says; what is damaged is told by itself."""
    sums: dict[tuple[str, str, int, str], Row] = {}
    for row in counted:
        fault = row["condition"] not in ("sellable", "damaged", "wrong_item", *_UNJUDGED)
        if row["condition"] == "wrong_item":
            _add(sums, row, "wrong_item")
        elif (row["reason"] in SOUND_REASONS and fault) or (
            row["reason"] in FAULTY_REASONS and row["condition"] == "sellable"
        ):
            _add(sums, row, "condition")
    yield from sums.values()


def _late(counted: Iterable[Row]) -> Iterator[Row]:
    """Announced goods that came after the day on which their box was due."""
    sums: dict[tuple[str, str, int, str], Row] = {}
    for row in counted:
        if row["origin"] == "notice" and row["due_on"] and row["received_on"] and row["received_on"] > row["due_on"]:
            _add(sums, row | {"condition": None}, "late")
    yield from sums.values()


def _add(sums: dict[tuple[str, str, int, str], Row], row: Row, kind: str) -> None:
    """Sum counted units by line, receipt's line and condition."""
    line_no = int(row["cause"].rpartition("/")[2].partition(".")[0])
    key = (row["return_line"], row["receipt_document"], line_no, str(row["condition"]))
    if key in sums:
        for name in ("units", "net_minor"):
            sums[key][name] += row[name]
    else:
        sums[key] = row | {"kind": kind, "receipt_line_no": line_no}
