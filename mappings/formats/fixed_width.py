"""Open this when a partner sends tables whose columns lie at fixed characters: text to columns with their places.

    read(file: RawFile, layout: Layout) -> Table

A row may end before its last columns: these are empty. Blanks around a cell fill it up and are no part of it. A tab is
one character here and several in the program that wrote it, so a row with a tab cannot be cut.
"""

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.column import Column, Ints, Mask, text_between
from mappings.formats.records import Kind, filled_down
from mappings.formats.segments import RawFile
from mappings.formats.table import Cells, Table
from mappings.formats.table_text import Text, text_of
from schemas.findings import Finding, Place, as_table

_BLANK, _TAB, _LF, _CR, _END_OF_FILE = 32, 9, 10, 13, 26
_SHOWN = 20
_TABBED = "a tab stands in it, so its columns cannot be told; the row was left out"


@dataclass(frozen=True)
class Layout:
    """How a file of fixed width is written: one kind of record that is called ``""``, or several.

    ``header_row`` is the row above the first one that is read; 0: there is none.
    """

    encoding: str
    kinds: tuple[Kind, ...]
    each: str = ""
    header_row: int = 0
    ends: str | None = None


def span_of(written: str) -> tuple[int, int]:
    """First and last character of ``first-last``, from 1; ValueError for anything else."""
    found = re.fullmatch(r"([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?", written.strip())
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if last < first:
        raise ValueError(f"`{written}` are no characters; write `first-last`, for example `1-10`")
    return first, last


@dataclass(frozen=True)
class _Rows:
    """The rows that hold anything: their numbers and their bytes."""

    text: Text
    number: Ints
    start: Ints
    end: Ints

    def picked(self, rows: Ints | Mask) -> "_Rows":
        return _Rows(self.text, self.number[rows], self.start[rows], self.end[rows])

    @cached_property
    def characters(self) -> Ints | None:
        """How many characters begin before each byte; None where every byte is one."""
        if not self.text.is_wide or self.text.is_ascii:
            return None
        return np.concatenate([[0], np.cumsum((self.text.buffer & 0xC0) != 0x80)])

    def at(self, character: int) -> Ints:
        """Where this character (from 0) of each row begins, at most where the row ends."""
        if self.characters is None:
            return np.minimum(self.start + character, self.end)
        wanted = self.characters[self.start] + character
        return np.minimum(np.searchsorted(self.characters, wanted + 1) - 1, self.end)

    def column(self, first: int, last: int) -> Column:
        """The cells from one character to another, counted from 1."""
        start, end = _stripped(self.text.buffer, self.at(first - 1), self.at(last))
        if self.text.is_ascii and self.text.places is None:
            return Column.of_bytes(self.text.buffer, start, end)
        return Column(self.text.came_from(start), self.text.came_from(end), lambda: self._texts(start, end))

    def _texts(self, start: Ints, end: Ints) -> pa.Array:
        if self.text.is_wide:
            return text_between(self.text.buffer, start, end)
        spans = zip(start.tolist(), end.tolist(), strict=True)
        data, codec = self.text.data, self.text.codec
        return pa.array([None if at < 0 else data[at:behind].decode(codec) for at, behind in spans], pa.string())

    def whole(self) -> pa.Array:
        """The text of each row."""
        return self._texts(self.start, self.end)


