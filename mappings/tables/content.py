"""Open this when a table was held because its content does not fit: fields that most of its cells cannot be.

A table without a header, or of fixed width, has nothing but its content to show that its columns moved.
"""

import numpy as np
import pyarrow.compute as pc

from mappings.functions.values import Reading, convert
from mappings.tables.rows import TableRows
from schemas.rules import FieldRule, Rules

_LOOKED_AT = 1000
_ENOUGH = 3  # wrong cells that one field alone needs before a table is held
_TYPED = ("gtin", "date", "decimal", "units", "money")


def misfits(rules: Rules, source: TableRows) -> list[str]:
    """The fields that most cells of their column do not fit, in words; empty when the table may be read."""
    found, clear = [], False
    for name, rule in _typed(rules):
        for path in rule.from_:
            cells, wrong = _count(rule, source, path, rules)
            if cells and 2 * wrong > cells:
                found.append(f"{path}: {wrong} of {cells} cells are no {name}")
                clear = clear or wrong >= _ENOUGH
    return found if clear or len(found) > 1 else []


def _typed(rules: Rules) -> list[tuple[str, FieldRule]]:
    dated = [("issued_on", rules.document.issued_on)] if rules.document.issued_on else []
    fields = [*dated, *rules.lines.fields.items()]
    return [
        (name, rule) for name, rule in fields if rule.as_ in _TYPED and rule.lookup is None and len(rule.clean) == 1
    ]


def _count(rule: FieldRule, source: TableRows, path: str, rules: Rules) -> tuple[int, int]:
    """How many of the first cells there are, and how many of them do not fit. Zero is a number here."""
    first = source.picked(np.arange(min(source.size, _LOOKED_AT)))
    text = pc.utf8_trim_whitespace(first.column(path, rule.only, rule.skip).text).drop_null()
    text = text.filter(pc.not_equal(text, ""))
    kind = "decimal" if rule.as_ in ("units", "money") else rule.as_
    values, _ = convert(text, kind, Reading(rules.reads.decimal, rules.reads.thousands, rule.form))
    return len(text), values.null_count


def is_told_by_content(rules: Rules) -> bool:
    """Whether only the content can show that columns moved."""
    return rules.standard == "fixed" or not rules.reads.header_row or bool(rules.reads.records)
