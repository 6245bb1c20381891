"""Open this when a date of a workbook is not read: which forms of dates a mapping takes from cells that are dates."""

from mappings.catalog import Map
from schemas.rules import FieldRule, Rules

_TYPED = "YYYY-MM-DD"  # how a cell that is a date is written as text


def dated(one: Map) -> Map:
    """The mapping as it runs: for workbooks, dates are also taken from cells that are dates, whatever form is said."""
    if one.rules.standard != "workbook":
        return one
    return Map(one.name, one.path, _with_typed(one.rules), one.codes, one.version)


def _with_typed(rules: Rules) -> Rules:
    document = rules.document
    issued_on = document.issued_on and _rule(document.issued_on)
    fields = {name: _rule(rule) for name, rule in rules.lines.fields.items()}
    lines = rules.lines.model_copy(update={"fields": fields})
    return rules.model_copy(update={"document": document.model_copy(update={"issued_on": issued_on}), "lines": lines})


def _rule(rule: FieldRule) -> FieldRule:
    if rule.as_ != "date" or _TYPED in rule.form:
        return rule
    return rule.model_copy(update={"form": (_TYPED, *rule.form)})
