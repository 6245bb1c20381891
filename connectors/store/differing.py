"""Open this when a difference is judged by the wrong facts: what is asked of items, answers and sales about them."""

from collections.abc import Iterable

import pyarrow as pa
from sqlalchemy import func, select

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


_LEFT = {"units": "units_taken", "net_minor": "net_taken", "tax_minor": "tax_taken"}
