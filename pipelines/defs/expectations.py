"""Open this when a great-expectations suite fails: it judges a canonical table by a suite of schemas/expectations."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import yaml
from great_expectations.data_context.types.base import ProgressBarsConfig

SUITES = Path(__file__).resolve().parent.parent.parent / "schemas" / "expectations"


@dataclass(frozen=True)
class Judged:
    """How a table did: rows looked at, expectations tried, and those that failed, in words."""

    passed: bool
    rows: int
    expectations: int
    failed: list[str]


def judge(suite: str, rows: pd.DataFrame) -> Judged:
    """Judge the rows by ``schemas/expectations/<suite>.yaml``."""
    wanted = yaml.safe_load((SUITES / f"{suite}.yaml").read_text(encoding="utf-8"))["expectations"]
    if rows.empty:
        return Judged(True, 0, len(wanted), [])
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    batch = (
        context.data_sources.add_pandas("rows").add_dataframe_asset(suite).add_batch_definition_whole_dataframe("all")
    )
    expectations = [
        getattr(gxe, entry["expect"])(**{k: v for k, v in entry.items() if k != "expect"}) for entry in wanted
    ]
    result = batch.get_batch({"dataframe": rows}).validate(gx.ExpectationSuite(name=suite, expectations=expectations))
    failed = [_in_words(one.expectation_config) for one in result.results if not one.success]
    return Judged(bool(result.success), len(rows), len(wanted), failed)


def _expectation(expect: str, **settings: Any) -> Any:
    """The expectation class of this name, with its settings."""
    return getattr(gxe, expect)(**settings)


def _in_words(config: object) -> str:
    """An expectation as a short text: its type and its columns."""
    kwargs = getattr(config, "kwargs", {})
    column = kwargs.get("column") or kwargs.get("column_list")
    return f"{getattr(config, 'type', 'expectation')}({column})"
