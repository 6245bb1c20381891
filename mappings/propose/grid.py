"""Open this when a sample's columns are cut wrongly: a table in any dress as rows of text, with how it is written.

Found are the character set, the separator, the quote, and the row of the header; a workbook gives its first sheet that
holds a table.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mappings.propose.charset_guess import Charset, charset_of
from mappings.propose.header_words import folded, languages_of, readings, word_list
from mappings.propose.workbook_rows import is_workbook, rows_of_workbook
from schemas.errors import PermanentError

SEPARATORS = {";": "semicolons", ",": "commas", "\t": "tabs", "|": "bars", "^": "carets", "~": "tildes"}
_TRIED_LINES = 400
_HEADER_WITHIN = 30
_VALUE = re.compile(r"[-+]?[0-9][0-9.,:/ '-]*%?|[0-9][0-9.,]*[eE]\+?[0-9]+")


@dataclass(frozen=True)
class Grid:
    """A table as text: its column names, its rows (each as wide as the names), and how it is written."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    standard: str  # delimited or workbook
    header_row: int = 1  # 0: it has none
    header_rows: int = 1
    separator: str = ","
    quote: str = '"'
    charset: Charset = field(default_factory=lambda: Charset("utf-8", ""))
    sheet: str | None = None
    ends: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> list[list[str]]:
        """The cells of each column."""
        return [list(column) for column in zip(*self.rows, strict=True)] if self.rows else [[] for _ in self.names]


def grid_of(name: str, data: bytes, encoding: str | None = None) -> Grid:
    """The table that a file holds; PermanentError where there is none, in words for the person who sent it."""
    if is_workbook(data):
        sheet, rows = rows_of_workbook(data)
        return replace(_laid_out(name, rows), standard="workbook", sheet=sheet)
    charset = Charset(encoding, "you said so", mark=charset_of(data).mark) if encoding else charset_of(data)
    text = data[charset.mark :].decode(charset.encoding, "replace").removeprefix("\ufeff")
    if "\x00" in text:
        raise PermanentError(f"{name} is no text: it may be packed or encrypted. Unpack it, then try again.")
    separator, quote = _dialect(text)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, quotechar=quote))
    return replace(_laid_out(name, rows), separator=separator, quote=quote, charset=charset)


def _dialect(text: str) -> tuple[str, str]:
    """The separator that cuts most lines into equally many cells, and the quote around cells."""
    lines = [line for line in text.splitlines()[:_TRIED_LINES] if line.strip()]
    scores = {one: _evenness(lines, one) for one in SEPARATORS}
    separator = max(SEPARATORS, key=lambda one: scores[one])
    single = re.compile(rf"(?:^|{re.escape(separator)})'[^']*'(?={re.escape(separator)}|$)", re.MULTILINE)
    quote = "'" if '"' not in text and len(single.findall("\n".join(lines))) > len(lines) / 2 else '"'
    return separator, quote


def _evenness(lines: Sequence[str], separator: str) -> float:
    """How many cells the lines have in common, weighed by how many lines have that many."""
    widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator) if row)
    most = max(((width, times) for width, times in widths.items() if width > 1), key=lambda one: one[1], default=None)
    return 0.0 if most is None else (most[1] / len(lines)) ** 2 * min(most[0], 12)


def _laid_out(name: str, raw: Sequence[Sequence[str]]) -> Grid:
    """The rows below the header, with the names of the header."""
    rows = [[cell.strip() for cell in row] for row in raw]
    filled = [number for number, row in enumerate(rows) if any(row)]
    if not filled:
        raise PermanentError(f"{name} holds no rows. Ask its sender for a file with some returns in it.")
    at, height = _header_at(rows, filled)
    width = _width(rows, at)
    if width < 2:
        raise PermanentError(
            f"{name} has one column alone: no separator cuts its lines into cells. Look at it with an editor; a file "
            "of fixed width is described by hand, see `reads: columns:` in mappings/README.md."
        )
    body = [row for row in rows[at + height if at >= 0 else 0 :] if any(row)]
    names = _names(rows[at : at + height], width) if at >= 0 else tuple(f"column {n + 1}" for n in range(width))
    kept, ends = _without_totals(body, width)
    notes = _ragged(kept, width)
    fitted = tuple(
        tuple(row if len(row) == width else (row + [""] * width)[:width]) for row in kept if not any(row[width:])
    )
    if not fitted:
        raise PermanentError(f"{name} has a header and no rows. Ask its sender for a file with some returns in it.")
    return Grid(names, fitted, "delimited", at + 1, max(height, 1), ends=ends, notes=notes)


