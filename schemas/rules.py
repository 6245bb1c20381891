"""Open this when you write or read a mapping file: its sections, and which fields each kind of document has.

A mapping turns the values of one kind of message, or the columns of one kind of table, into canonical lines. It is
data: paths, a closed vocabulary of functions (mappings/README.md), code lists and constants.
"""

from typing import Any, Literal, Self

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from schemas.tables import (
    ANSWER_LINES,
    DEDUCTION_LINES,
    DOCUMENTS,
    INVOICE_LINES,
    ITEM_LINES,
    NOTICE_LINES,
    ORDER_LINES,
    RECEIPT_LINES,
    SALE_LINES,
    SHIPMENT_LINES,
)

Kind = Literal["notice", "receipt", "sales", "order", "shipment", "invoice", "deduction", "answer", "item"]
Standard = Literal["x12", "edifact", "delimited", "fixed", "workbook", "xml", "json"]
EDI: tuple[Standard, ...] = ("x12", "edifact")
TABLES: tuple[Standard, ...] = ("delimited", "fixed", "workbook")
TREES: tuple[Standard, ...] = ("xml", "json")
As = Literal["text", "gtin", "sscc", "decimal", "units", "money", "date", "flag"]

LINES: dict[str, pa.Schema] = {
    "notice": NOTICE_LINES,
    "receipt": RECEIPT_LINES,
    "sales": SALE_LINES,
    "order": ORDER_LINES,
    "shipment": SHIPMENT_LINES,
    "invoice": INVOICE_LINES,
    "deduction": DEDUCTION_LINES,
    "answer": ANSWER_LINES,
    "item": ITEM_LINES,
}

# What the engine fills itself: a row's identity and its place.
PLACED = ("document", "line_no", "file", "offset", "length")
# Names of a mapping that fill a column of another name. `quantity` and `unit` also keep the raw text where the
# canonical table has a column for it.
RENAMED = {"quantity": "units", "net": "net_minor", "tax": "tax_minor", "amount": "amount_minor"}
HEADER_FIELDS = ("number", "purpose", "issued_on")
# The Arrow type that each `as:` gives.
GIVES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "gtin": pa.string(),
    "sscc": pa.string(),
    "decimal": pa.string(),
    "units": pa.int64(),
    "money": pa.int64(),
    "date": pa.date32(),
    "flag": pa.bool_(),
}


def field_types(kind: str) -> dict[str, pa.DataType]:
    """The fields that the lines of this kind can have, by the name a mapping uses, with the type of their column."""
    back = {column: name for name, column in RENAMED.items()}
    named = {back.get(f.name, f.name): f.type for f in LINES[kind] if f.name not in (*PLACED, "quantity_raw")}
    return {"unit" if name == "unit_raw" else name: of for name, of in named.items()}


def header_types() -> dict[str, pa.DataType]:
    """The fields of a document's header, with the type of their column."""
    return {name: DOCUMENTS.field(name).type for name in HEADER_FIELDS}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def listed(value: Any) -> Any:
    """One text where a list of texts is meant."""
    return (value,) if isinstance(value, str) else value


def beside(model: type[BaseModel], value: Any) -> Any:
    """Keys that the model does not know, gathered as its ``fields``."""
    if not isinstance(value, dict) or "fields" in value:
        return value
    own = {key: entry for key, entry in value.items() if key in model.model_fields}
    return own | {"fields": {key: entry for key, entry in value.items() if key not in model.model_fields}}


class Clean(_Strict):
    """A function on text, with its argument where it takes one: ``strip``, or ``{pattern: 'PO-(\\d+)'}``."""

    function: str
    argument: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"function": value}
        if isinstance(value, dict) and len(value) == 1 and "function" not in value:
            [(function, argument)] = value.items()
            return {"function": function, "argument": argument}
        if isinstance(value, dict) and "function" not in value:
            raise ValueError("several functions stand in one entry: write a list, as `[strip, {prefix: S-}]`")
        return value


