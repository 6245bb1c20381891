"""Open this when you write or read an outbound map: its sections, and the rows that its paths name.

An outbound map turns our canonical rows into a document for a partner: the language of ``schemas.rules`` in the other
direction. The `from` of a rule names a column of these rows, and its name says where the value goes.
"""

from typing import Any, Literal, Self

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from schemas.rules import FieldRule, beside, listed

OutboundKind = Literal["outcome", "results", "answer", "credit", "instruction"]
OUTBOUND_KINDS: tuple[OutboundKind, ...] = ("outcome", "results", "answer", "credit", "instruction")

_T, _I, _D, _M = pa.string(), pa.int64(), pa.date32(), pa.timestamp("s")


def _rows(means: str, /, **columns: pa.DataType) -> pa.Schema:
    """``document`` is the number of the document, from 0, that a row belongs to."""
    return pa.schema({"document": _I} | columns, metadata={"means": means})


_PARTIES = {
    "our_id": _T, "our_id_kind": _T, "their_id": _T, "their_id_kind": _T,  # as envelopes name them
    "our_name": _T, "their_name": _T,
}  # fmt: skip

OUTCOMES = _rows(
    "what became of a document that came as a message, one row a document",
    number=_T, written_at=_M, reference=_T, outcome=_T, kind=_T,
    message_type=_T, version=_T, group_control=_T, message_control=_T, sent_by=_T, sent_to=_T,
    **_PARTIES,
)  # fmt: skip
OUTCOME_LINES = _rows(
    "why it was not taken as it is, one row a reason",
    code=_T, meaning=_T, words=_T, line_no=_I, segment=_T, position=_I,
)  # fmt: skip

RESULTS = _rows(
    "what became of a file that is no EDI, one row a file", file_name=_T, verdict=_T, written_at=_M,
)  # fmt: skip
RESULT_LINES = _rows(
    "what was found in it, one row a finding",
    code=_T, severity=_T, row=_T, place=_T, meaning=_T, detail=_T, next_step=_T,
)  # fmt: skip

ANSWERS = _rows(
    "what we answer to an announced return, one row a return",
    number=_T, written_at=_M, request_number=_T, authorisation=_T, valid_until=_D, verdict=_T, store=_T, **_PARTIES,
)  # fmt: skip
ANSWERED_LINES = _rows(
    "what we answer to its lines, one row a line",
    line_no=_I, verdict=_T, code=_T, meaning=_T, disposition=_T, reason=_T,
    gtin=_T, vendor_item=_T, buyer_item=_T, units=_I, quantity=_T, unit=_T,
    po_number=_T, po_line=_T, invoice_number=_T, store=_T, percent=_I,
)  # fmt: skip

CREDITS = _rows(
    "a posted credit note, one row a note; amounts are decimals of its currency, positive",
    number=_T, written_at=_M, issued_on=_D, reference=_T, return_number=_T, currency=_T, net=_T, tax=_T, gross=_T,
    invoice_number=_T, invoice_date=_D, po_number=_T, tax_rate=_T,
    **_PARTIES,
    **{f"{who}_{what}": _T for who in ("our", "their")
       for what in ("endpoint", "endpoint_scheme", "vat_id", "street", "city", "postcode", "country")},
)  # fmt: skip
CREDITED_LINES = _rows(
    "what it credits, one row a line",
    line_no=_I, invoice_number=_T, invoice_date=_D, invoice_line=_T, po_number=_T, po_line=_T,
    gtin=_T, vendor_item=_T, description=_T, units=_I, unit_price=_T, net=_T, tax=_T, gross=_T,
    tax_category=_T, tax_rate=_T, reason=_T,
)  # fmt: skip
CREDITED_TAXES = _rows("its tax, one row a category and rate", tax_category=_T, tax_rate=_T, net=_T, tax=_T)

INSTRUCTIONS = _rows(
    "what a warehouse shall do with goods that it counted in, one row an instruction",
    number=_T, written_at=_M, retailer=_T, **_PARTIES,
)  # fmt: skip
INSTRUCTED_LINES = _rows(
    "the goods and their route, one row an inspection",
    line_no=_I, receipt=_T, return_number=_T, carton=_T, gtin=_T, vendor_item=_T, description=_T, units=_I,
    condition=_T, reason=_T, route=_T,
)  # fmt: skip

