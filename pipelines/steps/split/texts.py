"""Open this when a reference is not recognised: texts turned into numbers, once for all sales, then looked up."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.split.repairs import signs_of_all
from pipelines.steps.split.slots import AT_ONCE, SIGNS, bytes_of

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
NOT_STATED, NOT_SOLD = -1, -2  # what a claim does not say never equals what a sale does not have
_SEVERAL = -3
# Above this many texts a look-up of few does not build Arrow's own table of all of them each time.
_MANY = 50_000
_AT_ONCE = 2**19
_CELLS_EACH = 16  # pairs of a retailer and an item have a cell each where not much more than those with sales
_LONGEST = 64  # bytes of texts that may fit in one number


class Vocabulary:
    """The distinct texts of a column, each with a number from 0; of references also whose they are."""

    def __init__(self, texts: pa.Array) -> None:
        self.texts = texts
        self._slots = _slots_of(texts) if len(texts) >= _MANY else None
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

    def codes(self, texts: pa.Array) -> Codes:
        """The number of each text; ``NOT_STATED`` where it is null or not among them."""
        if len(texts) == texts.null_count or not len(self.texts):
            return np.full(len(texts), NOT_STATED, np.int32)
        if max(len(texts), len(self.texts)) < _MANY:
            found = pc.index_in(texts, self.texts, skip_nulls=True)
            return np.array(pc.fill_null(found, NOT_STATED))
        return self._hashed(texts)

    def _hashed(self, texts: pa.Array) -> Codes:
        from pipelines.steps.split.machine import slots_form  # numba takes half a second to import

        if self._slots is None:
            self._slots = _slots_of(self.texts)
        near, found = np.empty(AT_ONCE, np.int32), np.empty(len(texts), np.int32)
        slots_form().find_slots(*bytes_of(texts), len(texts), *bytes_of(self.texts), self._slots, near, found)
        if texts.null_count:
            found[np.asarray(texts.is_null())] = NOT_STATED
        return found


def _slots_of(texts: pa.Array) -> Codes:
    """The texts in slots, two for each, or more."""
    from pipelines.steps.split.machine import slots_form  # numba takes half a second to import

    slots = np.full(1 << (2 * len(texts) - 1).bit_length(), -1, np.int32)
    slots_form().fill_slots(*bytes_of(texts), len(texts), slots)
    return slots


class References(Vocabulary):
    """References of retailers: what one of them calls so is nothing to another.

    ``signs`` are those of each (``squeezed.signs_in``), told by machine code.
    """

    def __init__(self, texts: pa.Array, codes: Codes, retailers: Codes) -> None:
        """``codes`` and ``retailers`` are those of all sales."""
        super().__init__(texts)
        self._signs = signs_of_all(texts) if len(texts) >= _MANY else None
        self._owner = np.full(len(texts), NOT_SOLD, np.int32)
        for known, whose in _where_stated(codes, retailers):
            self._owner[known] = whose
        for known, whose in _where_stated(codes, retailers):
            self._owner[known[self._owner[known] != whose]] = _SEVERAL
        pairs = [np.zeros(0, np.int64)]
        for known, whose in _where_stated(codes, retailers):
            shared = self._owner[known] == _SEVERAL
            pairs.append(np.unique(_pairs(known[shared], whose[shared])))
        self._shared = np.unique(np.concatenate(pairs))

    @property
    def signs(self) -> Ints:
        """Those of few are told where they are asked for."""
        if self._signs is None:
            self._signs = signs_of_all(self.texts)
        return self._signs

    def codes_of(self, retailers: Codes, texts: pa.Array) -> Codes:
        """The number of each text that its retailer knows; ``NOT_STATED`` elsewhere."""
        codes = self.codes(texts)
        if len(self):
            owner = self._owner[codes]
            foreign = np.flatnonzero(owner != retailers)
            several = foreign[owner[foreign] == _SEVERAL]
            shared = several[np.isin(_pairs(codes[several], retailers[several]), self._shared)]
            known = codes[shared]
            codes[foreign], codes[shared] = NOT_STATED, known
        return codes


def _where_stated(codes: Codes, retailers: Codes) -> Iterator[tuple[Codes, Codes]]:
    """What is known, and by whom, some rows at a time."""
    for some in _slices(len(codes)):
        stated = codes[some] >= 0
        yield codes[some][stated], retailers[some][stated]


def _pairs(first: Codes, second: Codes) -> Ints:
    return (first.astype(np.int64) << 32) | second


class Groups:
    """Pairs of a retailer and an item that have sales, each with a number from 0."""

    def __init__(self, retailers: Codes, items: Codes) -> None:
        """Those of all sales."""
        parts = [np.unique(_pairs(items[some], retailers[some])) for some in _slices(len(items))]
        self._pairs = np.unique(np.concatenate([np.zeros(0, np.int64), *parts]))
        self._retailers, known = int(retailers.max(initial=0)) + 1, self._pairs >= 0
        cells = (int(items.max(initial=0)) + 1) * self._retailers
        self._cells: Codes | None = None
        if cells <= _CELLS_EACH * len(self):
            self._cells = np.full(cells + 1, len(self), np.int32)
            pairs = self._pairs[known]
            self._cells[(pairs >> 32) * self._retailers + (pairs & 0xFFFFFFFF)] = np.flatnonzero(known)

    def __len__(self) -> int:
        return len(self._pairs)

    def codes(self, retailers: Codes, items: Codes) -> Codes:
        """The number of each pair; that behind the last where there is none."""
        codes = np.empty(len(items), np.int32)
        for some in _slices(len(items)):
            codes[some] = self._codes(retailers[some], items[some])
        return codes

    def _codes(self, retailers: Codes, items: Codes) -> Any:
        known = (items >= 0) & (retailers >= 0)
        if self._cells is not None:
            cell = items.astype(np.int64) * self._retailers + retailers
            return self._cells[np.where(known, cell, -1)]
        wanted = _pairs(items, retailers)
        found = np.searchsorted(self._pairs, wanted)
        known &= found < len(self)
        known[known] = self._pairs[found[known]] == wanted[known]
        return np.where(known, found, len(self))


def _slices(rows: int) -> list[slice]:
    """Rows that are looked at at once: few enough for what is made of them on the way."""
    return [slice(at, at + _AT_ONCE) for at in range(0, rows, _AT_ONCE)]


def learnt(columns: list[pa.Array]) -> tuple[pa.Array, Codes]:
    """The distinct texts of a column in parts, and the column in their numbers; ``NOT_SOLD`` where it is null."""
    parts = [column if pa.types.is_dictionary(column.type) else column.dictionary_encode() for column in columns]
    if not parts:
        return pa.array([], pa.string()), np.zeros(0, np.int32)
    together = pa.chunked_array(parts).unify_dictionaries()
    codes = [np.asarray(pc.fill_null(part.indices.cast(pa.int32()), NOT_SOLD)) for part in together.chunks]
    return together.chunk(0).dictionary, np.concatenate(codes)


def stated_codes(vocabulary: References, retailers: Codes, column: pa.Array) -> tuple[Codes, Ints, pa.Array]:
    """The numbers of references as they are stated; the rows of those that are lost, and what these say.

    Lost: something is stated that the retailer does not know.
    """
    rows = np.flatnonzero(np.asarray(column.is_valid())) if column.null_count else np.arange(len(column))
    stated = column.drop_null() if column.null_count else column
    codes, found = np.full(len(column), NOT_STATED, np.int32), vocabulary.codes_of(retailers[rows], stated)
    codes[rows] = found
    missing = np.flatnonzero(found < 0)
    # what is found as it is written is plain; the others are few
    rows, texts = rows[missing], plain(stated.take(pa.array(missing)))
    codes[rows] = vocabulary.codes_of(retailers[rows], texts)
    lost = np.flatnonzero((codes[rows] < 0) & np.asarray(texts.is_valid()))
    return codes, rows[lost], texts.take(pa.array(lost))


def codes_of_few(vocabulary: Vocabulary, column: pa.Array) -> Codes:
    """The numbers of a column of few different texts, with zeros in front or without."""
    encoded = column.dictionary_encode()
    found = np.append(vocabulary.codes(without_zeros(encoded.dictionary)), np.int32(NOT_STATED))
    return np.asarray(found[np.asarray(pc.fill_null(encoded.indices, -1))])


def plain(column: pa.Array) -> pa.Array:
    """References in capitals, without blanks at their ends: what counts as written alike. Empty ones are null."""
    texts = pc.utf8_upper(pc.utf8_trim_whitespace(column))
    return pc.if_else(pc.equal(texts, ""), None, texts)


def without_zeros(column: pa.Array) -> pa.Array:
    """Numbers of lines and stores in plain form, without zeros in front."""
    texts = pc.utf8_ltrim(plain(column), characters="0")
    return pc.if_else(pc.equal(texts, ""), "0", texts)


def whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The column in one piece; dictionaries as texts."""
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks)
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def ordered(first: Any, second: Any, texts: pa.Array) -> Ints:
    """The rows by two numbers, then by text. Texts are compared only where both numbers are the same."""
    order = order_of(first, second)
    alike = np.ones(max(len(order) - 1, 0), np.bool_)
    for column in (first, second):
        in_order = column[order]
        alike &= in_order[1:] == in_order[:-1]
    del in_order
    same = np.flatnonzero(alike)
    if not len(same):
        return order
    before, behind = (texts.take(pa.array(order[same + step])) for step in (0, 1))
    wrong = same[np.asarray(pc.greater(before, behind))]
    if len(wrong):
        starts = np.append(np.flatnonzero(np.diff(same, prepend=-2) > 1), len(same))  # of runs of equal numbers
        run = np.unique(np.searchsorted(same[starts[:-1]], wrong, side="right") - 1)
        sizes = starts[run + 1] - starts[run] + 1
        ends = np.cumsum(sizes)
        tied = np.repeat(same[starts[run]] - (ends - sizes), sizes) + np.arange(ends[-1])
        rows = order[tied]
        order[tied] = rows[np.lexsort((ranks(texts.take(pa.array(rows))), np.repeat(run, sizes)))]
    return order


