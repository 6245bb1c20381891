"""Open this when a table was held because its columns changed: the columns it has against those a mapping claims.

Old and new stand side by side, by position. What a column was renamed to is a guess, from its name, its place and what
its cells look like, and is marked as one: ``4: Menge -> Anzahl?``.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import pyarrow.compute as pc

from mappings.formats.table import Table
from mappings.functions.values import Reading, convert
from schemas.rules import FieldRule, Rules

_ALIKE = 0.6
_SAME_PLACE, _SAME_CONTENT = 0.35, 0.6
_LOOKED_AT = 200
_MOSTLY = 0.5
_TYPED = ("gtin", "date", "decimal", "units", "money")


@dataclass(frozen=True, slots=True)
class Drift:
    """How a table's columns differ from those that a mapping claims."""

    missing: tuple[str, ...]
    moved: tuple[str, ...]
    doubled: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def is_none(self) -> bool:
        """Whether every claimed column is there, once, in the order claimed."""
        return not (self.missing or self.moved or self.doubled)

    @property
    def only_moved(self) -> bool:
        """Whether the columns can still be found by their names."""
        return not (self.missing or self.doubled)


def drift(claimed: Sequence[str], header: Sequence[str]) -> Drift:
    """How this header differs from the claimed columns."""
    there, wanted = Counter(header), Counter(claimed)
    missing = tuple(name for name in wanted if name not in there)
    doubled = tuple(name for name in wanted if there[name] > max(wanted[name], 1))
    kept = [name for name in claimed if name in there]
    found = [name for name in header if name in wanted]
    moved = tuple(old for old, new in zip(kept, found, strict=False) if old != new) if not doubled else ()
    return Drift(missing, moved, doubled, tuple(name for name in header if name and name not in wanted))


def side_by_side(rules: Rules, table: Table, seen: Drift) -> str:
    """Old and new columns where they differ: position, old name, new name; guesses of renaming have a question mark."""
    claimed, header = rules.claims.columns, table.header
    renamed = _renamed(rules, table, seen)
    told = []
    for at, old in enumerate(claimed, start=1):
        if old in renamed:
            told.append(f"{at}: {old} -> {renamed[old]}?" + _position(at, header.index(renamed[old]) + 1))
        elif old in seen.missing:
            told.append(f"{at}: {old} -> nothing")
        elif old in seen.doubled:
            told.append(f"{at}: {old} -> stands {header.count(old)} times")
        elif old in seen.moved:
            told.append(f"{at}: {old} -> now at {header.index(old) + 1}")
    fresh = [f"{header.index(new) + 1}: {new}" for new in seen.new if new not in renamed.values()]
    return "; ".join(told) + (f"; new: {', '.join(fresh)}" if fresh else "")


def _position(old: int, new: int) -> str:
    return f" (now at {new})" if old != new else ""


def _renamed(rules: Rules, table: Table, seen: Drift) -> dict[str, str]:
    """The best guess what each missing column is called now, no new name twice."""
    scored = sorted(
        ((_likeness(rules, table, old, new), old, new) for old in seen.missing for new in seen.new),
        key=lambda one: (-one[0], rules.claims.columns.index(one[1]), table.header.index(one[2])),
    )
    found: dict[str, str] = {}
    for score, old, new in scored:
        if score >= _ALIKE and old not in found and new not in found.values():
            found[old] = new
    return found


def _likeness(rules: Rules, table: Table, old: str, new: str) -> float:
    """How likely a column was renamed: alike by name, in the same place among its neighbours, alike by content."""
    name = SequenceMatcher(None, old.casefold(), new.casefold()).ratio()
    claimed, header = rules.claims.columns, table.header
    at, now = claimed.index(old), header.index(new)
    same = claimed[:at][-1:] == header[:now][-1:] or claimed[at + 1 :][:1] == header[now + 1 :][:1]
    rule = next((rule for rule in _rules(rules) if old in rule.from_ and rule.as_ in _TYPED), None)
    content = 0.0 if rule is None else share_that_fits(rule, table, new, _reading(rules, rule))
    return name + _SAME_PLACE * same + (_SAME_CONTENT if content > _MOSTLY else 0)


def _rules(rules: Rules) -> list[FieldRule]:
    return [*filter(None, (rules.document.number, rules.document.issued_on)), *rules.lines.fields.values()]


def _reading(rules: Rules, rule: FieldRule) -> Reading:
    return Reading(rules.reads.decimal, rules.reads.thousands, rule.form)


def share_that_fits(rule: FieldRule, table: Table, name: str, reading: Reading) -> float:
    """How many of the first cells of a column can be what a field is to become; 0 where there are none."""
    cells = table.cells(name).column.text.slice(0, _LOOKED_AT).drop_null()
    if not len(cells):
        return 0.0
    values, _ = convert(pc.utf8_trim_whitespace(cells), "decimal" if rule.as_ == "money" else rule.as_, reading)
    return 1.0 - int(values.null_count) / len(values)
