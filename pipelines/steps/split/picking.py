"""Open this when a row shows the text of another: texts fetched from anywhere, written one after the other.

Few are fetched by Arrow, many by machine code: a text is moved a block at a time, and what is too much of a block, the
next text stands on. What is found is the same.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.formats.at_hand import goes_compiled
from mappings.formats.cut_blocks import BLOCK, copy_block
from pipelines.steps.split.slots import Bytes, bytes_of
from pipelines.steps.split.texts import Codes, Ints

COMPILED_FROM_TEXTS = 20_000
_FEW = 2**16  # bytes that are copied once more, with a block behind them
_BLOCK = np.zeros(BLOCK, np.uint8)


def picked(texts: pa.Array, rows: Codes | Ints) -> pa.Array:
    """The texts of these rows; null for negative ones."""
    if texts.null_count or not goes_compiled("picking", len(rows), COMPILED_FROM_TEXTS):
        return texts.take(pa.array(rows, mask=rows < 0))
    from pipelines.steps.split.machine import picking_form  # numba takes half a second to import

    own, first = _with_room(texts)
    begins, starts = np.empty(len(rows), np.int32), np.empty(len(rows) + 1, np.int32)
    size = picking_form().find_starts(first, rows, begins, starts)
    into = np.empty(size + BLOCK, np.uint8)
    picking_form().copy_texts(own, begins, starts, into)
    return _strings(starts, into, begins >= 0)


def with_ends(texts: pa.Array, ends: pa.Array, which: Codes | Ints) -> pa.Array:
    """Each text and one of these ends."""
    if texts.null_count or not goes_compiled("picking", len(texts), COMPILED_FROM_TEXTS):
        return pc.binary_join_element_wise(texts, ends.take(pa.array(which)), "")
    from pipelines.steps.split.machine import picking_form  # numba takes half a second to import

    (own, first), (its, begin) = bytes_of(texts), _with_room(ends)
    starts = first - first[0]
    starts[1:] += np.cumsum(np.diff(begin)[which], dtype=np.int32)
    into = np.empty(int(starts[-1]) + BLOCK, np.uint8)
    picking_form().copy_with_ends(own, first, its, begin, which, starts, into)
    return _strings(starts, into, None)


def _with_room(texts: pa.Array) -> tuple[Bytes, Codes]:
    """The bytes of the texts; if they are few, with a block behind them, so that the last one can be moved as well."""
    own, first = bytes_of(texts)
    if len(own) <= _FEW:
        own = np.concatenate((own, _BLOCK))
        own.flags.writeable = False
    return own, first


def _strings(starts: Codes, own: Bytes, there: Any) -> pa.Array:
    valid = None if there is None or there.all() else pa.py_buffer(np.packbits(there, bitorder="little"))
    buffers = [valid, pa.py_buffer(starts), pa.py_buffer(own[: starts[-1]])]
    return pa.Array.from_buffers(pa.string(), len(starts) - 1, buffers)


# --- in machine code


def find_starts(first: Codes, rows: Any, begins: Codes, starts: Codes) -> int:
    """Where the text of each row begins, or -1, and where it will stand; how many bytes all of them have."""
    at = 0
    for row in range(len(rows)):
        begins[row], starts[row], text = -1, at, rows[row]
        if text >= 0:
            begins[row] = first[text]
            at += first[text + 1] - first[text]
    starts[len(rows)] = at
    return at


def copy_texts(own: Bytes, begins: Codes, starts: Codes, into: Bytes) -> None:
    """Each row's text where it stands; there is room for a block behind the last."""
    last = len(own) - BLOCK
    for row in range(len(begins)):
        start, at, end = begins[row], starts[row], starts[row + 1]
        while at < end and start <= last:
            copy_block(own, start, into, at)
            start, at = start + BLOCK, at + BLOCK
        while at < end:
            into[at] = own[start]
            start, at = start + 1, at + 1


def copy_with_ends(own: Bytes, first: Codes, its: Bytes, begin: Codes, which: Any, starts: Codes, into: Bytes) -> None:
    """Each text and its end where they stand; there is room for a block behind the last."""
    last, its_last = len(own) - BLOCK, len(its) - BLOCK
    for row in range(len(which)):
        start, at = first[row], starts[row]
        end = at + first[row + 1] - start
        while at < end and start <= last:
            copy_block(own, start, into, at)
            start, at = start + BLOCK, at + BLOCK
        while at < end:
            into[at] = own[start]
            start, at = start + 1, at + 1
        start, at, end = begin[which[row]], end, starts[row + 1]
        while at < end and start <= its_last:
            copy_block(its, start, into, at)
            start, at = start + BLOCK, at + BLOCK
        while at < end:
            into[at] = its[start]
            start, at = start + 1, at + 1
