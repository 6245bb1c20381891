"""Open this when late evidence re-opens too much or too little: decisions that it may touch, and what they refused."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy import column as untyped
from sqlalchemy import table as untyped_table

from connectors.store.insert import TABLES
from connectors.store.reads import Reads
from schemas.marks import Kind
from schemas.tables import DECIDED, PARCELS

_LINES = pa.schema([("return_line", pa.string())])


class LateReads(Reads):
    """What can be asked of decisions that evidence may change, beside the other reads."""

    def reopenable(self, return_lines: Iterable[str]) -> pa.Table:
        """``DECIDED`` units of these lines that are held or refused, and whose goods did not go back."""
        columns: list[ColumnElement[Any]] = [untyped(name) for name in DECIDED.names]
        chosen = select(*columns).select_from(untyped_table("reopenable"))
        return self._in_chunks(chosen, untyped("return_line"), return_lines, DECIDED).sort_by("decision")

    def refused_parcels(self, decisions: Mapping[str, str]) -> pa.Table:
        """``PARCELS`` of these decisions that refused units, each named with its return line."""
        columns: list[ColumnElement[Any]] = [untyped(name) for name in (*PARCELS.names, "decision")]
        shape = pa.schema([*PARCELS, ("decision", pa.string())])
        chosen = select(*columns).select_from(untyped_table("refused_parcel"))
        found = self._in_chunks(chosen, untyped("return_line"), sorted(set(decisions.values())), shape)
        wanted = pc.is_in(found["decision"], pa.array(sorted(decisions), pa.string()))
        return (
            found.filter(wanted).select(PARCELS.names).sort_by([("return_line", "ascending"), ("portion", "ascending")])
        )

    def lines_held_by(self, rule: str, retailer: str) -> list[str]:
        """Return lines with units that this rule of the policy, or one below it, holds, looked up from what is open."""
        marks, decided = TABLES["mark"], TABLES["decision"]
        chosen = (
            select(decided.c.return_line).distinct().join_from(marks, decided, decided.c.portion == marks.c.subject)
        )
        chosen = chosen.where(
            marks.c.kind == Kind.OPEN.value, marks.c.retailer == retailer,
            decided.c.outcome == "hold", or_(decided.c.rule == rule, decided.c.rule.like(f"{rule}.%")),
        )  # fmt: skip
        return sorted(self._select(chosen, _LINES)["return_line"].to_pylist())

    def lines_shipped_by(self, retailer: str, documents: Iterable[str]) -> list[str]:
        """Return lines of the retailer that stand on sales of which these ship notices speak, as in ``shipped_of``."""
        lines, sold, placed = TABLES["shipment_line"], TABLES["invoice_line"], TABLES["allocation"]
        named = or_(
            lines.c.invoice_number == sold.c.invoice_number,
            and_(lines.c.po_number == sold.c.po_number, lines.c.invoice_number.is_(None)),
        )
        mine = and_(sold.c.retailer == retailer, sold.c.gtin == lines.c.gtin, named)
        chosen = select(placed.c.return_line).distinct().join_from(lines, sold, mine)
        chosen = chosen.join(placed, placed.c.invoice_line == sold.c.invoice_line)
        return sorted(set(self._in_chunks(chosen, lines.c.document, documents, _LINES)["return_line"].to_pylist()))