def _width(rows: Sequence[Sequence[str]], at: int) -> int:
    """How many columns the table has: those with a name, or without a header those of most rows."""
    if at >= 0:
        return max(len(_trimmed(rows[at])), len(_trimmed(rows[at + 1])) if at + 1 < len(rows) else 0)
    return Counter(len(row) for row in rows if any(row)).most_common(1)[0][0]


def _trimmed(row: Sequence[str]) -> list[str]:
    cells = list(row)
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _header_at(rows: Sequence[Sequence[str]], filled: Sequence[int]) -> tuple[int, int]:
    """The index of the header's first row and how many rows it has; (-1, 0) when the table has none."""
    typical = Counter(sum(map(bool, rows[number])) for number in filled[:_TRIED_LINES]).most_common(1)[0][0]
    wide = [n for n in filled[:_HEADER_WITHIN] if sum(map(bool, rows[n])) >= max(2, (typical + 1) // 2)]
    for number in wide:
        if _reads_like_names(rows[number]):
            following = next((n for n in filled if n > number), None)
            if following == number + 1 and _goes_on(rows[number], rows[following], rows, filled):
                return number, 2
            return number, 1
        if sum(bool(_VALUE.fullmatch(cell)) for cell in rows[number]) >= 2:
            break
    return -1, 0


def _reads_like_names(row: Sequence[str]) -> bool:
    """Whether a row is a header: texts without values among them, and some of them known words."""
    cells = [cell for cell in row if cell]
    if any(_VALUE.fullmatch(cell) for cell in cells) or len({cell.casefold() for cell in cells}) < 2:
        return False
    languages = languages_of(cells)
    known = sum(any(one.means and not one.unknown for one in readings(cell, languages)) for cell in cells)
    return known >= 2 or known * 2 >= len(cells)


def _goes_on(
    row: Sequence[str], following: Sequence[str], rows: Sequence[Sequence[str]], filled: Sequence[int]
) -> bool:
    """Whether the next row is a second line of the header: still texts alone, above rows with values."""
    later = [rows[n] for n in filled if rows[n] is not row and rows[n] is not following][:20]
    values = any(_VALUE.fullmatch(cell) for one in later for cell in one)
    below = [cell for cell in following if cell]
    plain = not any(_VALUE.fullmatch(cell) for cell in below)
    gaps = any(not cell for cell in row[: len(_trimmed(following))]) or any(not cell for cell in following[: len(row)])
    return bool(below) and values and plain and gaps and _reads_like_names([*below, *filter(None, row)])


def _names(header: Sequence[Sequence[str]], width: int) -> tuple[str, ...]:
    """The name of each column; names under each other are joined, as `Menge / Stück`, each part to the right too."""
    lines = [(list(row) + [""] * width)[:width] for row in header]
    if len(lines) == 1:
        return tuple(lines[0])
    upper, lower = lines
    spread, last = [], ""
    for above, below in zip(upper, lower, strict=True):
        last = above or (last if below else "")
        spread.append(last)
    return tuple(
        " / ".join(part for part in (above, below) if part) for above, below in zip(spread, lower, strict=True)
    )


def _without_totals(body: list[list[str]], width: int) -> tuple[list[list[str]], str | None]:
    """The rows above a closing line of totals, and the pattern by which that line is known."""
    for back, row in enumerate(reversed(body[-3:]), start=1):
        first = next((cell for cell in row if cell), "")
        word = re.match(r"[^\W\d_]+(?: [^\W\d_]+)?", first)
        if (
            word
            and folded(word[0]).replace(" ", "").rstrip(":") in word_list("totals")
            and sum(map(bool, row)) < max(3, width - 1)
        ):
            return body[: len(body) - back], f"^{re.escape(word[0])}" if row[0] == first else None
    return body, None


def _ragged(rows: Sequence[Sequence[str]], width: int) -> tuple[str, ...]:
    odd = sum(1 for row in rows if any(row[width:]))
    return (f"{odd} of {len(rows)} rows have more cells than the header: they are left out",) if odd else ()
