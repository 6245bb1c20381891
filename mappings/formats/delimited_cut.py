"""Open this when a delimited table is cut into the wrong cells: one way through its bytes, quotes and line breaks.

A cell that begins with the quote ends with it; inside, a doubled quote is one, and separators and line breaks are text.
A quote that stands elsewhere is text. Like those of ``cutting``, these functions keep to what ``compiled`` can turn
into machine code; run as they are, they take ``bytes``.
"""

from typing import Any

CELL_MAX = 131_072  # characters: a quote that never closes is no reason to read the whole file again for each line
BAD = -1
_LF, _CR = 10, 13


def is_continuation(byte: int) -> bool:
    """Whether this byte of UTF-8 goes on with a character."""
    return 128 <= byte < 192


def line_end(buffer: Any, at: int, limit: int) -> int:
    """Where the line that begins here ends, without its line break."""
    while at < limit and buffer[at] != _LF and buffer[at] != _CR:
        at += 1
    return at


def behind_break(buffer: Any, at: int, limit: int) -> int:
    """The place behind the line break that stands here, if one does."""
    if at < limit and buffer[at] == _CR:
        at += 1
        return at + 1 if at < limit and buffer[at] == _LF else at
    return at + 1 if at < limit and buffer[at] == _LF else at


def count_breaks(buffer: Any, at: int, limit: int) -> int:
    """How many bytes from here on are of line breaks."""
    found = 0
    for place in range(at, limit):
        found += (buffer[place] == _LF) | (buffer[place] == _CR)
    return found


def is_separator(buffer: Any, at: int, limit: int, separator: Any) -> bool:
    """Whether the separator stands here."""
    if at + len(separator) > limit:
        return False
    for i in range(len(separator)):
        if buffer[at + i] != separator[i]:
            return False
    return True


def is_too_long(buffer: Any, start: int, end: int, characters: int, wide: bool) -> bool:
    """Whether a cell has more characters than any has, with those it had before; ``wide``: the bytes are UTF-8."""
    characters += end - start
    if characters > CELL_MAX and wide:
        for at in range(start, end):
            characters -= is_continuation(buffer[at])
    return characters > CELL_MAX


def closing(buffer: Any, at: int, limit: int, quote: int, wide: bool) -> tuple[int, int, int]:
    """The place behind the quote that closes the cell whose text begins here (BAD: none does), how many characters
    the cell has, and how many line breaks."""
    characters, breaks = 0, 0
    while at < limit:
        byte = buffer[at]
        if byte == quote:
            if at + 1 >= limit or buffer[at + 1] != quote:
                return at + 1, characters, breaks
            at += 1
        elif byte == _LF or byte == _CR:
            breaks += 1
        characters += not (wide and is_continuation(byte))
        if characters > CELL_MAX:
            return BAD, characters, breaks
        at += 1
    return BAD, characters, breaks


def cell_end(buffer: Any, at: int, limit: int, separator: Any) -> int:
    """Where the cell that goes on here without quotes ends."""
    first, is_short = separator[0], len(separator) == 1
    while at < limit:
        byte = buffer[at]
        if byte == _LF or byte == _CR:
            break
        if byte == first and (is_short or is_separator(buffer, at, limit, separator)):
            break
        at += 1
    return at


def read_row(
    buffer: Any, at: int, limit: int, separator: Any, quote: int, wide: bool, strict: bool, columns: int,
    marks: Any, base: int,
) -> tuple[int, int, bool, int, int]:  # fmt: skip
    """The row that begins here: how many cells (BAD: its quotes are wrong), how many of them lie at or before the last
    one that holds anything, whether it runs over several lines, where it ends, and the place behind its line break.

    From ``base`` on, ``marks`` takes the row's start, the end of each of the first ``columns`` cells, and its end.
    """
    cells, last, breaks, size = 0, 0, 0, len(separator)
    marks[base] = at
    while True:
        start, characters = at, 0
        if at < limit and buffer[at] == quote:
            at, characters, more = closing(buffer, at + 1, limit, quote, wide)
            breaks += more
            if at < 0:
                if strict or characters > CELL_MAX:
                    return BAD, 0, False, 0, 0
                at = limit
            elif breaks and columns and last > columns:
                return BAD, 0, False, 0, 0
        behind = at
        at = cell_end(buffer, at, limit, separator)
        if at > behind and behind > start and strict:
            return BAD, 0, False, 0, 0
        if at - start > CELL_MAX and is_too_long(buffer, behind, at, characters, wide):
            return BAD, 0, False, 0, 0
        cells += 1
        if cells <= columns:
            marks[base + cells] = at
        if at > behind or characters:
            last = cells
        if at >= limit or buffer[at] == _LF or buffer[at] == _CR:
            break
        at += size
    for missing in range(cells + 1, columns + 1):
        marks[base + missing] = at
    marks[base + columns + 1] = at
    return cells, last, breaks > 0, at, behind_break(buffer, at, limit)


TEXT, SEPARATOR, BREAK, QUOTE = range(4)


def meanings(separator: bytes, quote: int) -> bytearray:
    """What each byte may mean in a row. Bytes of a longer separator count as quotes: such rows are gone through
    step by step."""
    found = bytearray(256)
    for byte in separator:
        found[byte] = SEPARATOR if len(separator) == 1 else QUOTE
    found[_LF] = found[_CR] = BREAK
    if quote >= 0:
        found[quote] = QUOTE
    return found


