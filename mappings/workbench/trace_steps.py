"""Open this when a trace tells the wrong steps: what a field's rule does to the text that its paths found, in words."""

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from mappings.fields import Codes
from mappings.functions.cleaning import clean
from mappings.functions.values import Reading, convert
from mappings.workbench.trace_rules import Asked
from schemas.rules import FieldRule


def steps_of(
    rule: FieldRule, texts: Sequence[str | None], given: Mapping[Asked, str], codes: Codes, marks: tuple[str, str]
) -> Iterator[str]:
    """Each step that changes something: cleaning, default, lookup, conversion, calculation, condition.

    ``marks`` are what may stand before the decimals and before three digits of a number.
    """
    there = [text for text in texts if text is not None]
    text = rule.const if rule.const is not None else next(iter(there), None)
    if rule.join is not None:
        text = rule.join.join(there) or None
        yield f"joined by {rule.join!r}"
    for step in rule.clean:
        after = clean(pa.array([text], pa.string()), step.function, step.argument)[0].as_py()
        if after != text:
            yield f"{step.function}{_argument(step.argument)} → {after!r}"
        text = after
    if text is None and rule.default is not None:
        text = rule.default
        yield f"default {text!r}"
    yield from _looked_up(rule, text, codes)
    if text is not None:
        yield from _converted(rule, _meant(rule, text, codes), marks)
    yield from _calculated(rule, given)


def _argument(argument: str | None) -> str:
    if argument is None:
        return ""
    return f" {argument}" if argument.isdecimal() else f" {argument!r}"


def _meant(rule: FieldRule, text: str, codes: Codes) -> str | None:
    """The text that is converted: what the code means where there is a list of codes."""
    return text if rule.lookup is None else codes[rule.lookup].get(text, rule.unknown)


def _converted(rule: FieldRule, text: str | None, marks: tuple[str, str]) -> Iterator[str]:
    """What it becomes; of a date the form that fits. An amount stays a number here: its currency is not known."""
    if rule.as_ == "text" or text is None:
        return
    kind = "decimal" if rule.as_ == "money" else rule.as_
    for form in rule.form or ("",):
        reading = Reading(*marks, (form,) if form else ())
        if convert(pa.array([text], pa.string()), kind, reading)[0].null_count == 0:
            yield f"as {rule.as_}" + (f" {form}" if form else "")
            return
    yield f"as {rule.as_}" + (f" {' or '.join(rule.form)}" if rule.form else "") + ": impossible"


def _looked_up(rule: FieldRule, text: str | None, codes: Codes) -> Iterator[str]:
    if rule.lookup is None or text is None:
        return
    meant = codes[rule.lookup].get(text)
    if meant is None:
        yield f"{text!r} is not in {rule.lookup}" + (f", so {rule.unknown!r}" if rule.unknown is not None else "")
    else:
        yield f"{rule.lookup}: {text!r} means {meant!r}"


def _calculated(rule: FieldRule, given: Mapping[Asked, str]) -> Iterator[str]:
    """What it is calculated with, and on which condition it holds."""
    for word, paths in (("times", rule.times), ("plus", rule.plus), ("minus", rule.minus)):
        for path in paths:
            if (text := given.get((path, (), ()))) is not None:
                yield f"{word} {path} {text!r}"
    for path, values in rule.when.items():
        found = given.get((path, (), ()))
        told = "nothing" if found is None else repr(found)
        yield f"when {path} is {' or '.join(values)}: it is {told}" + ("" if found in values else ", so nothing")
