"""Open this when a corrected receipt counts credited units otherwise: what was decided stays, and it is told."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pipelines.steps.returns import line_names
from schemas.findings import Finding, Place, as_table
from schemas.tables import DIFFERENCES

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Beyond:
    """Decided units that the later version of their receipt counts in another condition, or does not count."""

    decided: Row
    units: int
    document: str
    line_no: int
    condition: str | None


def still_to_count(
    receipt_lines: pa.Table, decided: pa.Table, later: Mapping[str, str]
) -> tuple[pa.Table, list[Beyond]]:
    """The lines with the units that nobody decided on yet, and the decided ones that they do not tell like that.

    ``decided`` is ``DECIDED_COUNTS``; ``later`` names for each receipt that no longer counts its later version.
    """
    names = [f"{row['document']}/{name}" for row, name in _named(receipt_lines)]
    rows = receipt_lines.to_pylist()
    by_cause = dict(zip(names, rows, strict=True))
    by_item: dict[tuple[str, str | None], list[Row]] = defaultdict(list)
    for row in rows:
        by_item[row["document"], row["gtin"]].append(row)
    beyond: list[Beyond] = []
    for one in sorted(decided.to_pylist(), key=lambda one: (one["receipt_document"] in later, one["cause"])):
        if by := later.get(one["receipt_document"]):
            beyond += _taken(one, by, by_item[by, one["gtin"]])
        elif one["cause"] in by_cause:
            by_cause[one["cause"]]["units"] -= one["units"]
    return pa.Table.from_pylist(rows, receipt_lines.schema), beyond


def _named(lines: pa.Table) -> Iterator[tuple[Row, str]]:
    return zip(lines.to_pylist(), line_names(lines).to_pylist(), strict=True)


def _taken(one: Row, by: str, lines: list[Row]) -> Iterator[Beyond]:
    """Take the decided units off lines of their item, of their condition first."""
    wanted = one["units"]
    for row in sorted(lines, key=lambda row: ((row["condition"] or "unknown") != one["condition"], row["line_no"])):
        units = min(wanted, max(row["units"] or 0, 0))
        if units:
            row["units"] -= units
            wanted -= units
            condition = row["condition"] or "unknown"
            if condition != one["condition"]:
                yield Beyond(one, units, by, row["line_no"], condition)
    if wanted:
        yield Beyond(one, wanted, by, 0, None)


def refused_otherwise(beyond: list[Beyond]) -> dict[str, tuple[str, str]]:
    """Decisions that refused units which the later version counts in another condition: their line, and that one."""
    return {
        one.decided["decision"]: (one.decided["return_line"], one.condition)
        for one in beyond
        if one.condition is not None and one.decided["outcome"] == "refuse"
    }


def differences_of(beyond: list[Beyond]) -> pa.Table:
    """``DIFFERENCES`` of kind ``decided``; without a line of the later version its number is 0."""
    units: Counter[tuple[str, str, int]] = Counter()
    for one in beyond:
        units[one.decided["return_line"], one.document, one.line_no] += one.units
    names = ("return_line", "receipt_document", "receipt_line_no")
    rows = [dict(zip(names, key, strict=True)) | {"kind": "decided", "units": n} for key, n in sorted(units.items())]
    return pa.Table.from_pylist(rows, DIFFERENCES)


def findings_of(beyond: list[Beyond], documents: pa.Table) -> pa.Table:
    """What a person must know of them, at the later version of the receipt."""
    stated = {row["document"]: row for row in documents.to_pylist()}
    return as_table(
        Finding(
            "RECEIPT-DECIDED-BEFORE",
            Place(*(stated[one.document][name] for name in ("file", "offset", "length"))),
            _detail(one, stated[one.document]),
            one.document,
            one.line_no or None,
        )
        for one in beyond
    )


def _detail(one: Beyond, document: Row) -> str:
    said = f"{one.units} of {one.decided['gtin'] or 'an unknown item'} in {one.decided['return_line']}"
    before = f"{said} were decided as {one.decided['condition']}"
    now = f"counts them as {one.condition}" if one.condition else "does not count them"
    return f"{before}; receipt {document['number']} now {now}"