def plain_row(
    buffer: Any, at: int, limit: int, meaning: Any, columns: int, marks: Any, base: int
) -> tuple[int, int, int]:
    """The row that begins here if there is no quote in it: how many cells, how many of them lie at or before the last
    one that holds anything, and where it ends. BAD cells: ``read_row`` goes through it."""
    cells, last, start, place = 0, 0, at, at
    marks[base] = at
    while place < limit:
        what = meaning[buffer[place]]
        if what != TEXT:
            if what == QUOTE:
                return BAD, 0, 0
            cells += 1
            if cells <= columns:
                marks[base + cells] = place
            if place > start:
                last = cells
            start = place + 1
            if what == BREAK:
                break
        place += 1
    if place >= limit:
        cells += 1
        if cells <= columns:
            marks[base + cells] = place
        if place > start:
            last = cells
    if place - at > CELL_MAX:
        return BAD, 0, 0
    for missing in range(cells + 1, columns + 1):
        marks[base + missing] = place
    marks[base + columns + 1] = place
    return cells, last, place


def cut(
    buffer: Any, at: int, limit: int, separator: Any, quote: int, meaning: Any, wide: bool, columns: int, least: int,
    number: int, stop_after: int, marks: Any, row_no: Any, counts: Any, ragged: Any, done: Any,
) -> int:  # fmt: skip
    """All rows from here on, ``number`` of them being before: how many are kept. ``done`` takes the place reached, the
    number of the last row, and how many rows are ``ragged``.

    A row is kept that has ``least`` cells or more and none that holds anything beyond ``columns``. One that runs over
    several lines and is not kept is an unclosed quote: it costs its first line alone. ``stop_after`` rows that hold
    anything the way ends; 0: at the end.
    """
    kept, odd = 0, 0
    while at < limit and not (stop_after and kept + odd >= stop_after):
        number += 1
        base = kept * (columns + 2)
        cells, last, end = plain_row(buffer, at, limit, meaning, columns, marks, base)
        runs_on = False
        if cells >= 0:
            behind = behind_break(buffer, end, limit)
        else:
            cells, last, runs_on, end, behind = read_row(
                buffer, at, limit, separator, quote, wide, True, columns, marks, base
            )
        if cells < 0 or (runs_on and columns and not (cells >= least and last <= columns)):
            stop = line_end(buffer, at, limit)
            cells, last, runs_on, end, behind = read_row(
                buffer, at, stop, separator, quote, wide, False, columns, marks, base
            )
            if cells < 0:
                cells, last, end = 1, 1, stop
                marks[base] = at
                for i in range(1, columns + 2):
                    marks[base + i] = stop
            behind = behind_break(buffer, stop, limit)
        if last:
            if cells >= least and (last <= columns or columns == 0):
                row_no[kept], counts[kept] = number, cells
                kept += 1
            else:
                ragged[odd, 0], ragged[odd, 1], ragged[odd, 2], ragged[odd, 3] = number, at, end, cells
                odd += 1
        at = behind
    done[0], done[1], done[2] = at, number, odd
    return kept


NOT_ASCII, ESCAPED = 1, 2


def spans(buffer: Any, marks: Any, stride: int, column: int, skip: int, quote: int, start: Any, end: Any) -> int:
    """Where the text of each row's cell in this column lies, without quotes around it; -1 where it is empty.

    Says whether there are bytes beyond ASCII, and cells whose text is not simply what stands between their quotes:
    those keep their quotes.
    """
    seen, odd = 0, 0
    for row in range(len(start)):
        first = int(marks[row * stride + column]) + (skip if column else 0)
        behind = int(marks[row * stride + column + 1])
        if behind > first and buffer[first] == quote:
            inner = first + 1
            while inner < behind and buffer[inner] != quote:
                seen |= buffer[inner]
                inner += 1
            if inner == behind - 1 and behind > first + 1:
                first, behind = first + 1, behind - 1
            else:
                odd = ESCAPED
                for at in range(inner, behind):
                    seen |= buffer[at]
        else:
            for at in range(first, behind):
                seen |= buffer[at]
        if behind > first:
            start[row], end[row] = first, behind
        else:
            start[row], end[row] = -1, -1
    return odd | (NOT_ASCII if seen > 127 else 0)


def write_texts(
    buffer: Any, start: Any, end: Any, quote: int, sizes: Any, letters: Any, offsets: Any, into: Any
) -> int:
    """The texts at these places as UTF-8, quotes taken away; ``offsets`` where each begins. Gives their bytes.

    ``sizes`` and ``letters`` say how many bytes of UTF-8 each byte becomes, and which.
    """
    to = 0
    for row in range(len(start)):
        offsets[row] = to
        at, behind = int(start[row]), int(end[row])
        is_quoted = behind > at >= 0 and buffer[at] == quote
        if is_quoted:
            at += 1
        while 0 <= at < behind:
            byte = buffer[at]
            if is_quoted and byte == quote:
                at += 1
                if at >= behind or buffer[at] != quote:
                    is_quoted = False  # what stands behind the closing quote is text
                    continue
            for i in range(sizes[byte]):
                into[to] = letters[byte, i]
                to += 1
            at += 1
    offsets[len(start)] = to
    return to
