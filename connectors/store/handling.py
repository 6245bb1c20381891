"""Open this when our word on announced goods, or where goods go, rests on wrong facts: what the store knows of both."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy import column as untyped

from connectors.store.insert import TABLES
from connectors.store.reads import Reads
from schemas.goods_documents import TO_BOOK
from schemas.handling_tables import GOING_BACK, SENT, UNAUTHORISED, UNCLAIMED, UNORDERED, UNROUTED, WAITING
from schemas.ledger import Bucket
from schemas.moments import UtcTime
from schemas.tables import empty

_ON_ITS_WAY = (Bucket.AUTHORISED, Bucket.IN_TRANSIT)
_NOT_SENT = (Bucket.ANNOUNCED, Bucket.AUTHORISED)


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
        """``SENT`` of a retailer, as shipment messages of these partners say.

        A box that they name speaks for its lines; the number of a return, or that of its authorisation, for all lines.
        Of several messages the first by id. Looked up from the messages on, never through all movements.
        """
        boxes, numbers = self._shipped(partners)
        if not boxes and not numbers:
            return empty(SENT)
        returns = self._returns_by_number(retailer, numbers)
        cartons = TABLES["carton"]
        in_boxes = self._rows_in(cartons, cartons.c.carton, boxes).to_pylist()
        lines = TABLES["return_line"]
        wanted = sorted({*returns, *(row["return_id"] for row in in_boxes)})
        by: dict[str, str] = {}
        for row in self._rows_in(lines, lines.c.return_id, wanted, lines.c.retailer == retailer).to_pylist():
            said = [returns.get(row["return_id"]), boxes.get(row["carton"])]
            telling = [one for one in said if one]
            if telling:
                by[row["return_line"]] = min(telling)
        found = self._not_yet_sent(by)
        return found.append_column(
            "document", pa.array([by[one] for one in found["return_line"].to_pylist()], pa.string())
        )

    def _shipped(self, partners: Collection[str]) -> tuple[dict[str, str], dict[str, str]]:
        """The boxes and the numbers that these partners' shipment messages name, each with the first message by id."""
        lines, documents = TABLES["shipment_line"], TABLES["document"]
        names = ("carton", "delivery_note", "po_number")
        chosen = select(documents.c.document, *(lines.c[name] for name in names)).join_from(documents, lines)
        chosen = chosen.where(
            documents.c.partner.in_(sorted(partners)), documents.c.kind == "shipment", documents.c.state == "accepted"
        )
        shape = pa.schema([(name, pa.string()) for name in ("document", *names)])
        boxes, numbers = dict[str, str](), dict[str, str]()
        for row in self._select(chosen.order_by(documents.c.document.desc()), shape).to_pylist():
            for name in names:
                if row[name]:
                    (boxes if name == "carton" else numbers)[row[name]] = row["document"]
        return boxes, numbers

    def _returns_by_number(self, retailer: str, numbers: dict[str, str]) -> dict[str, str]:
        """The retailer's returns that have one of these numbers, or are authorised under one, with its message."""
        returns, words, lines = TABLES["return"], TABLES["authorisation"], TABLES["return_line"]
        shape = pa.schema([("return_id", pa.string()), ("number", pa.string())])
        own = select(returns.c.return_id, returns.c.number).where(returns.c.retailer == retailer)
        given = select(lines.c.return_id, words.c.number).join_from(words, lines).where(lines.c.retailer == retailer)
        rows = [
            *self._in_chunks(own, returns.c.number, numbers, shape).to_pylist(),
            *self._in_chunks(given, words.c.number, numbers, shape).to_pylist(),
        ]
        found: dict[str, str] = {}
        for row in rows:
            document = numbers[row["number"]]
            found[row["return_id"]] = min(found.get(row["return_id"], document), document)
        return found

    def _not_yet_sent(self, return_lines: Iterable[str]) -> pa.Table:
        """``SENT`` without its message: what is announced or authorised of these lines."""
        moved = TABLES["movement"]
        into, out_of = moved.c.to_bucket.in_(_NOT_SENT), moved.c.from_bucket.in_(_NOT_SENT)

        def balance(amount: ColumnElement[Any], into: Any = into, out_of: Any = out_of) -> ColumnElement[Any]:
            return func.sum(case((into & ~out_of, amount), (out_of & ~into, -amount), else_=0))

        keys = [moved.c[name] for name in ("portion", "return_line", "invoice_line")]
        amounts = [balance(moved.c[name]) for name in ("units", "net_minor", "tax_minor")]
        said = balance(moved.c.units, moved.c.to_bucket == Bucket.AUTHORISED, moved.c.from_bucket == Bucket.AUTHORISED)
        bucket = case((said > 0, Bucket.AUTHORISED.value), else_=Bucket.ANNOUNCED.value)
        chosen = select(*keys, *amounts, moved.c.currency, bucket).where(into | out_of)
        chosen = chosen.group_by(*keys, moved.c.currency).having(amounts[0] > 0)
        shape = pa.schema([field for field in SENT if field.name != "document"])
        return self._in_chunks(chosen, moved.c.return_line, return_lines, shape).sort_by("portion")

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

    def unauthorised(self, retailer: str, since: date) -> pa.Table:
        """``UNAUTHORISED`` of a retailer: goods of returns from this day on."""
        day: ColumnElement[Any] = untyped("returned_on")
        return self._view("unauthorised", UNAUTHORISED, "inspection", untyped("retailer") == retailer, day >= since)

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

    def evidence_of(self, return_lines: Iterable[str]) -> pa.Table:
        """The ``claim_evidence`` rows of these return lines."""
        stored = TABLES["claim_evidence"]
        return self._rows_in(stored, stored.c.return_line, return_lines)

    def unordered(self, retailer: str) -> pa.Table:
        """``UNORDERED`` of a retailer."""
        return self._view("unordered", UNORDERED, "movement", untyped("retailer") == retailer)

    def to_book(self, retailer: str, kind: str, since: datetime) -> pa.Table:
        """``TO_BOOK`` of a retailer: units of this kind that moved from this moment on."""
        moved: ColumnElement[Any] = untyped("since", UtcTime)
        where = (untyped("retailer") == retailer, untyped("kind") == kind, moved >= since)
        return self._view("to_book", TO_BOOK, "movement", *where)

    def goods_due(self, retailer: str) -> pa.Table:
        """``goods_document`` rows of a retailer that the ERP does not have yet, by reference."""
        stored = TABLES["goods_document"]
        return self._rows(stored, stored.c.retailer == retailer, stored.c.state.in_(("ready", "parked")))

    def unclaimed(self, retailer: str, reasons: Collection[str], dispositions: Collection[str]) -> pa.Table:
        """``UNCLAIMED`` of a retailer, of lines with one of these reasons or dispositions."""
        named = or_(untyped("reason").in_(reasons), untyped("disposition").in_(dispositions))
        return self._view("unclaimed", UNCLAIMED, "decision", untyped("retailer") == retailer, named)

    def in_bucket(self, return_line: str, bucket: Bucket) -> pa.Table:
        """What of a return line is in a bucket, one row a portion: its units and money, as movements carry them."""
        moved = TABLES["movement"]
        into, out_of = moved.c.to_bucket == bucket, moved.c.from_bucket == bucket

        def balance(name: str) -> ColumnElement[Any]:
            amount = moved.c[name]
            return func.sum(case((into, amount), (out_of, -amount), else_=0))

        keys = [moved.c[name] for name in ("portion", "return_line", "invoice_line", "currency")]
        amounts = [balance(name) for name in ("units", "net_minor", "tax_minor")]
        chosen = select(*keys, *amounts).where(moved.c.return_line == return_line, or_(into, out_of)).group_by(*keys)
        shape = pa.schema([
            *((key.name, pa.string()) for key in keys),
            *((name, pa.int64()) for name in ("units", "net_minor", "tax_minor")),
        ])  # fmt: skip
        chosen = chosen.having(amounts[0] > 0).order_by(moved.c.portion)
        return self._select(chosen, shape)

    def going_back(self, retailer: str) -> pa.Table:
        """``GOING_BACK`` of a retailer."""
        return self._view("going_back", GOING_BACK, "routing", untyped("retailer") == retailer)
