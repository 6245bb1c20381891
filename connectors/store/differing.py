"""Open this when a difference is judged by the wrong facts: what is asked of items, answers and sales about them."""

from collections.abc import Iterable

import pyarrow as pa
from sqlalchemy import select

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


_LEFT = {"units": "units_taken", "net_minor": "net_taken", "tax_minor": "tax_taken"}
