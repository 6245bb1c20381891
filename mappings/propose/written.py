"""Open this when days or numbers are proposed in the wrong form: how a column of them is written.

A form is settled by values alone: a day above 12 says which number is the month, a mark before other than three digits
says that it is the decimal mark. What no value settles is asked.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

_DAY = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{2,4})([ T]\d{1,2}[:.]\d{2}.*)?")
_WORDED = re.compile(r"\d{1,2}[ .-]+[^\W\d_]{3,9}\.?[ .-]+\d{2,4}")
_NUMBER = re.compile(r"[-+]?(?P<body>\d[\d.,' \u00a0\u202f]*)-?")
_YEARS = range(1990, 2100)


@dataclass(frozen=True, slots=True)
class Days:
    """The forms that fit every day of a column; more than one: no value says which. ``short`` days lack their zeros."""

    share: float
    forms: tuple[str, ...] = ()
    timed: str = ""
    short: bool = False
    separator: str = ""


def days_of(cells: Collection[str]) -> Days:
    """How the days of a column are written; share 0 when it holds none."""
    if not cells:
        return Days(0.0)
    found = [match for cell in cells if (match := _DAY.fullmatch(cell))]
    if len(found) * 10 >= len(cells) * 9:
        return _separated(found, len(found) / len(cells))
    compact = [cell for cell in cells if re.fullmatch(r"\d{8}", cell)]
    if len(compact) == len(cells):
        forms = tuple(form for form in ("CCYYMMDD", "DDMMYYYY", "MMDDYYYY") if _all_days(compact, form))
        return Days(1.0, forms[:1]) if forms else Days(0.0)
    if all(re.fullmatch(r"\d{8}[ T]?\d{4,6}", cell) and _is_day(cell[:8], "CCYYMMDD") for cell in cells):
        return Days(1.0, ("CCYYMMDDhhmm" if all(len(cell) == 12 for cell in cells) else "CCYYMMDDhhmmss",))
    worded = sum(bool(_WORDED.fullmatch(cell)) for cell in cells)
    return Days(worded / len(cells)) if worded * 10 >= len(cells) * 9 else Days(0.0)


def is_day_like(cell: str) -> bool:
    """Whether a cell has the look of a day: numbers with the same mark between them."""
    return _DAY.fullmatch(cell) is not None


def short_years(cells: Collection[str]) -> bool:
    """Whether all are six digits that are days as YYMMDD: only a header can say that they are."""
    return bool(cells) and all(re.fullmatch(r"\d{6}", cell) and _is_day(cell, "YYMMDD") for cell in cells)


def _separated(found: Sequence[re.Match[str]], share: float) -> Days:
    marks = {one[2] for one in found}
    mark = marks.pop()
    timed = " " if any(one[5] and one[5][0] == " " for one in found) else "T" if any(one[5] for one in found) else ""
    short = any(len(one[1]) == 1 or len(one[3]) == 1 for one in found)
    if marks:
        return Days(share, (), timed, short, "")
    if all(len(one[1]) == 4 for one in found):
        return Days(share, (f"YYYY{mark}MM{mark}DD",), timed, short, mark)
    year = "YYYY" if all(len(one[4]) == 4 for one in found) else "YY"
    orders = [f"DD{mark}MM{mark}{year}", f"MM{mark}DD{mark}{year}"]
    orders += [f"YY{mark}MM{mark}DD"] if year == "YY" and mark != "." else []
    if mark == ".":  # with dots the day stands first everywhere
        orders = orders[:1]
    texts = [mark.join(part.zfill(2) for part in (one[1], one[3], one[4])) for one in found]
    return Days(share, tuple(form for form in orders if _all_days(texts, form)), timed, short, mark)


def _all_days(texts: Collection[str], form: str) -> bool:
    return all(_is_day(text, form) for text in texts)


def _is_day(text: str, form: str) -> bool:
    """Whether the text is a day of our times in this form."""
    form = form.replace("CCYY", "YYYY")
    if len(text) != len(form):
        return False
    parts = {letter: "".join(one for one, at in zip(text, form, strict=True) if at == letter) for letter in "YMD"}
    if not all(part.isdigit() for part in parts.values()):
        return False
    year = int(parts["Y"]) + (2000 if len(parts["Y"]) == 2 else 0)
    try:
        date(year, int(parts["M"]), int(parts["D"]))
    except ValueError:
        return False
    return year in _YEARS


@dataclass(frozen=True, slots=True)
class Marks:
    """What the numbers of columns say of the decimal mark: the cells that settle it, by mark, and thousands marks."""

    decimal: dict[str, str]
    thousands: dict[str, str]
    open: str | None = None


def marks_of(cells: Collection[str]) -> Marks:
    """The marks in these numbers, each with a cell that shows it; ``open`` is a cell that may be read both ways."""
    decimal: dict[str, str] = {}
    thousands: dict[str, str] = {}
    undecided = None
    for cell in cells:
        found = _NUMBER.fullmatch(cell)
        if not found:
            continue
        body = found["body"].strip()
        marks = re.findall(r"[.,' \u00a0\u202f]", body)
        if not marks:
            continue
        last = marks[-1]
        digits = len(body) - body.rindex(last) - 1
        for mark in {*marks} - {last}:
            thousands.setdefault(mark, cell)
        if last in ",." and marks.count(last) == 1 and (digits != 3 or len(marks) > 1 or body.startswith("0")):
            decimal.setdefault(last, cell)
        elif last not in ",." or marks.count(last) > 1:
            thousands.setdefault(last, cell)
        else:
            undecided = undecided or cell
    return Marks(decimal, thousands, undecided)
