"""Open this when a difference is judged by the wrong facts: what is asked of items, answers and sales about them."""

from collections.abc import Iterable

import pyarrow as pa
from sqlalchemy import func, or_, select

from connectors.store.insert import TABLES
from connectors.store.reads import Reads
from connectors.store.shapes import shape_of
from schemas.tables import ANSWER_LINES


class DifferenceReads(Reads):
    """What can be asked about differences, beside the other reads."""

    def names_of(self, gtins: Iterable[str], kind: str) -> pa.Table:
        """The ``item_name`` rows of this kind that name these items."""
        stored = TABLES["item_name"]
        return self._rows_in(stored, stored.c.gtin, sorted(gtins), stored.c.kind == kind)

    def notice_lines_of(self, documents: Iterable[str]) -> pa.Table:
        """The ``notice_line`` rows of these documents."""
        stored = TABLES["notice_line"]
        return self._rows_in(stored, stored.c.document, documents)

    def documents_of(self, documents: Iterable[str]) -> pa.Table:
        """The ``document`` rows with these ids."""
        stored = TABLES["document"]
        return self._rows_in(stored, stored.c.document, documents)

    def returns_with(self, return_ids: Iterable[str]) -> pa.Table:
        """The ``return`` rows with these ids."""
        stored = TABLES["return"]
        return self._rows_in(stored, stored.c.return_id, return_ids)

    def provisional_at(self, retailers: Iterable[str], stores: Iterable[str]) -> pa.Table:
        """The provisional ``return`` rows of these stores, of which something is not decided yet."""
        stored, lines = TABLES["return"], TABLES["return_line"]
        moved, portions = TABLES["movement"], TABLES["allocation"]
        taken = select(moved.c.movement).join_from(lines, portions).join(moved, moved.c.portion == portions.c.portion)
        taken = taken.where(
            lines.c.return_id == stored.c.return_id, moved.c.to_bucket.in_(_ENDED)
        )  # fmt: skip
        mine = stored.c.retailer.in_(sorted(retailers))
        return self._rows_in(stored, stored.c.store, sorted(stores), mine, stored.c.origin == "dock", ~taken.exists())

    def resolutions_of(self, return_line: str) -> pa.Table:
        """The ``resolution`` rows that speak of this line, or of what came in its place, turn by turn."""
        stored = TABLES["resolution"]
        mine = or_(stored.c.return_line == return_line, stored.c.other_line == return_line)
        return self._rows(stored, mine).sort_by([("kind", "ascending"), ("turn", "ascending")])

    def answers_to(self, partner: str, numbers: Iterable[str]) -> pa.Table:
        """``ANSWER_LINES`` of the partner's accepted answers to what has one of these numbers."""
        lines, documents = TABLES["answer_line"], TABLES["document"]
        chosen = select(*(lines.c[name] for name in ANSWER_LINES.names)).join_from(lines, documents)
        chosen = chosen.where(documents.c.partner == partner, documents.c.state == "accepted")
        return self._in_chunks(chosen, lines.c.request_number, numbers, ANSWER_LINES).sort_by(
            [("document", "ascending"), ("line_no", "ascending")]
        )

    def left_of(self, invoice_lines: Iterable[str]) -> dict[str, list[int]]:
        """Units, net and tax that returns have left of each of these invoice lines."""
        stored = TABLES["creditable"]
        found = self._in_chunks(select(stored), stored.c.invoice_line, invoice_lines, shape_of(stored))
        return {
            row["invoice_line"]: [row[name] - row[taken] for name, taken in _LEFT.items()] for row in found.to_pylist()
        }

    def sold_at(self, gtins: Iterable[str]) -> pa.Table:
        """Units sold of these items, by retailer and store: retailer, store, gtin, units."""
        sold = TABLES["invoice_line"]
        columns = (sold.c.retailer, sold.c.store, sold.c.gtin)
        schema = pa.schema([*((column.name, pa.string()) for column in columns), ("units", pa.int64())])
        chosen = select(*columns, func.sum(sold.c.units)).group_by(*columns)
        keys = [(name, "ascending") for name in schema.names[:3]]
        return self._in_chunks(chosen, sold.c.gtin, sorted(gtins), schema).sort_by(keys)

    def stores_known(self, stores: Iterable[str]) -> pa.Table:
        """The retailers that have a store of one of these numbers, by sales or returns: retailer, store."""
        schema = pa.schema([("retailer", pa.string()), ("store", pa.string())])
        parts = []
        for name in ("invoice_line", "return"):
            told = TABLES[name]
            chosen = select(told.c.retailer, told.c.store).distinct()
            parts.append(self._in_chunks(chosen, told.c.store, sorted(stores), schema))
        both = pa.concat_tables(parts)
        return both.group_by(["retailer", "store"], use_threads=False).aggregate([]).sort_by(
            [("retailer", "ascending"), ("store", "ascending")]
        )  # fmt: skip

    def labels_like(self, labels: Iterable[str], digits: int) -> pa.Table:
        """Labels of announced boxes that share so many first digits with one of these: label, retailer."""
        boxes, returns = TABLES["carton"], TABLES["return"]
        beginning = func.substr(boxes.c.carton, 1, digits)
        chosen = select(boxes.c.carton, returns.c.retailer).join_from(boxes, returns)
        chosen = chosen.where(returns.c.origin == "notice")
        schema = pa.schema([("label", pa.string()), ("retailer", pa.string())])
        wanted = sorted({label[:digits] for label in labels})
        return self._in_chunks(chosen, beginning, wanted, schema).sort_by(
            [("label", "ascending"), ("retailer", "ascending")]
        )


# What came of goods that are not looked at again: they were decided, or found their return already.
_ENDED = ("accepted", "refused", "cancelled", "replaced", "repaired")
_LEFT = {"units": "units_taken", "net_minor": "net_taken", "tax_minor": "tax_taken"}
