"""Open this when a date is read wrongly: the forms that `form:` can have, and the days that texts in them mean.

CCYY or YYYY, YY (of this century), MM, M, MMM (a month's name), DD, D, hhmm, hh:mm, ss, and any other characters as
they are; `serial` is the number of days by which spreadsheets count.
"""

import re
from datetime import date, timedelta
from functools import cache

from mappings.functions.month_names import month_named

SERIAL = "serial"
_SERIAL_ZERO, _SERIAL_MAX = date(1899, 12, 30), 2_958_465  # until the end of 9999

_PARTS = {
    "CCYY": r"(?P<year>[0-9]{4})", "YYYY": r"(?P<year>[0-9]{4})", "YY": r"(?P<year>[0-9]{2})",
    "MMM": r"(?P<name>[^\W\d_]{3,12})\.?", "MM": r"(?P<month>[0-9]{2})", "M": r"(?P<month>[0-9]{1,2})",
    "DD": r"(?P<day>[0-9]{2})", "D": r"(?P<day>[0-9]{1,2})",
    "hhmm": r"[0-9]{4}", "hh:mm": r"[0-9]{2}:[0-9]{2}", "ss": r"[0-9]{2}",
}  # fmt: skip


def day_of(raw: str, forms: tuple[str, ...]) -> date | None:
    """The day a text means in the first of the forms that fits; None where none does.

    >>> day_of("3. März 2026", ("DD.MM.YYYY", "D. MMM YYYY")), day_of("46350", (SERIAL,))
    (datetime.date(2026, 3, 3), datetime.date(2026, 11, 24))
    """
    for form in forms:
        found = _serial(raw.strip()) if form == SERIAL else _day(raw.strip(), form)
        if found is not None:
            return found
    return None


def fault_of_form(form: str) -> str | None:
    """What is wrong with this form of a date; None when nothing is."""
    if form == SERIAL:
        return None
    try:
        names = set(re.compile(_pattern(form)).groupindex)
    except re.error:
        return f"the form {form!r} names a part twice; write for example CCYYMMDD"
    names |= {"month"} if "name" in names else set()
    missing = [part for part in ("year", "month", "day") if part not in names]
    return f"the form {form!r} names no {missing[0]}; write for example CCYYMMDD" if missing else None


@cache
def _pattern(form: str) -> str:
    tokens = re.split(f"({'|'.join(_PARTS)})", form)
    return "".join(_PARTS.get(token, re.escape(token)) for token in tokens)


def written_day(day: date, form: str) -> str:
    """The day in this form; ValueError where the form has a part that is more than a number.

    >>> written_day(date(2026, 3, 5), "D.MM.YY"), written_day(date(2026, 3, 5), "CCYYMMDD")
    ('5.03.26', '20260305')
    """
    parts = {"CCYY": f"{day.year:04d}", "YYYY": f"{day.year:04d}", "YY": f"{day.year % 100:02d}",
             "MM": f"{day.month:02d}", "M": str(day.month), "DD": f"{day.day:02d}", "D": str(day.day)}  # fmt: skip
    tokens = [token for token in re.split(f"({'|'.join(_PARTS)})", form) if token]
    wrong = next((token for token in tokens if token in _PARTS and token not in parts), None)
    if wrong or form == SERIAL or not any(token in parts for token in tokens):
        raise ValueError(f"a day is written with parts like CCYY, MM and DD, not {wrong or form!r}")
    return "".join(parts.get(token, token) for token in tokens)


def _day(raw: str, form: str) -> date | None:
    found = re.fullmatch(_pattern(form), raw)
    if not found:
        return None
    parts = found.groupdict()
    month = month_named(parts["name"]) if "name" in parts else int(parts["month"])
    year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
    try:
        return date(year, month, int(parts["day"]))
    except ValueError:
        return None


def _serial(raw: str) -> date | None:
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]+)?", raw):
        return None
    days = int(raw.split(".")[0])
    return _SERIAL_ZERO + timedelta(days) if 60 < days <= _SERIAL_MAX else None  # before March 1900 it counts wrongly
