"""Open this when a code of a partner means the wrong thing: the code lists, shipped and the partner's own.

A code list is a CSV file ``code,means[,note]`` below a folder ``codes/``; its name is its path without .csv. Lists that
partners' codes are turned into (reasons, deductions, verdicts and so on) lie directly in ``mappings/codes``.
"""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from mappings.marks import Mark, unknown_name
from schemas.errors import ConfigError

SHIPPED = Path(__file__).parent / "codes"
_HEADER = ("code", "means")
_FLAGS = ("true", "false")


@cache
def canonical(name: str) -> frozenset[str]:
    """The codes of one of our own lists: reasons, deductions, verdicts, conditions and so on."""
    return frozenset(_read(SHIPPED / f"{name}.csv"))


def lists_of(folder: Path) -> dict[str, dict[str, str]]:
    """The code lists below this folder by name (`reasons/x12_1293`), each entry checked against our own list."""
    paths = sorted(folder.glob("*/*.csv"))
    return {path.relative_to(folder).with_suffix("").as_posix(): _checked(path) for path in paths}


@cache
def shipped_lists() -> Mapping[str, Mapping[str, str]]:
    """The code lists that Backhaul ships, read once."""
    return lists_of(SHIPPED)


def shadowed(
    shipped: Mapping[str, Mapping[str, str]], own: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """Both folders' lists; where both have a list, the partner's entries win over the shipped ones of the same code.

    The partner's entries also stand first, since a list that is read backwards gives the first code of a meaning.
    """
    names = sorted({*shipped, *own})
    return {name: {**own.get(name, {}), **shipped.get(name, {}), **own.get(name, {})} for name in names}


def turned(name: str, entries: Mapping[str, str]) -> Mapping[str, str]:
    """The list for what we write: our words to codes. One that turns codes into our words is read backwards.

    Then the first code of a meaning is written; a list of units gives the unit of one base unit. Any other list, of
    the partner's codes for words that have no list, is read as it stands.

    >>> turned("reasons/own", {"D1": "damaged", "D2": "damaged"})
    {'damaged': 'D1'}
    >>> turned("x12_647/findings", {"LINE-NEVER-SOLD": "011"})
    {'LINE-NEVER-SOLD': '011'}
    """
    kind = name.split("/")[0]
    if kind not in ("units", "flags") and not (SHIPPED / f"{kind}.csv").is_file():
        return entries
    return {means: code for code, means in reversed(list(entries.items()))}


def _checked(path: Path) -> dict[str, str]:
    entries = _read(path)
    kind = path.parent.name
    allowed = _FLAGS if kind == "flags" else _own_codes(kind)
    for line, (code, means) in enumerate(entries.items(), start=2):
        if kind == "units" and not (means.isascii() and means.isdigit() and int(means) > 0):
            raise _fault(
                path, line, means, f"{code} must hold a whole number of base units, not {means!r}. Next: write it."
            )
        if allowed is not None and means not in allowed:
            raise _fault(path, line, means, unknown_name(means, allowed, f"{kind} code"))
    return entries


@cache
def _own_codes(kind: str) -> tuple[str, ...] | None:
    """The codes of our own list of this kind, in its order; None where there is none."""
    own = SHIPPED / f"{kind}.csv"
    return tuple(_read(own)) if own.is_file() else None


def _read(path: Path) -> dict[str, str]:
    """Code to meaning, in the order of the file; ConfigError at the line that is wrong."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if not rows or tuple(rows[0][:2]) != _HEADER:
        raise _fault(path, 1, "", "the first line must be `code,means`. Next: write it there.")
    entries: dict[str, str] = {}
    for line, row in enumerate(rows[1:], start=2):
        if len(row) < 2 or not row[0].strip() or not row[1].strip():
            raise _fault(path, line, "", "a code and its meaning are expected. Next: write `code,means`.")
        if row[0].strip() in entries:
            raise _fault(path, line, row[0], f"the code {row[0]!r} stands here twice. Next: keep one of them.")
        entries[row[0].strip()] = row[1].strip()
    return entries


def _fault(path: Path, line: int, at: str, message: str) -> ConfigError:
    lines = path.read_text(encoding="utf-8").splitlines()
    text = lines[line - 1] if line <= len(lines) else ""
    return Mark(path, line, max(text.rfind(at), 0) + 1 if at else 1, text).fault("", message)
