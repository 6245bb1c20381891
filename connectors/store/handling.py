"""Open this when our word on announced goods, or where goods go, rests on wrong facts: what the store knows of both."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy import column as untyped

from connectors.store.insert import TABLES
from connectors.store.reads import Reads
from schemas.handling_tables import GOING_BACK, SENT, UNROUTED, WAITING
from schemas.ledger import Bucket

_ON_ITS_WAY = (Bucket.AUTHORISED, Bucket.IN_TRANSIT)


class HandlingReads(Reads):
    """What can be asked of goods beside their money, beside the other reads."""

    def waiting(self, retailer: str, since: date) -> pa.Table:
        """``WAITING`` of a retailer: announced units of returns from this day on, or of a day that is not known."""
        day: ColumnElement[Any] = untyped("returned_on")
        where = (untyped("retailer") == retailer, or_(day >= since, day.is_(None)))
        return self._view("waiting", WAITING, "portion", *where)

    def asked(self, return_line: str) -> pa.Table:
        """``WAITING`` of a return line, where our word was left to a person."""
        where = (untyped("return_line") == return_line, untyped("asked").is_not(None))
        return self._view("waiting", WAITING, "portion", *where)

    def sent_portions(self, retailer: str, partners: Collection[str]) -> pa.Table:
        """``SENT`` of a retailer, as one of these partners says; of several messages the first by id."""
        where = (untyped("retailer") == retailer, untyped("partner").in_(partners))
        found = self._view("sent_portion", SENT, "portion", *where)
        found = found.sort_by([("portion", "ascending"), ("document", "ascending")])
        keys = [name for name in SENT.names if name != "document"]
        once = found.group_by(keys, use_threads=False).aggregate([("document", "min")])
        return once.rename_columns([*keys, "document"]).select(SENT.names).cast(SENT)

    def bought_and_returned(self, retailer: str, since: date) -> tuple[int, int]:
        """Units sold to the retailer from this day on, and those of them that returns have taken."""
        sold, left = TABLES["invoice_line"], TABLES["creditable"]
        chosen = select(func.sum(sold.c.units), func.sum(left.c.units_taken)).join_from(sold, left)
        chosen = chosen.where(sold.c.retailer == retailer, sold.c.sold_on >= since)
        shape = pa.schema([("bought", pa.int64()), ("returned", pa.int64())])
        (row,) = self._select(chosen, shape).to_pylist()
        return row["bought"] or 0, row["returned"] or 0

    def on_its_way(self, retailer: str) -> tuple[int, dict[str, int]]:
        """Units of the retailer that we authorised and that were not counted in, and their net money by currency."""
        moved, lines = TABLES["movement"], TABLES["return_line"]
        into, out_of = moved.c.to_bucket.in_(_ON_ITS_WAY), moved.c.from_bucket.in_(_ON_ITS_WAY)

        def balance(name: str) -> ColumnElement[Any]:
            amount = moved.c[name]
            return func.sum(case((and_(into, ~out_of), amount), (and_(out_of, ~into), -amount), else_=0))

        chosen = select(moved.c.currency, balance("units"), balance("net_minor")).join_from(moved, lines)
        chosen = chosen.where(lines.c.retailer == retailer, or_(into, out_of)).group_by(moved.c.currency)
        shape = pa.schema([("currency", pa.string()), ("units", pa.int64()), ("net", pa.int64())])
        rows = self._select(chosen, shape).to_pylist()
        return sum(row["units"] for row in rows), {row["currency"]: row["net"] for row in rows}

    def notice_rows(self, documents: Iterable[str]) -> pa.Table:
        """The ``notice_line`` rows of these documents."""
        stored = TABLES["notice_line"]
        return self._rows_in(stored, stored.c.document, documents)

    def findings_of(self, documents: Iterable[str]) -> pa.Table:
        """The ``finding`` rows of these documents."""
        stored = TABLES["finding"]
        return self._rows_in(stored, stored.c.document, documents)

    def words_in(self, documents: Iterable[str]) -> pa.Table:
        """Our words on lines that these notices announced: authorisation, outcome, document, line_no."""
        stored, lines = TABLES["authorisation"], TABLES["return_line"]
        names = ["authorisation", "outcome", "document", "line_no"]
        chosen = select(stored.c.authorisation, stored.c.outcome, lines.c.document, lines.c.line_no)
        shape = pa.schema([(name, pa.int64() if name == "line_no" else pa.string()) for name in names])
        found = self._in_chunks(chosen.join_from(stored, lines), lines.c.document, documents, shape)
        return found.sort_by("authorisation")

    def unrouted(self, retailer: str, since: date) -> pa.Table:
        """``UNROUTED`` of a retailer: goods that were counted in from this day on."""
        day: ColumnElement[Any] = untyped("counted_on")
        where = (untyped("retailer") == retailer, or_(day >= since, day.is_(None)))
        return self._view("unrouted", UNROUTED, "inspection", *where)

    def left_to_a_person(self, return_line: str) -> pa.Table:
        """``UNROUTED`` goods of a return line whose last route is a person's to say; ``said`` counts their routes."""
        shape = UNROUTED.append(pa.field("said", pa.int64()))
        return self._view("left_to_person", shape, "inspection", untyped("return_line") == return_line)

    def confirmed_instructions(self) -> list[str]:
        """The keys of instructions that their warehouse confirmed."""
        found = self._view("instruction", pa.schema([("key", pa.string())]), "key", untyped("confirmed"))
        keys: list[str] = found["key"].to_pylist()
        return keys

    def going_back(self, retailer: str) -> pa.Table:
        """``GOING_BACK`` of a retailer."""
        return self._view("going_back", GOING_BACK, "routing", untyped("retailer") == retailer)