def _stripped(buffer: np.ndarray, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """The places without the blanks around them; -1 where nothing is left."""
    end = np.maximum(start, end)
    while (trailing := (end > start) & (buffer[np.maximum(end - 1, 0)] == _BLANK)).any():
        end = end - trailing
    while (leading := (end > start) & (buffer[np.minimum(start, len(buffer) - 1)] == _BLANK)).any():
        start = start + leading
    return np.where(end > start, start, -1), np.where(end > start, end, -1)


def read(file: RawFile, layout: Layout) -> Table:
    """The rows of the file; findings for each row left out, and FILE-CHARSET for the file."""
    text = text_of(file, layout.encoding)
    rows = _ended(_rows(text, layout.header_row), layout.ends)
    tabbed = _holding(rows, _TAB)
    findings = [*text.findings, *_tabbed(file, rows.picked(tabbed))]
    rows = rows.picked(~tabbed)
    kinds = _kinds(rows, layout)
    findings += _unknown(file, rows.picked(kinds < 0))
    for number, kind in enumerate(layout.kinds):
        findings += _beyond(file, rows.picked(kinds == number), kind)
    findings.sort(key=lambda found: found.place.offset)
    start, end = text.came_from(rows.start), text.came_from(rows.end)

    def cells(kind: Kind, which: Ints, at: int) -> Cells:
        return Cells(rows.picked(which).column(*kind.spans[at]))

    if len(layout.kinds) == 1 and not layout.each:
        [kind] = layout.kinds
        every = np.arange(len(rows.number))
        give = lambda at: cells(kind, every, at)  # noqa: E731
        return Table(kind.columns, rows.number, start, end, as_table(findings), give)
    own = {kind.name: kind for kind in layout.kinds}
    return filled_down(
        layout.kinds, layout.each, kinds, lambda name, which, at: cells(own[name], which, at), rows.number, start, end,
        as_table(findings),
    )  # fmt: skip


def _rows(text: Text, header_row: int) -> _Rows:
    """The rows below the header that hold anything but blanks."""
    buffer = text.buffer
    feeds = (buffer == _LF) | (buffer == _CR)
    feeds[: text.begin] = False
    follows = np.zeros(len(buffer), bool)  # the LF of a CRLF ends no row of its own
    follows[1:] = (buffer[1:] == _LF) & (buffer[:-1] == _CR)
    breaks = np.flatnonzero(feeds & ~follows)
    behind = breaks + 1
    behind = behind + np.append(follows, False)[behind]
    start = np.concatenate([[text.begin], behind]).astype(np.int64)
    end = np.concatenate([breaks, [len(buffer)]]).astype(np.int64)
    number = np.arange(1, len(start) + 1)
    inked = np.concatenate([[0], np.cumsum((buffer > _BLANK) | (buffer == _TAB))])
    there = (inked[end] > inked[start]) & (number > header_row)
    return _Rows(text, number[there], start[there], end[there])


def _ended(rows: _Rows, ends: str | None) -> _Rows:
    if ends is None:
        return rows
    begins = pc.match_substring_regex(pc.utf8_trim_whitespace(rows.whole()), f"^(?:{ends})")
    at = np.flatnonzero(pc.fill_null(begins, False).to_numpy(zero_copy_only=False))
    return rows.picked(np.arange(at[0])) if len(at) else rows


def _holding(rows: _Rows, byte: int) -> Mask:
    count = np.concatenate([[0], np.cumsum(rows.text.buffer == byte)])
    return np.asarray(count[rows.end] > count[rows.start], dtype=bool)


def _kinds(rows: _Rows, layout: Layout) -> Ints:
    """The kind of each row: the one whose beginning fits and is the longest; -1 for none."""
    found = np.full(len(rows.number), -1, np.int64)
    whole = rows.whole() if any(kind.starts for kind in layout.kinds) else None
    for number, kind in sorted(enumerate(layout.kinds), key=lambda one: len(one[1].starts)):
        fits = np.ones(len(found), bool)
        if whole is not None:
            fits = pc.starts_with(whole, kind.starts).to_numpy(zero_copy_only=False)
        found[fits] = number
    return found


def _tabbed(file: RawFile, rows: _Rows) -> list[Finding]:
    return [_finding(file, rows, row, "TABLE-ROW-RAGGED", _TABBED) for row in range(len(rows.number))]


def _unknown(file: RawFile, rows: _Rows) -> list[Finding]:
    shown = rows.whole().to_pylist()
    return [
        _finding(
            file, rows, row, "TABLE-RECORD-UNKNOWN",
            f"begins with {shown[row][:_SHOWN]!r}, which is none of the mapping's records; it was left out",
        )
        for row in range(len(rows.number))
    ]  # fmt: skip


def _beyond(file: RawFile, rows: _Rows, kind: Kind) -> list[Finding]:
    """One finding for all rows of a kind that hold something behind the last column."""
    width = max(last for _, last in kind.spans)
    start, _ = _stripped(rows.text.buffer, rows.at(width), rows.end)
    odd = np.flatnonzero(start >= 0)
    if not len(odd):
        return []
    detail = f"{len(odd)} rows hold something behind character {width}, the last that the mapping knows"
    return [_finding(file, rows, int(odd[0]), "TABLE-COLUMN-NEW", detail)]


def _finding(file: RawFile, rows: _Rows, row: int, code: str, detail: str) -> Finding:
    start, end = rows.text.came_from(np.array([rows.start[row], rows.end[row]])).tolist()
    return Finding(code, Place(file.sha256, start, end - start, f"row {rows.number[row]}"), detail)
