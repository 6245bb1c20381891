"""Open this when you want fields of many lines at once: one flat Arrow table of the lines of a reading.

    flat_lines(reading, plan) -> pa.Table

A plan names the segment that opens a line and, for each column, the segment, element and component it comes from; the
first value found in the line wins, and a line ends where the next one, or its message, does. No rules, no checks of
content: that is what mappings are for. A value that is no number is null in a column of numbers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mappings.formats.at_hand import goes_compiled
from mappings.formats.cuts import ESCAPED
from mappings.formats.projecting import COMPONENTS, ELEMENTS, PLACES, PLAIN, Layout, Projection
from mappings.formats.segments import Segments
from mappings.formats.values import decoded

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Offsets = npt.NDArray[np.uint32]
Kind = Literal["text", "units", "price"]

COMPILED_FROM_SEGMENTS = 20_000

UNITS, PRICE = pa.int64(), pa.decimal128(18, PLACES)


@dataclass(frozen=True, slots=True)
class Field:
    """Where a column comes from. With a ``qualifier``, only from segments whose first value is that."""

    name: str
    tag: str
    element: int
    component: int = 1
    qualifier: str = ""
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Plan:
    """A table of lines: each opens at a segment of this tag. Elements and components go up to 15 and 7."""

    each: str
    fields: tuple[Field, ...]


# The lines of returns, as X12 180 and EDIFACT RETANN have them.
RETURN_LINES: dict[str, Plan] = {
    "x12": Plan("BLI", (
        Field("gtin", "BLI", 2), Field("units", "BLI", 3, kind="units"), Field("unit", "BLI", 4),
        Field("price", "BLI", 6, kind="price"), Field("po", "PRF", 1), Field("reason", "RDR", 2),
    )),
    "edifact": Plan("LIN", (
        Field("gtin", "LIN", 3), Field("units", "QTY", 1, 2, "61", "units"), Field("unit", "QTY", 1, 3, "61"),
        Field("price", "PRI", 1, 2, "AAA", "price"), Field("po", "RFF", 1, 2, "ON"), Field("reason", "CDI", 2),
    )),
}  # fmt: skip


def flat_lines(reading: Segments, plan: Plan) -> pa.Table:
    """Interchange, message and line (all counted in the reading; lines from 1 in each message), then the columns."""
    buffer, cuts = np.frombuffer(reading.buffer, np.uint8), reading.cuts
    layout = _layout(plan, reading.tags)
    size = int(np.count_nonzero(cuts.tag == layout.each))
    head = np.empty((2, size), np.int32)
    spans, flags = np.zeros((len(plan.fields), 2, size), np.uint32), np.zeros((len(plan.fields), size), np.uint8)
    run = _functions(len(cuts.tag))
    run.project(
        buffer, cuts.message, cuts.tag, cuts.first_mark, cuts.mark_at, cuts.mark_kind, layout, head, spans, flags
    )
    columns = {
        "interchange": pa.array(reading.messages["interchange"].to_numpy()[head[0]]),
        "message": pa.array(head[0]),
        "line": pa.array(head[1]),
    }
    for field, (start, end), flag in zip(plan.fields, spans, flags, strict=True):
        columns[field.name] = _COLUMNS[field.kind](reading, start, end, flag, head[0], run)
    return pa.table(columns)


def _functions(segments: int) -> Projection:
    """What goes through this many segments: compiled where they are many."""
    if not goes_compiled("projection", segments, COMPILED_FROM_SEGMENTS):
        return PLAIN
    from mappings.formats.compiled import PROJECTION  # numba takes half a second to import

    return PROJECTION


def _layout(plan: Plan, tags: Sequence[str]) -> Layout:
    number_of = {tag: number for number, tag in enumerate(tags)}
    field_at = np.full((max(len(tags), 1), ELEMENTS, COMPONENTS), -1, np.int8)
    last = np.full(max(len(tags), 1), -1, np.int8)
    for number, field in enumerate(plan.fields):
        if field.tag in number_of:
            field_at[number_of[field.tag], field.element, field.component] = number
            last[number_of[field.tag]] = max(last[number_of[field.tag]], field.element)
    each = number_of.get(plan.each, -1)
    if each >= 0:
        last[each] = max(last[each], 0)
    qualifiers = [int.from_bytes(field.qualifier.encode(), "big") for field in plan.fields]
    return Layout(each, field_at, np.array(qualifiers, np.int64), last)


def _units(reading: Segments, start: Offsets, end: Offsets, flag: Bytes, message: Ints, run: Projection) -> pa.Array:
    numbers, valid = np.empty(len(start), np.int64), np.empty(len(start), np.bool_)
    run.parse_units(np.frombuffer(reading.buffer, np.uint8), start, end, numbers, valid)
    return pa.Array.from_buffers(UNITS, len(start), [_bitmap(valid), pa.py_buffer(numbers)])


def _prices(reading: Segments, start: Offsets, end: Offsets, flag: Bytes, message: Ints, run: Projection) -> pa.Array:
    words, valid = np.empty((len(start), 2), np.int64), np.empty(len(start), np.bool_)
    run.parse_prices(np.frombuffer(reading.buffer, np.uint8), start, end, words, valid)
    return pa.Array.from_buffers(PRICE, len(start), [_bitmap(valid), pa.py_buffer(words)])


def _texts(reading: Segments, start: Offsets, end: Offsets, flag: Bytes, message: Ints, run: Projection) -> pa.Array:
    size = len(start)
    offsets, gathered = np.empty(size + 1, np.int32), np.empty(int((end - start).sum(dtype=np.int64)), np.uint8)
    is_ascii = run.gather_values(np.frombuffer(reading.buffer, np.uint8), start, end, offsets, gathered)
    valid = end != 0
    if is_ascii and not (flag & ESCAPED).any():
        buffers = [None if valid.all() else _bitmap(valid), pa.py_buffer(offsets), pa.py_buffer(gathered)]
        return pa.Array.from_buffers(pa.string(), size, buffers)
    text = decoded(reading, start.astype(np.int64), end.astype(np.int64), flag & ESCAPED != 0, lambda: message)
    return pc.if_else(pa.array(valid), text, pa.scalar(None, pa.string()))


_COLUMNS: dict[Kind, Callable[..., pa.Array]] = {"text": _texts, "units": _units, "price": _prices}


def _bitmap(valid: npt.NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(valid, bitorder="little"))
