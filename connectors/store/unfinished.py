"""Open this when a step reads more than what is new: what is marked as not finished, and what was said of it."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, and_, column, select, table

from connectors.store.insert import TABLES
from connectors.store.reads import Reads
from connectors.store.shapes import shape_of
from schemas.marks import Kind
from schemas.tables import COUNTED_UNITS, TOLD_DIFFERENCES

MARKS = pa.schema([("retailer", pa.string()), ("subject", pa.string()), ("edition", pa.int64())])
UNTOLD_NOTES = pa.schema([*shape_of(TABLES["credit_note"]), pa.field("request", pa.string())])


class UnfinishedReads(Reads):
    """What can be asked of things that are not finished, beside the other reads."""

    def marks(self, kind: Kind, retailer: str) -> pa.Table:
        """``MARKS`` of a kind that a retailer has now: what an outcome is done with is named by these rows."""
        stored = TABLES["mark"]
        chosen = select(stored.c.retailer, stored.c.subject, stored.c.edition).where(
            stored.c.kind == kind.value, stored.c.retailer == retailer
        )
        return self._select(chosen.order_by(stored.c.subject), MARKS)

    def untold_notes(self, retailer: str, since: date) -> pa.Table:
        """``UNTOLD_NOTES``: notes posted from this day on of which the retailer has no copy, with their request."""
        marks, notes, intents = TABLES["mark"], TABLES["credit_note"], TABLES["credit_intent"]
        chosen = select(*(notes.c[name] for name in UNTOLD_NOTES.names[:-1]), intents.c.request)
        chosen = chosen.join_from(marks, notes, marks.c.subject == notes.c.reference)
        chosen = chosen.join(intents, intents.c.reference == notes.c.reference)
        mine = and_(marks.c.kind == Kind.UNTOLD.value, marks.c.retailer == retailer)
        return self._select(chosen.where(mine, notes.c.posted_on >= since).order_by(notes.c.reference), UNTOLD_NOTES)

    def messages_with(self, keys: Iterable[str]) -> set[str]:
        """Those of these keys that messages of ours have."""
        stored = TABLES["outbound_message"]
        shape = pa.schema([("key", pa.string())])
        return set(self._in_chunks(select(stored.c.key), stored.c.key, keys, shape)["key"].to_pylist())

    def returns_numbered(self, numbers: Iterable[str]) -> pa.Table:
        """The ``return`` rows of these numbers, of whatever retailer."""
        stored = TABLES["return"]
        return self._rows_in(stored, stored.c.number, numbers)

    def clocks(self, event: str, subjects: Iterable[str]) -> pa.Table:
        """The ``due_event`` rows of these subjects, met ones too."""
        stored = TABLES["due_event"]
        return self._rows_in(stored, stored.c.subject, subjects, stored.c.event == event)

    def told_in(self, return_ids: Iterable[str]) -> pa.Table:
        """``TOLD_DIFFERENCES`` of these returns."""
        order = ("retailer", "number", "return_line", "kind", "receipt_document", "receipt_line_no")
        return self._in_returns("told_difference", TOLD_DIFFERENCES, return_ids, *order)

    def counted_in(self, return_ids: Iterable[str]) -> pa.Table:
        """``COUNTED_UNITS`` of these returns."""
        order = ("retailer", "number", "return_line", "receipt_document", "cause", "condition", "units")
        return self._in_returns("counted_unit", COUNTED_UNITS, return_ids, *order)

    def _in_returns(self, view: str, shape: pa.Schema, return_ids: Iterable[str], *order: str) -> pa.Table:
        columns: list[ColumnElement[Any]] = [column(name) for name in shape.names]
        chosen = select(*columns).select_from(table(view))
        found = self._in_chunks(chosen, column("return_id"), return_ids, shape)
        return found.sort_by([(name, "ascending") for name in order])

    def questions_of(self, return_ids: Iterable[str]) -> pa.Table:
        """The ``question`` rows about these returns."""
        stored = TABLES["question"]
        return self._rows_in(stored, stored.c.return_id, return_ids)

    def questions_named(self, questions: Iterable[str]) -> pa.Table:
        """The ``question`` rows with these ids."""
        stored = TABLES["question"]
        return self._rows_in(stored, stored.c.question, questions)

    def resolutions_on(self, return_lines: Iterable[str]) -> pa.Table:
        """The ``resolution`` rows that speak of these lines, or of what came in their place."""
        stored, lines = TABLES["resolution"], list(return_lines)
        parts = [self._rows_in(stored, stored.c[name], lines) for name in ("return_line", "other_line")]
        both = pa.concat_tables(parts)
        return both.group_by(both.column_names, use_threads=False).aggregate([]).sort_by(
            [(name, "ascending") for name in ("return_line", "kind", "receipt_document", "receipt_line_no", "turn")]
        )  # fmt: skip

    def returns_sharing_boxes(self, return_ids: Collection[str]) -> list[str]:
        """The returns that have a box of one of these returns, they themselves too."""
        boxes = TABLES["carton"]
        labels = self._rows_in(boxes, boxes.c.return_id, return_ids)["carton"].to_pylist()
        named = [label for label in labels if len(label) == 18 and label.isdigit()]
        found = self._rows_in(boxes, boxes.c.carton, named)["return_id"].to_pylist()
        return sorted({*return_ids, *found})

    def counted_by(self, return_lines: Iterable[str]) -> list[str]:
        """The receipts that counted units of these lines in."""
        seen, portions = TABLES["inspection"], TABLES["allocation"]
        chosen = select(seen.c.receipt_document).join_from(seen, portions).distinct()
        shape = pa.schema([("receipt_document", pa.string())])
        return sorted(
            set(self._in_chunks(chosen, portions.c.return_line, return_lines, shape)["receipt_document"].to_pylist())
        )
