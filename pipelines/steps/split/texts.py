"""Open this when a reference is not recognised: texts turned into numbers, once for all sales, then looked up."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
NOT_STATED, NOT_SOLD = -1, -2  # what a claim does not say never equals what a sale does not have
_APART = "\x1f"
# Above this many texts a look-up of few does not build Arrow's own table of all of them each time.
_MANY = 50_000


class Vocabulary:
    """The distinct texts of a column, each with a number from 0."""

    def __init__(self, texts: pa.Array) -> None:
        self.texts = texts
        self._slots: Ints | None = None
        self._seen: Ints | None = None
        self._marks = 0

    def __len__(self) -> int:
        return len(self.texts)

    def marks(self, count: int) -> tuple[Ints, int]:
        """A place for each text to be marked, and the first of ``count`` marks that stand nowhere yet."""
        if self._seen is None:
            self._seen = np.full(len(self.texts), -1, np.int64)
        self._marks += count
        return self._seen, self._marks - count

    def codes(self, texts: pa.Array) -> Ints:
        """The number of each text; ``NOT_STATED`` where it is null or not among them."""
        if len(self.texts) < _MANY:
            found = pc.index_in(texts, self.texts, skip_nulls=True)
            return np.array(pc.fill_null(found.cast(pa.int64()), NOT_STATED))
        return self._hashed(texts)

    def _hashed(self, texts: pa.Array) -> Ints:
        from pipelines.steps.split.machine import compiled_form  # numba takes half a second to import

        machine = compiled_form()
        own, own_first = bytes_of(self.texts)
        if self._slots is None:
            self._slots = np.full(1 << (2 * len(self.texts) - 1).bit_length(), -1, np.int32)
            machine.fill_slots(own, own_first, len(self.texts), self._slots)
        asked, asked_first = bytes_of(texts)
        found = np.empty(len(texts), np.int64)
        machine.find_slots(asked, asked_first, len(texts), own, own_first, self._slots, found)
        if texts.null_count:
            found[np.asarray(texts.is_null())] = NOT_STATED
        return found


def learnt(texts: pa.Array) -> tuple[Vocabulary, Ints]:
    """The vocabulary of a column, and the column in its numbers; ``NOT_SOLD`` where it is null."""
    encoded = texts.dictionary_encode()
    codes = pc.fill_null(encoded.indices.cast(pa.int64()), NOT_SOLD)
    return Vocabulary(encoded.dictionary), np.array(codes)


def plain(column: pa.Array) -> pa.Array:
    """References in capitals, without blanks at their ends: what counts as written alike. Empty ones are null."""
    texts = pc.utf8_upper(pc.utf8_trim_whitespace(column))
    return pc.if_else(pc.equal(texts, ""), None, texts)


def without_zeros(column: pa.Array) -> pa.Array:
    """Numbers of lines and stores in plain form, without zeros in front."""
    texts = pc.utf8_ltrim(plain(column), characters="0")
    return pc.if_else(pc.equal(texts, ""), "0", texts)


def both(first: pa.Array, second: pa.Array) -> pa.Array:
    """Two texts as one; null where one of them is."""
    return pc.binary_join_element_wise(first, second, _APART)


def second_of(texts: pa.Array) -> pa.Array:
    """The second of two texts that are one."""
    return pc.replace_substring_regex(texts, f"^[^{_APART}]*{_APART}", "")


def whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The column in one piece; dictionaries as texts."""
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks)
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def ordered(first: Any, second: Any, texts: pa.Array) -> Ints:
    """The rows by two numbers, then by text. Texts are compared only where both numbers are the same."""
    order = np.lexsort((second, first))
    one, two = first[order], second[order]
    same = (one[1:] == one[:-1]) & (two[1:] == two[:-1])
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    if len(tied):
        rows = order[tied]
        order[tied] = rows[np.lexsort((ranks(texts.take(pa.array(rows))), two[tied], one[tied]))]
    return np.asarray(order)


def ranks(texts: pa.Array) -> Ints:
    """The place of each text among all, from 0; equal ones in the order given."""
    rank = np.arange(len(texts))
    if len(texts) > 1 and not pc.all(pc.less_equal(texts[:-1], texts[1:])).as_py():
        rank[np.asarray(pc.sort_indices(texts))] = np.arange(len(texts))
    return rank


def bytes_of(texts: pa.Array) -> tuple[npt.NDArray[np.uint8], Ints]:
    """The bytes of all texts together, and where each begins and the last ends."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1, texts.offset * 4).astype(np.int64)
    data = texts.buffers()[2]
    return (np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)), offsets


# --- compiled: a table of slots, each the number of a text or -1


def hash_of(buffer: npt.NDArray[np.uint8], start: int, end: int, mask: int) -> int:
    """A slot for these bytes (FNV-1a, 32 bits, folded)."""
    value = 2166136261
    for at in range(start, end):
        value = ((value ^ buffer[at]) * 16777619) & 0xFFFFFFFF
    return (value ^ (value >> 15)) & mask


def fill_slots(own: npt.NDArray[np.uint8], first: Ints, texts: int, slots: npt.NDArray[np.int32]) -> None:
    """Enter all texts."""
    mask = len(slots) - 1
    for text in range(texts):
        slot = hash_of(own, first[text], first[text + 1], mask)
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = text


def find_slots(
    asked: npt.NDArray[np.uint8],
    asked_first: Ints,
    texts: int,
    own: npt.NDArray[np.uint8],
    own_first: Ints,
    slots: npt.NDArray[np.int32],
    found: Ints,
) -> None:
    """The number of each text that is asked for, or -1."""
    mask = len(slots) - 1
    for text in range(texts):
        start, end = asked_first[text], asked_first[text + 1]
        slot = hash_of(asked, start, end, mask)
        found[text] = -1
        while slots[slot] >= 0:
            other = slots[slot]
            begin = own_first[other]
            if own_first[other + 1] - begin == end - start:
                at = 0
                while at < end - start and own[begin + at] == asked[start + at]:
                    at += 1
                if at == end - start:
                    found[text] = other
                    break
            slot = (slot + 1) & mask