class FieldRule(_Strict):
    """How one field gets its value: found by paths, or constant; then cleaned, defaulted, looked up and converted.

    The steps run in the order: ``const`` or the first path of ``from`` that is not empty (with ``join``: all of them,
    joined by this text), ``clean``, ``default``, ``lookup``, ``as``. A path passes over values that ``only`` does not
    name, or that ``skip`` names, and goes on to the next segment.

    Behind these: numbers are calculated with those of other paths (``times``, ``plus``, ``minus``; where there is none,
    nothing changes); a row in which a path of ``when`` finds none of its values has nothing; and a row that has nothing
    gets what ``otherwise``, a rule like this one, gives.
    """

    from_: tuple[str, ...] = Field((), alias="from")
    join: str | None = None
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    clean: tuple[Clean, ...] = (Clean(function="strip"),)
    default: str | None = None
    const: str | None = None
    lookup: str | None = Field(None, description="a code list: the name of a file below codes/, without .csv")
    unknown: str | None = Field(None, description="what a code means that the list does not have; it is found anyway")
    as_: As = Field("text", alias="as")
    form: tuple[str, ...] = Field((), description="forms of a date, as CCYYMMDD or DD.MM.YYYY; the first that fits")
    times: tuple[str, ...] = Field((), description="paths of whole or decimal numbers to multiply by")
    plus: tuple[str, ...] = Field((), description="paths of numbers to add")
    minus: tuple[str, ...] = Field((), description="paths of numbers to take away")
    when: dict[str, tuple[str, ...]] = Field({}, description="paths, and the values one of which each must find")
    otherwise: Self | None = Field(None, description="the rule for rows that have nothing")

    _lists = field_validator("from_", "form", "only", "skip", "times", "plus", "minus", mode="before")(listed)

    @field_validator("when", mode="before")
    @classmethod
    def _when_lists(cls, value: Any) -> Any:
        return {path: listed(values) for path, values in value.items()} if isinstance(value, dict) else value

    @field_validator("clean", mode="before")
    @classmethod
    def _clean_list(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str | dict) else value

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if self.const is not None and self.from_:
            raise ValueError("`from` and `const` exclude each other: keep one of them")
        if self.const is None and not self.from_:
            raise ValueError(
                "a field needs `from:` (where its value stands) or `const:` (its value): write one of them"
            )
        if self.only and self.skip:
            raise ValueError("`only` and `skip` exclude each other: keep one of them")
        if self.as_ == "date" and not self.form:
            raise ValueError("a date needs its form: write for example `form: CCYYMMDD`")
        if self.unknown is not None and self.lookup is None:
            raise ValueError("`unknown` belongs to a `lookup`: write `lookup:` too, or take it away")
        if (self.times or self.plus or self.minus) and self.as_ not in ("units", "decimal", "money"):
            raise ValueError("only numbers are calculated: write `as: units`, `as: decimal` or `as: money`")
        if self.times and self.as_ == "money":
            raise ValueError("an amount is not multiplied, since it would have to be rounded: take the total's path")
        return self

    def with_others(self) -> "tuple[FieldRule, ...]":
        """This rule and those that it gives way to."""
        return (self, *(self.otherwise.with_others() if self.otherwise is not None else ()))


class Claims(_Strict):
    """Which messages, tables or trees a mapping is for. All that is given must hold."""

    message: str | None = Field(None, description="ST01, or the message type of UNH S009")
    version: tuple[str, ...] = Field((), description="GS08, or S009 as text; none: any")
    sender: str | None = Field(None, description="`qualifier:id` of the envelope; none: any identity of the partner")
    columns: tuple[str, ...] = Field((), description="columns that the table must have; it may have more")
    moved: Literal["held", "taken"] = Field("held", description="a table with these columns in another order")
    files: str | None = Field(None, description="pattern of the file's name, for example `*.csv`")
    root: str | None = Field(None, description="XML: the root element, with its prefix")
    has: tuple[str, ...] = Field((), description="XML and JSON: paths from the document that must find something")
    where: dict[str, tuple[str, ...]] = Field(
        {}, description="header paths and the values they must find: EDI messages, XML and JSON documents"
    )

    _lists = field_validator("version", "columns", "has", mode="before")(listed)

    @field_validator("where", mode="before")
    @classmethod
    def _where_lists(cls, value: Any) -> Any:
        return {path: listed(values) for path, values in value.items()} if isinstance(value, dict) else value


class Record(_Strict):
    """A kind of record in a file that has several: how its rows begin, and its columns.

    ``columns`` are `name: first-last` (characters, from 1) in files of fixed width, and a list of names in others.
    """

    starts: str
    columns: dict[str, str] | tuple[str, ...]


class Reads(_Strict):
    """How a table is written: declared, never guessed. ``header_row`` counts from 1; 0 is a table without a header.

    Several ``header_rows`` under each other give names like `Menge / Stück`. ``cells`` of a workbook are values above
    the table, by the name that paths use. ``ends`` is a pattern: the table ends at the first row that begins with it.
    In a file with several kinds of ``records`` the columns are called `HD.number`, and the rows of ``lines: each``
    carry those of the nearest records above them.
    """

    encoding: str = "utf-8"
    separator: str = Field(",", min_length=1, max_length=3, description="one character, or `tab`")
    quote: str = Field('"', max_length=1)
    header_row: int = Field(1, ge=0)
    header_rows: int = Field(1, ge=1, le=3)
    names: tuple[str, ...] = Field((), description="the columns of a table without a header")
    columns: dict[str, str] = Field({}, description="fixed width: `name: first-last`, characters from 1")
    records: dict[str, Record] = {}
    sheet: str = Field("1", description="workbook: the sheet's name, or its number from 1")
    cells: dict[str, str] = Field({}, description="workbook: `name: B2`")
    ends: str | None = None
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""

    @field_validator("separator")
    @classmethod
    def _one_character(cls, value: str) -> str:
        if value == "tab":
            return "\t"
        if len(value) != 1:
            raise ValueError(f"`{value}` is no separator; write one character, or tab")
        return value


