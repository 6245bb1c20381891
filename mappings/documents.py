"""Open this when a document has the wrong number, purpose or line numbers: headers, and lines in their documents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from mappings.catalog import Map
from mappings.column import Ints
from mappings.fields import Fault, Faults, Source, evaluate
from schemas.findings import CATALOGUE, Finding, Place, Severity
from schemas.rules import LINES, header_types


@dataclass(frozen=True, slots=True)
class Header:
    """The header fields of some documents, and the faults found in them."""

    columns: dict[str, pa.Array]
    faults: list[Faults]


def header_columns(one: Map, source: Source) -> Header:
    """Number, purpose and date of each document; DOC-NO-NUMBER where there is no number."""
    columns, faults = {}, []
    for name, kind in header_types().items():
        rule = getattr(one.rules.document, name)
        if rule is None:
            columns[name] = pa.nulls(source.size, kind)
            continue
        found = evaluate(name, rule, source, one.codes)
        columns[name] = found.values
        faults += found.faults
    where = " or ".join(one.rules.document.number.from_)
    missing = np.flatnonzero(columns["number"].is_null().to_numpy(zero_copy_only=False))
    if len(missing):
        faults.append(Faults.nowhere("number", "DOC-NO-NUMBER", missing, f"number: nothing in {where}"))
    return Header(columns, faults)


def placed_lines(
    kind: str, columns: dict[str, pa.Array], ids: pa.Array, owner: Ints, file: pa.Array, offset: Ints, length: Ints
) -> pa.Table:
    """The canonical table: the columns with their document (``owner``, a number of ``ids``), a line number from 1 in
    each document, and their place."""
    placed = {
        "document": ids.take(pa.array(owner)),
        "line_no": pa.array(_numbered(owner)),
        "file": file,
        "offset": pa.array(offset),
        "length": pa.array(length),
    }
    return pa.table(placed | columns).select(LINES[kind].names).cast(LINES[kind])


def told_once(
    faults: Sequence[Faults], table: pa.Table, place: Callable[[Fault], Place], is_in_line: Callable[[Fault], bool]
) -> list[Finding]:
    """Faults of lines at their place. What is wrong in the header without holding a line is told once, of no line."""
    documents, numbers = table["document"].to_pylist(), table["line_no"].to_pylist()
    found: dict[Finding, None] = {}
    for fault in (one for some in faults for one in some.each()):
        holds = CATALOGUE[fault.code].severity is Severity.ERROR
        own = holds or fault.start < 0 or is_in_line(fault)
        line_no = numbers[fault.row] if own else None
        found[Finding(fault.code, place(fault), fault.detail, documents[fault.row], line_no)] = None
    return list(found)


def _numbered(owner: Ints) -> Ints:
    """For each row its number, from 1, among the rows of its document, in their order."""
    step = np.diff(owner, prepend=owner[:1])
    order = np.arange(len(owner)) if (step >= 0).all() else np.argsort(owner, kind="stable")
    first = np.flatnonzero(np.diff(owner[order], prepend=-1))
    numbers = np.empty(len(owner), dtype=np.int64)
    numbers[order] = np.arange(len(owner)) - np.repeat(first, np.diff(np.append(first, len(owner)))) + 1
    return numbers
