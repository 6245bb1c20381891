"""Open this when a suite of ``schemas/expectations`` is refused or says the wrong thing: suites read and told in words.

Great-expectations itself is not needed here, and not imported.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa

from mappings.code_lists import canonical
from mappings.marks import Loc, checked, read, unknown_name
from schemas import rules
from schemas.suites import JUDGED, Expectation, Suite, kind_of

SUITES = Path(__file__).resolve().parent.parent / "schemas" / "expectations"
_NAMES = {"kinds": get_args(rules.Kind), "standards": get_args(rules.Standard)}
# What a person does about a failed expectation, unless its entry says better.
_NEXT = {
    "ExpectColumnValuesToNotBeNull": "ask the partner for the value, or give the mapping another place to find it",
    "ExpectColumnValuesToBeUnique": "see whether a file was read twice",
    "ExpectCompoundColumnsToBeUnique": "see whether a file was read twice, or a number is taken from elsewhere",
    "ExpectColumnValuesToMatchRegex": "compare the value with its bytes, then add what is missing to `clean:`",
    "ExpectColumnValuesToBeInSet": "add the partner's code to its code list",
    "ExpectColumnValuesToBeBetween": "compare the value with its bytes, then correct the mapping or ask the partner",
    "ExpectColumnPairValuesAToBeGreaterThanB": "compare both values with their bytes: are they exchanged?",
}


def suite_names() -> tuple[str, ...]:
    """The tables that have a suite, by name."""
    return tuple(sorted(path.stem for path in SUITES.glob("*.yaml")))


@cache
def load_suite(name: str) -> Suite:
    """The suite of this table; ConfigError names file, line and column of what is wrong in it."""
    marked = read(SUITES / f"{name}.yaml")
    suite = checked(Suite, marked)
    if suite.table != name or name not in JUDGED:
        raise marked.fault(("table",), f"the file is called {name!r}. Next: write a canonical table's name in both.")
    for loc, message in _faults(suite):
        raise marked.fault(("expectations", *loc), message)
    return suite


def _faults(suite: Suite) -> Iterator[tuple[Loc, str]]:
    """What is wrong in the entries, at their number."""
    for number, one in enumerate(suite.expectations):
        for name in (*one.columns, *one.when.present, *one.when.absent):
            if name not in suite.shape.names:
                yield (number,), unknown_name(name, suite.shape.names, f"column of {suite.table}")
                return
        try:
            settings(suite, one, date.min)
        except ValueError as fault:
            yield (number,), f"{fault}. Next: correct it."


def settings(suite: Suite, one: Expectation, today: date) -> dict[str, Any]:
    """The settings that great-expectations wants, with lists looked up and bounds of the column's type."""
    given: dict[str, Any] = {name: getattr(one, name) for name in ("column", "column_A", "column_B", "regex")}
    given["column_list"] = list(one.column_list) or None
    given["mostly"] = one.mostly if one.mostly < 1 else None
    if one.column_B is not None:
        given |= {"or_equal": one.or_equal, "ignore_row_if": "either_value_is_missing"}
    if one.expect == "ExpectColumnValuesToBeInSet":
        given["value_set"] = list(allowed(one))
    if one.expect == "ExpectColumnValuesToBeBetween":
        given["min_value"], given["max_value"] = _bounds(suite, one, today)
    return {name: value for name, value in given.items() if value is not None}


def allowed(one: Expectation) -> tuple[str, ...]:
    """The values that an expectation of a set allows, from the list that it points to."""
    if one.codes is not None:
        try:
            return tuple(sorted(canonical(one.codes)))
        except FileNotFoundError:
            raise ValueError(f"there is no list codes/{one.codes}.csv") from None
    return _NAMES[one.names] if one.names is not None else one.value_set


def _bounds(suite: Suite, one: Expectation, today: date) -> tuple[Any, Any]:
    kind = kind_of(suite, one.column or "")
    low, high = (None if text is None else _value(text, kind) for text in (one.min_value, one.max_value))
    if one.days_ahead is not None:
        high = datetime.combine(today, datetime.min.time()) + timedelta(days=one.days_ahead)
    return low, high


def _value(text: str, kind: pa.DataType) -> int | datetime:
    """A bound as the column has its values."""
    return datetime.fromisoformat(text) if pa.types.is_date(kind) else int(text)


def in_words(one: Expectation) -> str:
    """The expectation as a sentence about lines."""
    said = _sentence(one)
    if one.when.present:
        said += f", where there is {' and '.join(one.when.present)}"
    if one.when.absent:
        said += f", where there is no {' and no '.join(one.when.absent)}"
    return said + (f", in {one.mostly * 100:g} % of the lines at least" if one.mostly < 1 else "")


def _sentence(one: Expectation) -> str:
    match one.expect:
        case "ExpectColumnValuesToNotBeNull":
            return f"{one.column} is there"
        case "ExpectColumnValuesToBeUnique":
            return f"{one.column} stands once"
        case "ExpectCompoundColumnsToBeUnique":
            return f"{', '.join(one.column_list)} together stand once"
        case "ExpectColumnValuesToMatchRegex":
            return f"{one.column} is written as {one.form}"
        case "ExpectColumnValuesToBeInSet":
            where = f"codes/{one.codes}.csv" if one.codes else one.names or ", ".join(one.value_set)
            return f"{one.column} is one of {where}"
        case "ExpectColumnValuesToBeBetween":
            return f"{one.column} is {_range(one)}"
        case _:
            return f"{one.column_A} is {'at least' if one.or_equal else 'more than'} {one.column_B}"


def _range(one: Expectation) -> str:
    low = None if one.min_value is None else f"at least {_thousands(one.min_value)}"
    high = None if one.max_value is None else f"at most {_thousands(one.max_value)}"
    if one.days_ahead is not None:
        high = f"at most {one.days_ahead} days ahead"
    return " and ".join(part for part in (low, high) if part)


def _thousands(text: str) -> str:
    return f"{int(text):,}" if text.removeprefix("-").isdigit() else text


def next_step(one: Expectation) -> str:
    """What a person does when it fails."""
    return one.next or _NEXT[one.expect]
