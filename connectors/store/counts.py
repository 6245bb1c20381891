"""Open this when a receipt is counted again: what receipts told of returns, and what was decided of it."""

from collections.abc import Collection, Iterable
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, select
from sqlalchemy import column as untyped
from sqlalchemy import table as untyped_table

from connectors.store.insert import TABLES
from connectors.store.reads import Reads
from schemas.ledger import Bucket
from schemas.tables import DECIDED_COUNTS, OPEN_PORTIONS, PARCELS

_TELLING = ("inspection", "difference")
_KEY = pa.schema([("key", pa.string())])


class CountReads(Reads):
    """What can be asked of counts, beside the other reads."""

    def returns_told_of(self, documents: Collection[str]) -> list[str]:
        """The returns of which these receipts counted units in, or told a difference."""
        found: set[str] = set()
        for name in _TELLING:
            chosen = self._told(name, TABLES["return_line"].c.return_id)
            found |= self._keys(chosen, TABLES[name].c.receipt_document, documents)
        return sorted(found)

    def returns_counted(self, return_ids: Iterable[str]) -> list[str]:
        """Those of these returns of which receipts counted units in, or told a difference."""
        lines, found = TABLES["return_line"], set[str]()
        for name in _TELLING:
            found |= self._keys(self._told(name, lines.c.return_id), lines.c.return_id, return_ids)
        return sorted(found)

    def returns_arrived(self, return_ids: Iterable[str]) -> set[str]:
        """Those of these returns of which something was counted in."""
        return self._keys(self._told("inspection", TABLES["return_line"].c.return_id),
                          TABLES["return_line"].c.return_id, return_ids)  # fmt: skip

    def given_up(self, return_ids: Iterable[str]) -> set[str]:
        """The lines of these returns of which something never came in the time agreed."""
        told = TABLES["difference"]
        chosen = self._told("difference", told.c.return_line).where(
            told.c.kind.in_(("never_arrived", "carton_missing"))
        )
        return self._keys(chosen, TABLES["return_line"].c.return_id, return_ids)

    def returns_named(self, numbers: Iterable[str | None], cartons: Iterable[str | None]) -> tuple[pa.Table, pa.Table]:
        """The ``return`` rows of these numbers, and the ``carton`` rows of these SSCCs."""
        returns, boxes = TABLES["return"], TABLES["carton"]
        return (
            self._rows_in(returns, returns.c.number, [number for number in numbers if number]),
            self._rows_in(boxes, boxes.c.carton, _everywhere(cartons)),
        )

    def named_by_receipts(self, numbers: Iterable[str], labels: Iterable[str]) -> tuple[set[str], set[str]]:
        """Those of these returns' numbers and of these SSCCs that lines of receipts name."""
        lines = TABLES["receipt_line"]
        names = self._keys(select(lines.c.notice_number), lines.c.notice_number, numbers)
        return names, self._keys(select(lines.c.carton), lines.c.carton, _everywhere(labels))

    def receipts_in_force(self, return_ids: Collection[str]) -> pa.Table:
        """``document`` rows of the receipts that say something of these returns, and that count."""
        stored, lines, found = TABLES["document"], TABLES["receipt_line"], set[str]()
        for name in _TELLING:
            chosen = self._told(name, TABLES[name].c.receipt_document)
            found |= self._keys(chosen, TABLES["return_line"].c.return_id, return_ids)
        numbers = self._rows_in(TABLES["return"], TABLES["return"].c.return_id, return_ids)["number"].to_pylist()
        labels = self.cartons_of(return_ids)["carton"].to_pylist()
        found |= self._keys(select(lines.c.document), lines.c.notice_number, numbers)
        found |= self._keys(select(lines.c.document), lines.c.carton, _everywhere(labels))
        return self._rows_in(stored, stored.c.document, found, stored.c.state == "accepted", stored.c.kind == "receipt")

    def receipt_lines_of(self, documents: Iterable[str]) -> pa.Table:
        """The ``receipt_line`` rows of these documents."""
        return self._rows_in(TABLES["receipt_line"], TABLES["receipt_line"].c.document, documents)

    def differences_of(self, documents: Iterable[str]) -> pa.Table:
        """The ``difference`` rows of these documents."""
        return self._rows_in(TABLES["difference"], TABLES["difference"].c.receipt_document, documents)

    def cartons_of(self, return_ids: Iterable[str]) -> pa.Table:
        """The ``carton`` rows of these returns."""
        return self._rows_in(TABLES["carton"], TABLES["carton"].c.return_id, return_ids)

    def lines_of(self, return_ids: Iterable[str]) -> pa.Table:
        """The ``return_line`` rows of these returns."""
        return self._rows_in(TABLES["return_line"], TABLES["return_line"].c.return_id, return_ids)

    def portions_in(self, return_ids: Iterable[str]) -> pa.Table:
        """``OPEN_PORTIONS`` of these returns, the finished ones too."""
        return self._from_view("returned_portion", OPEN_PORTIONS, return_ids)

    def shorts_in(self, return_ids: Iterable[str]) -> pa.Table:
        """``PARCELS`` of units of these returns that did not come."""
        return self._from_view("short_parcel", PARCELS, return_ids)

    def movements_in(self, portions: Iterable[str]) -> set[str]:
        """The ids of all movements of these portions."""
        stored = TABLES["movement"]
        return self._keys(select(stored.c.movement), stored.c.portion, portions)

    def decided_counts(self, documents: Iterable[str]) -> pa.Table:
        """``DECIDED_COUNTS`` of these receipts: units that were accepted, credited or refused."""
        seen, moved, lines = TABLES["inspection"], TABLES["movement"], TABLES["return_line"]
        decided, later = TABLES["decision"], seen.alias("later")
        columns = (seen.c.receipt_document, moved.c.cause, moved.c.return_line, lines.c.gtin, seen.c.condition)
        chosen = select(*columns, seen.c.units, decided.c.decision, decided.c.outcome).select_from(seen)
        chosen = chosen.join(moved, moved.c.movement == seen.c.movement)
        chosen = chosen.join(lines, lines.c.return_line == moved.c.return_line)
        chosen = chosen.join(decided, (decided.c.decision == seen.c.movement) & (decided.c.outcome != "hold"))
        chosen = chosen.where(moved.c.to_bucket == Bucket.RECEIVED)
        chosen = chosen.where(~select(later.c.movement).where(later.c.replaces == seen.c.movement).exists())
        found = self._in_chunks(chosen, seen.c.receipt_document, documents, DECIDED_COUNTS)
        return found.sort_by(
            [(name, "ascending") for name in ("receipt_document", "cause", "return_line", "condition")]
        )

    @staticmethod
    def _told(name: str, column: Any) -> Any:
        """A column of what receipts told in this table, joined with the return lines."""
        told, lines, portions = TABLES[name], TABLES["return_line"], TABLES["allocation"]
        chosen = select(column).select_from(told)
        if name == "difference":
            return chosen.join(lines, lines.c.return_line == told.c.return_line)
        chosen = chosen.join(portions, portions.c.portion == told.c.portion)
        return chosen.join(lines, lines.c.return_line == portions.c.return_line)

    def _from_view(self, name: str, shape: pa.Schema, return_ids: Iterable[str]) -> pa.Table:
        columns: list[ColumnElement[Any]] = [untyped(column) for column in shape.names]
        chosen = select(*columns).select_from(untyped_table(name))
        return self._in_chunks(chosen, untyped("return_id"), return_ids, shape).sort_by("portion")

    def _keys(self, chosen: Any, column: Any, keys: Iterable[str]) -> set[str]:
        found = self._in_chunks(chosen.distinct(), column, keys, _KEY)["key"].to_pylist()
        return {key for key in found if key is not None}


def _everywhere(labels: Iterable[str | None]) -> list[str]:
    """The labels that name one box wherever they are read: SSCCs. Others, as "1", only say something in a return."""
    return [label for label in labels if label and len(label) == 18 and label.isdigit()]
