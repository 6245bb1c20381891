"""Open this when a late document re-opens too much or too little: what may be placed anew, by retailer and item.

Every read here starts at claims or sales of one retailer and goes by an index; none goes through the whole ledger.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy import column as untyped
from sqlalchemy import table as untyped_table

from connectors.store.insert import TABLES
from connectors.store.reads import Reads
from connectors.store.shapes import shape_of
from schemas.ledger import DECIDED_INTO, FINAL, Bucket
from schemas.tables import ASSIGNMENTS, KEPT_CLAIMS, PARCELS

_CLAIM = TABLES["claim"]
REFERENCES = ("po_number", "invoice_number", "delivery_note")


class PoolReads(Reads):
    """What can be asked of units that may move, beside the other reads."""

    def parcels(self, retailer: str, gtins: Iterable[str]) -> pa.Table:
        """``PARCELS`` of these items: units that are neither credited nor accepted, nor finished otherwise."""
        columns: list[ColumnElement[Any]] = [untyped(name) for name in PARCELS.names]
        chosen = select(*columns).select_from(untyped_table("parcel"))
        chosen = chosen.where(untyped("retailer") == retailer)
        found = self._in_chunks(chosen, untyped("gtin"), gtins, PARCELS)
        return found.sort_by([(name, "ascending") for name in ("return_line", "portion", "bucket", "inspection")])

    def parcels_in(self, return_ids: Iterable[str]) -> pa.Table:
        """``PARCELS`` of these returns."""
        columns: list[ColumnElement[Any]] = [untyped(name) for name in PARCELS.names]
        chosen = select(*columns).select_from(untyped_table("parcel"))
        found = self._in_chunks(chosen, untyped("return_id"), return_ids, PARCELS)
        return found.sort_by([(name, "ascending") for name in ("return_line", "portion", "bucket", "inspection")])

    def decided_units(self, return_ids: Iterable[str]) -> dict[tuple[str, str], tuple[int, str]]:
        """Announced units that were decided, with their currency, by return and item."""
        moved, lines = TABLES["movement"], TABLES["return_line"]
        ended = moved.c.to_bucket.in_(DECIDED_INTO.values()) & moved.c.from_bucket.not_in((Bucket.ACCEPTED, *FINAL))
        undone = (moved.c.from_bucket == Bucket.REFUSED) & (moved.c.to_bucket == Bucket.MOVED)
        units = func.sum(case((undone, -moved.c.units), else_=moved.c.units))
        chosen = select(lines.c.return_id, lines.c.gtin, units, func.max(moved.c.currency)).join_from(lines, moved)
        chosen = chosen.where(ended | undone, lines.c.origin == "notice", lines.c.gtin.is_not(None))
        chosen = chosen.group_by(lines.c.return_id, lines.c.gtin)
        texts = [(name, pa.string()) for name in ("return_id", "gtin", "currency")]
        shape = pa.schema([*texts[:2], ("units", pa.int64()), texts[2]])
        found = self._in_chunks(chosen, lines.c.return_id, return_ids, shape).to_pylist()
        return {(row["return_id"], row["gtin"]): (row["units"], row["currency"]) for row in found if row["units"]}

    def claims_of(self, return_lines: Iterable[str]) -> pa.Table:
        """``KEPT_CLAIMS`` of these return lines."""
        return self._claims(_CLAIM.c.return_line, return_lines)

    def claims_in(self, return_ids: Iterable[str]) -> pa.Table:
        """``KEPT_CLAIMS`` of all lines of these returns that were not taken back as a whole."""
        moved, portions = TABLES["movement"], TABLES["allocation"]
        cancelled = select(func.coalesce(func.sum(moved.c.units), 0)).join_from(portions, moved)
        cancelled = cancelled.where(
            portions.c.return_line == _CLAIM.c.return_line, moved.c.to_bucket == Bucket.CANCELLED
        )
        return self._claims(_CLAIM.c.return_id, return_ids, cancelled.scalar_subquery() < _CLAIM.c.units)

    def _claims(self, column: Any, keys: Iterable[str], *where: ColumnElement[bool]) -> pa.Table:
        chosen = select(*(_CLAIM.c[name] for name in KEPT_CLAIMS.names)).where(*where)
        return self._in_chunks(chosen, column, keys, KEPT_CLAIMS).sort_by("return_line")

    def items_stating(self, retailer: str, references: Mapping[str, Collection[str]]) -> set[str]:
        """The items of claims that state one of these references, by the name of the column (see ``REFERENCES``)."""
        found: set[str] = set()
        for name in REFERENCES:
            chosen = select(_CLAIM.c.gtin).distinct().where(_CLAIM.c.retailer == retailer, _CLAIM.c.gtin.is_not(None))
            shape = pa.schema([("gtin", pa.string())])
            found.update(self._in_chunks(chosen, _CLAIM.c[name], references.get(name, ()), shape)["gtin"].to_pylist())
        return found

    def items_in_cartons(self, cartons: Iterable[str]) -> pa.Table:
        """Retailer, item and carton of claims that name one of these cartons."""
        names = ("retailer", "gtin", "carton")
        chosen = select(*(_CLAIM.c[name] for name in names)).distinct().where(_CLAIM.c.gtin.is_not(None))
        shape = pa.schema([(name, pa.string()) for name in names])
        return self._in_chunks(chosen, _CLAIM.c.carton, cartons, shape)

    def box_items(self, retailer: str, gtins: Iterable[str]) -> set[str]:
        """The items that are in one return with one of these, while units of this one may still move."""
        parcel = untyped_table("parcel", untyped("retailer"), untyped("gtin"), untyped("return_id"))
        chosen = select(parcel.c.return_id).distinct().where(parcel.c.retailer == retailer)
        shape = pa.schema([("return_id", pa.string())])
        returns = self._in_chunks(chosen, parcel.c.gtin, gtins, shape)["return_id"].to_pylist()
        items = select(_CLAIM.c.gtin).distinct().where(_CLAIM.c.gtin.is_not(None))
        found = self._in_chunks(items, _CLAIM.c.return_id, returns, pa.schema([("gtin", pa.string())]))
        return set(found["gtin"].to_pylist())

    def assignments_of(self, return_lines: Iterable[str]) -> pa.Table:
        """``ASSIGNMENTS`` of these return lines that are in force, in the order in which they were made."""
        stored, undo = TABLES["assignment"], TABLES["assignment"].alias("undo")
        moved, portions = TABLES["movement"], TABLES["allocation"]
        accepted = case((moved.c.to_bucket == Bucket.ACCEPTED, moved.c.units), else_=-moved.c.units)
        refused = (moved.c.from_bucket == Bucket.ACCEPTED) & (moved.c.to_bucket == Bucket.REFUSED)
        settled = (
            select(func.coalesce(func.sum(accepted), 0))
            .join_from(portions, moved)
            .where(portions.c.return_line == stored.c.return_line, portions.c.invoice_line == stored.c.invoice_line)
            .where((moved.c.to_bucket == Bucket.ACCEPTED) | refused)
            .scalar_subquery()
        )
        columns = [settled.label(name) if name == "settled" else stored.c[name] for name in ASSIGNMENTS.names]
        in_force = (
            stored.c.undoes.is_(None) & ~select(undo.c.undoes).where(undo.c.undoes == stored.c.assignment).exists()
        )
        found = self._in_chunks(select(*columns).where(in_force), stored.c.return_line, return_lines, ASSIGNMENTS)
        return found.sort_by([("return_line", "ascending"), ("assignment", "ascending")])

    def assignments_made(self, return_line: str) -> int:
        """How many assignments of this line there are, taken back ones and takings back too."""
        return len(self.table("assignment", return_line=return_line))

    def portions_of(self, return_lines: Iterable[str]) -> dict[str, int]:
        """How many portions each of these lines has; they are numbered from 1."""
        stored = TABLES["allocation"]
        chosen = select(stored.c.return_line, func.count()).group_by(stored.c.return_line)
        shape = pa.schema([("return_line", pa.string()), ("portions", pa.int64())])
        found = self._in_chunks(chosen, stored.c.return_line, return_lines, shape)
        return dict(zip(found["return_line"].to_pylist(), found["portions"].to_pylist(), strict=True))

    def placing(self, retailers: Collection[str]) -> dict[str, int]:
        """How often claims of these retailers were placed; those of whom none was are absent."""
        stored = TABLES["placing"]
        found = self._in_chunks(select(stored), stored.c.retailer, retailers, shape_of(stored))
        return dict(zip(found["retailer"].to_pylist(), found["edition"].to_pylist(), strict=True))