# The rows of each kind by the section of a map that names their columns.
OUTBOUND: dict[OutboundKind, dict[str, pa.Schema]] = {
    "outcome": {"document": OUTCOMES, "lines": OUTCOME_LINES},
    "results": {"document": RESULTS, "lines": RESULT_LINES},
    "answer": {"document": ANSWERS, "lines": ANSWERED_LINES},
    "credit": {"document": CREDITS, "lines": CREDITED_LINES, "taxes": CREDITED_TAXES},
    "instruction": {"document": INSTRUCTIONS, "lines": INSTRUCTED_LINES},
}


def columns_of(kind: OutboundKind, section: str) -> list[str]:
    """The paths of a section's rules: columns of its rows, and behind `^` those of the document."""
    own = [name for name in OUTBOUND[kind][section].names if name != "document"]
    above = [] if section == "document" else [f"^{name}" for name in columns_of(kind, "document")]
    return own + above


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Csv(_Strict):
    """A table: ``above`` are the document's fields in one row on top, then comes a header, then a row for each line."""

    columns: tuple[str, ...] = Field(min_length=1, description="the fields of `lines:` in their order")
    above: tuple[str, ...] = Field((), description="fields of `document:` in a row above the header")
    header: bool = True
    separator: str = Field(";", min_length=1, max_length=3, description="one character, or `tab`")
    encoding: Literal["utf-8", "utf-8-sig", "latin-1", "cp1252"] = "utf-8-sig"

    _lists = field_validator("columns", "above", mode="before")(listed)

    @field_validator("separator")
    @classmethod
    def _one_character(cls, value: str) -> str:
        if value == "tab":
            return "\t"
        if len(value) != 1:
            raise ValueError(f"`{value}` is no separator; write one character, or tab")
        return value


class Writes(_Strict):
    """What a map writes: a message by its layout, in one version or in that of what it answers; or a table."""

    layout: str | None = Field(None, description="a message: a layout of docs/layouts.md, for example x12/180_answer")
    version: str | None = Field(None, description="GS08, or S009 behind the type; none: that of what is answered")
    csv: Csv | None = Field(None, description="a table")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.layout is None) == (self.csv is None):
            raise ValueError("a map writes either a `layout` or a `csv`; write one of them")
        if self.version is not None and self.layout is None:
            raise ValueError("`version` belongs to a `layout`; take it away")
        return self

    @property
    def standard(self) -> str:
        """x12, edifact or csv."""
        return self.layout.split("/")[0] if self.layout else "csv"


class Items(_Strict):
    """Rows of ours that become items of the loop ``each`` of a layout, or rows of a table; their fields by name."""

    each: str = Field(description="the loop whose items they are, as `lines` or `results.faults`; of a table `row`")
    fields: dict[str, FieldRule] = {}

    @model_validator(mode="before")
    @classmethod
    def _fields_stand_beside(cls, value: Any) -> Any:
        return beside(cls, value)


class OutboundRules(_Strict):
    """An outbound map, with what it extends merged in.

    A field's name is a hole of the layout, behind the loops that it lies in: `number`, `results.verdict`. An item of a
    loop that stands several times is named by its first hole: `parties[BY].name` is in the party whose role is BY.
    """

    extends: str | None = Field(None, description="a shipped outbound map, for example `x12/824`")
    kind: OutboundKind
    writes: Writes
    document: dict[str, FieldRule]
    lines: Items | None = None
    taxes: Items | None = Field(None, description="credit notes: a row a category and rate")

    def sections(self) -> dict[str, tuple[str, dict[str, FieldRule]]]:
        """Each section that is written: the loop that its rows are items of (none of the document), and its fields."""
        named = {"lines": self.lines, "taxes": self.taxes}
        items = {name: (one.each, one.fields) for name, one in named.items() if one is not None}
        return {"document": ("", self.document)} | items

    def field_rules(self) -> tuple[FieldRule, ...]:
        """Every field rule of all sections."""
        rules = (rule for _, fields in self.sections().values() for rule in fields.values())
        return tuple(one for rule in rules for one in rule.with_others())
