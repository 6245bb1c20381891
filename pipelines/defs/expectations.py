"""Open this when a great-expectations suite fails: it judges a canonical table by a suite of schemas/expectations.

Importing great-expectations takes seconds, so only what judges imports this module, and only when there are rows.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import pyarrow as pa
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.row_conditions import Column

from pipelines.suites import settings
from schemas.suites import Expectation, Suite, When

EXAMPLES = 5
_EXAMPLES = {"result_format": "SUMMARY", "partial_unexpected_count": EXAMPLES}
# Above this, lines spread evenly over all of them are judged: great-expectations takes about a minute for 100,000 lines
# that all break one expectation, and ten seconds for half of them.
LINES_MAX = 50_000
# Whole numbers and flags keep their kind beside nulls; pandas would make floats and objects of them.
_PANDAS = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


@dataclass(frozen=True)
class Outcome:
    """How one expectation did: lines it looked at, lines that break it, and some of them as column to text."""

    expectation: Expectation
    passed: bool
    looked_at: int
    broken: int
    examples: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Judged:
    """How a table did: ``rows`` is how many were judged, ``of`` how many there are."""

    suite: Suite
    rows: int
    of: int
    outcomes: tuple[Outcome, ...]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The expectations that failed, in the order of the suite."""
        return tuple(one for one in self.outcomes if not one.passed)

    @property
    def passed(self) -> bool:
        """Whether all expectations hold."""
        return not self.failed


def judge(suite: Suite, rows: pa.Table, today: date) -> Judged:
    """Judge the rows by the suite. ``today`` is the day that bounds like `days_ahead` count from."""
    there, rows = rows.num_rows, _spread(rows)
    frame = rows.select(suite.shape.names).to_pandas(types_mapper=_PANDAS.get, date_as_object=False)
    # great-expectations gives results in an order of its own: each one carries the number of its entry.
    wanted = [_expectation(suite, one, number, today) for number, one in enumerate(suite.expectations)]
    batch = _frames(suite.table).get_batch({"dataframe": frame})
    found = _found(suite, batch, wanted, {"result_format": "BASIC"})
    # Looking up which lines break an expectation doubles the time, so only failed ones are asked.
    if failed := [one for one in wanted if not found[one.meta["number"]].success]:
        found |= _found(suite, batch, failed, _EXAMPLES | {"unexpected_index_column_names": suite.key})
    outcomes = (_outcome(suite, one, found[number]) for number, one in enumerate(suite.expectations))
    return Judged(suite, rows.num_rows, there, tuple(outcomes))


def _found(suite: Suite, batch: Any, wanted: Sequence[Any], form: Mapping[str, Any]) -> dict[int, Any]:
    """What great-expectations finds of each expectation, by its number."""
    whole = gx.ExpectationSuite(name=suite.table, expectations=list(wanted))
    results = batch.validate(whole, result_format=form).results
    return {one.expectation_config.meta["number"]: one for one in results}


def _spread(rows: pa.Table) -> pa.Table:
    """All rows, or as many as are judged, spread evenly."""
    if rows.num_rows <= LINES_MAX:
        return rows
    return rows.take(pa.array([number * rows.num_rows // LINES_MAX for number in range(LINES_MAX)]))


@cache
def _source() -> Any:
    """Where frames are handed to great-expectations, made once a process: it takes as long as ten lines of a suite."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context.data_sources.add_pandas("rows")


@cache
def _frames(table: str) -> Any:
    return _source().add_dataframe_asset(table).add_batch_definition_whole_dataframe("all")


def _expectation(suite: Suite, one: Expectation, number: int, today: date) -> Any:
    """The expectation class of this name, with its settings."""
    given = settings(suite, one, today)
    if condition := _condition(one.when):
        given["row_condition"] = condition
    return getattr(gxe, one.expect)(**given, notes=one.notes, meta={"number": number})


def _condition(when: When) -> Any:
    parts = [Column(name).is_not_null() for name in when.present] + [Column(name).is_null() for name in when.absent]
    whole: Any = None
    for part in parts:
        whole = part if whole is None else whole & part
    return whole


def _outcome(suite: Suite, one: Expectation, found: Any) -> Outcome:
    """What great-expectations found; RuntimeError when it could not try the expectation at all."""
    result = found.result
    if "element_count" not in result:
        raise RuntimeError(f"{suite.table}: {one.expect} of {one.columns} was not tried: {found.exception_info}")
    shown = (*suite.key, *one.columns)
    examples = tuple(
        {name: _text(row[name]) for name in dict.fromkeys(shown) if name in row}
        for row in result.get("partial_unexpected_index_list") or ()
    )
    return Outcome(one, bool(found.success), result["element_count"], result.get("unexpected_count", 0), examples)


def _text(value: Any) -> str:
    """A value as people read it; nothing for none."""
    if value is None or value is pd.NA or value != value:
        return ""
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)