class Header(_Strict):
    """The fields of the document itself. ``group_by`` makes one document of all rows of a table with the same value.

    ``each`` names the elements of a tree that are a document each; without it the whole file is one.
    """

    number: FieldRule
    purpose: FieldRule = FieldRule.model_validate({"const": "original"})
    issued_on: FieldRule | None = None
    group_by: str | None = None
    each: str | None = None


class Repeat(_Strict):
    """Elements of a segment that come in groups: the element in which the first group begins, and how many each has."""

    first: int = Field(ge=1)
    size: int = Field(ge=1)


class Part(_Strict):
    """A part of a line that becomes a canonical line of its own, with its quantity and with fields of its own.

    ``each``: one part for every segment of this tag in the line, or with ``repeat`` for every group of elements in it,
    whose elements are `SDQ.#1`, `SDQ.#2`. Paths of a part look at its own segment, and behind it up to the next one.
    ``rest_of``: what is left of this quantity after the other parts; nothing, if nothing is left. Otherwise one part,
    if ``quantity`` is there. A part that is ``apart`` takes nothing of the line, which stays as it would be without it.
    The fields stand beside these keys; a text is a constant.
    """

    each: str | None = None
    repeat: Repeat | None = None
    quantity: str | None = None
    rest_of: str | None = None
    apart: bool = False
    where: dict[str, tuple[str, ...]] = {}
    fields: dict[str, FieldRule] = {}

    @field_validator("where", mode="before")
    @classmethod
    def _where_lists(cls, value: Any) -> Any:
        return {path: listed(values) for path, values in value.items()} if isinstance(value, dict) else value

    @model_validator(mode="before")
    @classmethod
    def _fields_stand_beside(cls, value: Any) -> Any:
        return beside(cls, value)

    @field_validator("fields", mode="before")
    @classmethod
    def _constants(cls, value: Any) -> Any:
        named = value.items() if isinstance(value, dict) else ()
        return {name: {"const": rule} if isinstance(rule, str) else rule for name, rule in named}

    @model_validator(mode="after")
    def _one_quantity(self) -> Self:
        if (self.quantity is None) == (self.rest_of is None):
            raise ValueError("a part needs either `quantity:` or `rest_of:`: write one of them")
        if self.repeat is not None and self.each is None:
            raise ValueError("`repeat` belongs to `each`: say which segment has the groups")
        if self.apart and self.each is None:
            raise ValueError("`apart` belongs to `each`: say which segments are lines beside the line")
        return self


class Lines(_Strict):
    """Where a line begins and ends, how it is split, what it must have, and its fields by canonical name."""

    each: str = Field(description="the tag that opens a line, or `row`")
    until: tuple[str, ...] = Field((), description="tags that end the lines before them, without opening one")
    require: tuple[tuple[str, ...], ...] = Field((), description="fields that must not be empty; of a list, one")
    split: tuple[Part, ...] = ()
    fields: dict[str, FieldRule] = {}

    _lists = field_validator("until", mode="before")(listed)

    @model_validator(mode="before")
    @classmethod
    def _fields_stand_beside(cls, value: Any) -> Any:
        """In the file the fields stand directly under ``lines:``, beside ``each`` and ``split``."""
        return beside(cls, value)

    @field_validator("require", mode="before")
    @classmethod
    def _require_lists(cls, value: Any) -> Any:
        return tuple(listed(one) for one in value) if isinstance(value, list | tuple) else value


class Rules(_Strict):
    """A mapping file, with what it extends merged in."""

    extends: str | None = Field(None, description="a shipped standard, for example `x12/180`")
    kind: Kind
    standard: Standard
    claims: Claims
    reads: Reads = Reads()
    namespaces: dict[str, str] = Field({}, description="XML: prefixes that paths use, and their namespaces")
    pairs: dict[str, tuple[int, ...]] = Field(
        {}, description="elements of a segment that hold a qualifier whose value is the next element"
    )
    document: Header
    lines: Lines

    def field_rules(self) -> tuple[FieldRule, ...]:
        """Every field rule of the header, the lines and their parts."""
        header = (self.document.number, self.document.purpose, self.document.issued_on)
        parts = (rule for part in self.lines.split for rule in part.fields.values())
        rules = (rule for rule in (*header, *self.lines.fields.values(), *parts) if rule is not None)
        return tuple(one for rule in rules for one in rule.with_others())
