"""Open this when two translations are compared: which canonical rows differ, and in which fields."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]

# Where a row stands says nothing about what it says, and a document's place follows its lines.
_PLACES = ("document", "line_no", "offset", "length")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of a row: what it was, and what it is; None where there is nothing."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class RowChange:
    """A canonical row that differs. ``line_no`` is 0 for a document, and for a finding of no line."""

    table: str
    what: Literal["changed", "new", "gone"]
    document: str
    line_no: int
    fields: tuple[FieldChange, ...]

    @property
    def row(self) -> str:
        """How a person finds the row: its message in the file, and its line."""
        number = self.document.rpartition("-")[2]
        at = f"document {number}" if number else "file"
        return f"{at}, line {self.line_no}" if self.line_no else at


def row_changes(old: Tables, new: Tables) -> list[RowChange]:
    """Every row that one side has and the other has not, or has with other values: documents, lines, then findings."""
    names = sorted({*old, *new} - {"documents", "findings"})
    changes: list[RowChange] = []
    for name in ("documents", *names):
        changes += _of_table(name, old.get(name, ()), new.get(name, ()))
    return changes + list(_of_findings(old.get("findings", ()), new.get("findings", ())))


def _of_table(name: str, old: Sequence[Row], new: Sequence[Row]) -> Iterator[RowChange]:
    before, after = ({_key(row): row for row in rows} for rows in (old, new))
    for key in sorted({*before, *after}, key=_in_order):
        was, now = before.get(key, {}), after.get(key, {})
        fields = tuple(_fields(was, now))
        what: Literal["changed", "new", "gone"] = "changed" if was and now else "new" if now else "gone"
        if fields or what != "changed":
            yield RowChange(name, what, *key, fields)


def _key(row: Row) -> tuple[str, int]:
    return str(row.get("document") or ""), int(row.get("line_no") or 0)


def _in_order(key: tuple[str, int]) -> tuple[str, int, int]:
    """By file, number of the document in it, and line: the tenth document stands behind the second."""
    file, _, number = key[0].rpartition("-")
    return file, int(number) if number.isdigit() else 0, key[1]


def _fields(old: Row, new: Row) -> Iterator[FieldChange]:
    names = [*old, *(name for name in new if name not in old)]
    for name in names:
        if name not in _PLACES and old.get(name) != new.get(name):
            yield FieldChange(name, old.get(name), new.get(name))


def _of_findings(old: Sequence[Row], new: Sequence[Row]) -> Iterator[RowChange]:
    """Findings have no key: each is there on both sides, or new, or gone."""
    before, after = Counter(map(_finding, old)), Counter(map(_finding, new))
    for what, some in (("gone", before - after), ("new", after - before)):
        for document, line_no, code, path, detail in sorted(some.elements()):
            told = f"{path}: {detail}" if path else detail
            values = (told, None) if what == "gone" else (None, told)
            kind: Literal["new", "gone"] = "gone" if what == "gone" else "new"
            yield RowChange("findings", kind, document, line_no, (FieldChange(code, *values),))


def _finding(row: Row) -> tuple[str, int, str, str, str]:
    return (*_key(row), str(row["code"]), str(row.get("path") or ""), str(row.get("detail") or ""))
