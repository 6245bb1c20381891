"""Open this when one damaged cell is judged wrongly: what a spreadsheet did to it, and whether it can be undone."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from mappings.formats.cell_signs import DAY, ITEM, LABEL, NUMBER, WORD
from mappings.functions.identifiers import check_digit_is_right
from mappings.functions.month_names import MONTHS

_FIRST_DAY = date(1899, 12, 30)  # day 0 as spreadsheets count, but for the first two months of 1900
_SERIALS = range(20_000, 80_000)  # 1954 to 2119
KEPT_DIGITS = 15
SILENT = ""  # the code of what needs no finding
_WIDE_BLANKS = str.maketrans("\u00a0\u202f", "  ")  # what Nordic and French programs put between thousands
_UPC, _SSCC = 12, 18

_GUARD = re.compile(r"""=\s*"((?:[^"]|"")*)"|'(.+)""", re.DOTALL)
_ERROR = re.compile(r"#[^\W\d]+(?:/[A-Z0])?[!?]|#N/A|#N/D|#I/T|#NV|#ND|#DIV/0!|#{3,}", re.IGNORECASE)
_POWER = re.compile(r"([0-9])(?:[.,]([0-9]+))?[Ee]\+([0-9]{1,3})")
_WHOLE = re.compile(r"([0-9]{8,15})[.,]0+")
_SERIAL = re.compile(r"([0-9]{5})(?:[.,][0-9]+)?")
_MONTH = f"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
_SHORT_DATE = re.compile(rf"[0-9]{{1,2}}[-./ ]{{1,2}}{_MONTH}\.?|{_MONTH}\.?[-./ ]{{1,2}}[0-9]{{2,4}}", re.IGNORECASE)
_FULL_DATE = re.compile(r"[0-9]{1,2}([./-])[0-9]{1,2}\1(?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Want:
    """What a mapping makes of a column: its field, what counts as a sign of damage in it, the forms of its dates."""

    field: str
    kind: int
    is_item: bool = False
    form: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What is wrong with a cell, and the text to read instead; None: it is lost."""

    code: str
    text: str | None


def judged(text: str, want: Want) -> Judged | None:
    """What a spreadsheet did to this cell; None where nothing is seen.

    >>> judged("4.00086E+12", Want("gtin", ITEM)), judged("'0042", Want("store", WORD))
    (Judged(code='CELL-DIGITS-LOST', text=None), Judged(code='CELL-GUARDED', text='0042'))
    """
    plain = text.strip()
    if guard := _GUARD.fullmatch(plain):
        inner = (guard[1].replace('""', '"') if guard[1] is not None else guard[2]).strip()
        return judged(inner, want) or Judged("CELL-GUARDED", inner)
    if _ERROR.fullmatch(plain):
        return Judged("CELL-ERROR", None)
    if plain.startswith("="):
        return Judged("CELL-FORMULA", None)
    if power := _POWER.fullmatch(plain):
        return _of_power(power)
    return _BY_KIND[want.kind](plain, want)


def _of_power(power: re.Match[str]) -> Judged:
    """A number in scientific notation: whole if all its digits are there."""
    first, rest, exponent = power[1], power[2] or "", int(power[3])
    return Judged("CELL-SCIENTIFIC", first + rest) if len(rest) == exponent else Judged("CELL-DIGITS-LOST", None)


def _item(plain: str, want: Want) -> Judged | None:
    if whole := _WHOLE.fullmatch(plain):
        return Judged("CELL-SCIENTIFIC", whole[1])
    if plain.isascii() and plain.isdecimal() and len(plain) == _UPC - 1 and check_digit_is_right(plain):
        return Judged("CELL-ZEROS-LOST", plain.zfill(_UPC))
    return _word(plain, want)


def _label(plain: str, want: Want) -> Judged | None:
    if not (plain.isascii() and plain.isdecimal()):
        return _word(plain, want)
    padded = plain.zfill(_SSCC)
    if len(plain) == _SSCC - 1 and check_digit_is_right(padded):
        return Judged("CELL-ZEROS-LOST", padded)
    is_rounded = len(plain) > KEPT_DIGITS and not plain[KEPT_DIGITS:].strip("0") and not check_digit_is_right(plain)
    return Judged("CELL-DIGITS-LOST", None) if is_rounded else None


def _day(plain: str, want: Want) -> Judged | None:
    serial = _SERIAL.fullmatch(plain)
    if not serial or int(serial[1]) not in _SERIALS:
        return None
    return Judged("CELL-DATE-SERIAL", written_as(_FIRST_DAY + timedelta(days=int(serial[1])), want.form[0]))


def _word(plain: str, want: Want) -> Judged | None:
    is_date = _SHORT_DATE.fullmatch(plain) or (want.is_item and _FULL_DATE.fullmatch(plain))
    return Judged("CELL-DATE-FOR-TEXT", None) if is_date else None


def _number(plain: str, _want: Want) -> Judged | None:
    if plain != (blanks := plain.translate(_WIDE_BLANKS)):
        return Judged(SILENT, blanks)
    return Judged("CELL-DATE-FOR-TEXT", None) if _SHORT_DATE.fullmatch(plain) else None


_BY_KIND: dict[int, Callable[[str, Want], Judged | None]] = {
    ITEM: _item, LABEL: _label, DAY: _day, NUMBER: _number, WORD: _word,
}  # fmt: skip


def written_as(day: date, form: str) -> str:
    """A day in a form that mappings declare.

    >>> written_as(date(2026, 11, 18), "DD.MM.YYYY"), written_as(date(2026, 11, 18), "YYMMDD")
    ('18.11.2026', '261118')
    """
    parts = {"CCYY": "%Y", "YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d", "hhmm": "0000", "ss": "00"}
    tokens = re.split(f"({'|'.join(parts)})", form)
    return "".join(day.strftime(parts[token]) if token in parts else token for token in tokens)
