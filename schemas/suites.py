"""Open this when you write or read a suite of ``schemas/expectations``: what the lines of a canonical table should be.

A suite names great-expectations' own classes and settings, and three things of ours: ``codes`` and ``names`` point to
lists that stand elsewhere instead of copying them, ``when`` looks only at lines that have (or have not) a value in
other columns, and ``notes`` say in plain words why, for the person who reads the result.
"""

import re
from typing import Any, Literal, Self

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from schemas import tables

Expect = Literal[
    "ExpectColumnValuesToNotBeNull",
    "ExpectColumnValuesToBeUnique",
    "ExpectCompoundColumnsToBeUnique",
    "ExpectColumnValuesToMatchRegex",
    "ExpectColumnValuesToBeInSet",
    "ExpectColumnValuesToBeBetween",
    "ExpectColumnPairValuesAToBeGreaterThanB",
]
JUDGED: dict[str, pa.Schema] = {
    name: getattr(tables, name.upper())
    for name in (
        "documents", "notice_lines", "receipt_lines", "sale_lines", "order_lines", "shipment_lines", "invoice_lines",
        "deduction_lines", "answer_lines", "item_lines",
    )
}  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class When(_Strict):
    """Only lines that have a value in all of ``present``, and none in all of ``absent``."""

    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


class Expectation(_Strict):
    """One expectation. ``mostly`` is the share of the lines with a value that must hold it (of all lines: not null)."""

    expect: Expect
    notes: str = Field(min_length=10, description="why, for the person who reads the result")
    column: str | None = None
    column_list: tuple[str, ...] = ()
    column_A: str | None = None
    column_B: str | None = None
    or_equal: bool = False
    mostly: float = Field(1, gt=0, le=1)
    regex: str | None = None
    form: str | None = Field(None, description="what the regular expression means, in words")
    value_set: tuple[str, ...] = ()
    codes: str | None = Field(None, description="the values are the codes of mappings/codes/<codes>.csv")
    names: Literal["kinds", "standards"] | None = Field(None, description="the values are names of schemas/rules.py")
    min_value: str | None = None
    max_value: str | None = None
    days_ahead: int | None = Field(None, description="the last day: so many days after the day of judging")
    when: When = When()
    next: str | None = Field(None, description="the next step when it fails, where the usual one would not do")

    @field_validator("notes")
    @classmethod
    def _one_line(cls, notes: str) -> str:
        return " ".join(notes.split())

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it looks at."""
        named = (self.column, *self.column_list, self.column_A, self.column_B)
        return tuple(name for name in named if name is not None)

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        needed = _NEEDS[self.expect]
        if not any(getattr(self, name) not in (None, ()) for name in needed):
            raise ValueError(f"{self.expect} needs {' or '.join(f'`{name}:`' for name in needed)}")
        if self.regex is not None and self.form is None:
            raise ValueError("a `regex:` needs `form:`, which says it in words")
        if self.regex is not None and re.compile(self.regex).groups:
            raise ValueError("great-expectations wants no groups in a `regex:`; write (?:…) for (…)")
        if not self.columns:
            raise ValueError("an expectation needs `column:`, `column_list:` or `column_A:` and `column_B:`")
        return self


_NEEDS: dict[str, tuple[str, ...]] = {
    "ExpectColumnValuesToNotBeNull": ("column",),
    "ExpectColumnValuesToBeUnique": ("column",),
    "ExpectCompoundColumnsToBeUnique": ("column_list",),
    "ExpectColumnValuesToMatchRegex": ("regex",),
    "ExpectColumnValuesToBeInSet": ("value_set", "codes", "names"),
    "ExpectColumnValuesToBeBetween": ("min_value", "max_value", "days_ahead"),
    "ExpectColumnPairValuesAToBeGreaterThanB": ("column_B",),
}


class Suite(_Strict):
    """A file of ``schemas/expectations``."""

    table: str
    means: str = Field(description="what is judged, for people")
    expectations: tuple[Expectation, ...] = Field(min_length=1)

    @property
    def shape(self) -> pa.Schema:
        """The canonical table that is judged."""
        return JUDGED[self.table]

    @property
    def key(self) -> list[str]:
        """The columns that name a line in an example."""
        return [name for name in ("document", "line_no") if name in self.shape.names]


def kind_of(suite: Suite, column: str) -> Any:
    """The Arrow type of a column that a suite judges."""
    return suite.shape.field(column).type