def order_of(*columns: Any) -> Ints:
    """The rows by these columns of numbers, the first counting most; equal ones in the order given."""
    return in_order(*columns, np.arange(len(columns[0]), dtype=np.int32))


def in_order(*columns: Any) -> Ints:
    """The numbers of the last column, no two alike, by all of these columns, the first counting most."""
    key, bits = np.zeros(len(columns[0]), np.int64), 0
    for column in columns:
        low, high = int(column.min(initial=0)), int(column.max(initial=0))
        width = (high - low).bit_length()
        bits += width
        key <<= width
        key += column
        key -= low
    if bits > 63:
        return np.asarray(columns[-1][np.lexsort(columns[::-1])]).astype(np.int64)
    key.sort()
    key &= (1 << width) - 1
    key += low
    return key


def sorted_texts(texts: pa.Array) -> tuple[Ints, Mask]:
    """The rows by their text, and whether each has the same text as the row after it."""
    keys = _keys_of(texts) if len(texts) >= _MANY else None
    if keys is not None:
        order = order_of(keys)
        keys = keys[order]
        return order, keys[:-1] == keys[1:]
    order = np.asarray(pc.sort_indices(texts)).astype(np.int64)
    one_by_one = texts.take(pa.array(order))
    return order, np.asarray(pc.equal(one_by_one[:-1], one_by_one[1:]))


