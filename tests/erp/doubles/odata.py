"""The part of OData's $filter that a double of an ERP must understand, and what Business Central refuses of it."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

Record = dict[str, Any]
Test = Callable[[Record], bool]

_TOKENS = re.compile(r"\(|\)|'(?:[^']|'')*'|[^\s()]+")
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
}


class FilterFault(Exception):
    """The filter is refused, with these words."""


@lru_cache(maxsize=512)
def matching(text: str | None) -> Test:
    """What a record must be to pass the filter. FilterFault: it is none, or of a kind that is not supported."""
    if not text:
        return lambda record: True
    tokens = _TOKENS.findall(text)
    test, _, rest = _either(tokens)
    if rest:
        raise FilterFault(f"Syntax error at '{rest[0]}'")
    return test


def _either(tokens: list[str]) -> tuple[Test, set[str], list[str]]:
    tests, fields, tokens = _collected(tokens, "or", lambda rest: _both(rest))
    if len(tests) > 1 and len(fields) > 1:
        raise FilterFault("The 'OR' operator is not supported on distinct fields on an OData filter.")
    return lambda record: any(test(record) for test in tests), fields, tokens


def _both(tokens: list[str]) -> tuple[Test, set[str], list[str]]:
    tests, fields, tokens = _collected(tokens, "and", _one)
    return lambda record: all(test(record) for test in tests), fields, tokens


def _collected(
    tokens: list[str], word: str, part: Callable[[list[str]], tuple[Test, set[str], list[str]]]
) -> tuple[list[Test], set[str], list[str]]:
    test, fields, tokens = part(tokens)
    tests = [test]
    while tokens[:1] == [word]:
        test, more, tokens = part(tokens[1:])
        tests.append(test)
        fields |= more
    return tests, fields, tokens


def _one(tokens: list[str]) -> tuple[Test, set[str], list[str]]:
    if tokens[:1] == ["("]:
        test, fields, rest = _either(tokens[1:])
        if rest[:1] != [")"]:
            raise FilterFault("')' expected")
        return test, fields, rest[1:]
    if len(tokens) < 3 or tokens[1] not in _COMPARED:
        raise FilterFault("Expression expected")
    field, compared, value = tokens[0], _COMPARED[tokens[1]], _value(tokens[2])

    def holds(record: Record) -> bool:
        if field not in record:
            raise FilterFault(f"Could not find a property named '{field}'.")
        return compared(_value(str(record[field]), like=value), value)

    return holds, {field}, tokens[3:]


def _value(text: str, like: Any = None) -> Any:
    """A literal, or a stored text as its literal would be read: times, numbers, else texts in any case."""
    if text.startswith("'"):
        return text[1:-1].replace("''", "'").replace("_x0020_", " ").casefold()
    if like is None or isinstance(like, datetime):
        try:
            return datetime.fromisoformat(text) if "T" in text else _number(text)
        except ValueError:
            return text.casefold()
    return _number(text) if isinstance(like, Decimal) else text.casefold()


def _number(text: str) -> Any:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text.casefold()