def _keys_of(texts: pa.Array) -> Ints | None:
    """Numbers that are in the order of the texts: of each place no more is kept than tells its signs apart.

    None: they do not fit.
    """
    from pipelines.steps.split.machine import slots_form  # numba takes half a second to import

    own, first = bytes_of(texts)
    longest = int(np.diff(first).max())
    if longest > _LONGEST or texts.null_count:
        return None
    signs = np.zeros((longest, SIGNS), np.int64)
    slots_form().note_signs(own, first, len(texts), signs)
    rank = np.cumsum(signs, axis=1) - 1
    widths = [int(last).bit_length() for last in rank[:, -1]]
    if sum(widths) > 63:
        return None
    shifts = np.array([sum(widths[at + 1 :]) for at in range(longest)])
    keys = np.empty(len(texts), np.int64)
    slots_form().add_up(own, first, len(texts), rank << shifts[:, None], keys)
    return keys


def ranks(texts: pa.Array) -> Ints:
    """The place of each text among all, from 0; equal ones in the order given."""
    rank = np.arange(len(texts))
    if len(texts) > 1 and not pc.all(pc.less_equal(texts[:-1], texts[1:])).as_py():
        rank[np.asarray(pc.sort_indices(texts))] = np.arange(len(texts))
    return rank
