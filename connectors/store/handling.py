"""Open this when our word on announced goods, or where goods go, rests on wrong facts: what the store knows of both."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, and_, case, func, or_, select, table
from sqlalchemy import column as untyped

from connectors.store.insert import TABLES
from connectors.store.reads import Reads
from schemas.goods_documents import TO_BOOK
from schemas.handling_tables import (
    GOING_BACK,
    SENT,
    SHIPPED_OF,
    STATED_DAYS,
    UNAUTHORISED,
    UNCLAIMED,
    UNORDERED,
    UNROUTED,
    WAITING,
)
from schemas.ledger import Bucket
from schemas.marks import Kind
from schemas.moments import UtcTime

Row = dict[str, Any]
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
        Of several messages the first by id. Looked up from the units that were not sent, never through all messages.
        """
        waiting = self._not_yet_sent(retailer)
        lines = {row["return_line"]: row for row in self._lines_with(waiting["return_line"].to_pylist())}
        said = self._shipped(partners, lines.values())
        by = {name: min(telling) for name, row in lines.items() if (telling := said(row))}
        found = waiting.filter(pc.is_in(waiting["return_line"], pa.array(sorted(by), pa.string())))
        return found.append_column(
            "document", pa.array([by[one] for one in found["return_line"].to_pylist()], pa.string())
        )

    def _lines_with(self, return_lines: Iterable[str]) -> list[Row]:
        """These return lines with the numbers by which a message may name them: of the return, of our word on it."""
        lines, returns, words = TABLES["return_line"], TABLES["return"], TABLES["authorisation"]
        names = ("return_line", "return_id", "carton", "number")
        shape = pa.schema([(name, pa.string()) for name in names])
        chosen = select(lines.c.return_line, lines.c.return_id, lines.c.carton, returns.c.number)
        rows: list[Row] = self._in_chunks(
            chosen.join_from(lines, returns), lines.c.return_line, return_lines, shape
        ).to_pylist()
        given = select(lines.c.return_id, words.c.number).join_from(words, lines).distinct()
        shape = pa.schema([("return_id", pa.string()), ("number", pa.string())])
        numbers: dict[str, set[str]] = defaultdict(set)
        for word in self._in_chunks(given, lines.c.return_id, [row["return_id"] for row in rows], shape).to_pylist():
            if word["number"]:
                numbers[word["return_id"]].add(word["number"])
        return [row | {"numbers": {row["number"], *numbers[row["return_id"]]}} for row in rows]

    def _shipped(self, partners: Collection[str], wanted: Collection[Row]) -> Callable[[Row], list[str]]:
        """What tells of a line which shipment messages of these partners name it: the first of each kind of name."""
        labels = {row["carton"] for row in wanted if row["carton"]}
        numbers = {number for row in wanted for number in row["numbers"]}
        boxes = self._first_naming("carton", labels, partners)
        notes = self._first_naming("delivery_note", numbers, partners)
        orders = self._first_naming("po_number", numbers, partners)

        def said(row: Row) -> list[str]:
            named = [boxes.get(row["carton"]), *(kind.get(one) for kind in (notes, orders) for one in row["numbers"])]
            return [document for document in named if document]

        return said

    def _first_naming(self, column: str, names: Collection[str], partners: Collection[str]) -> dict[str, str]:
        """The first shipment message by id of these partners that has each of these names in a column."""
        lines, documents = TABLES["shipment_line"], TABLES["document"]
        chosen = select(lines.c[column], func.min(documents.c.document)).join_from(lines, documents)
        chosen = chosen.where(
            documents.c.partner.in_(sorted(partners)), documents.c.kind == "shipment", documents.c.state == "accepted"
        ).group_by(lines.c[column])
        shape = pa.schema([("name", pa.string()), ("document", pa.string())])
        found = self._in_chunks(chosen, lines.c[column], sorted(names), shape)
        return dict(zip(found["name"].to_pylist(), found["document"].to_pylist(), strict=True))

    def _not_yet_sent(self, retailer: str) -> pa.Table:
        """``SENT`` without its message: what is announced or authorised of a retailer's lines."""
        moved, marks = TABLES["movement"], TABLES["mark"]
        into, out_of = moved.c.to_bucket.in_(_NOT_SENT), moved.c.from_bucket.in_(_NOT_SENT)

        def balance(amount: ColumnElement[Any], into: Any = into, out_of: Any = out_of) -> ColumnElement[Any]:
            return func.sum(case((into & ~out_of, amount), (out_of & ~into, -amount), else_=0))

        keys = [moved.c[name] for name in ("portion", "return_line", "invoice_line")]
        amounts = [balance(moved.c[name]) for name in ("units", "net_minor", "tax_minor")]
        said = balance(moved.c.units, moved.c.to_bucket == Bucket.AUTHORISED, moved.c.from_bucket == Bucket.AUTHORISED)
        bucket = case((said > 0, Bucket.AUTHORISED.value), else_=Bucket.ANNOUNCED.value)
        chosen = select(*keys, *amounts, moved.c.currency, bucket)
        chosen = chosen.join_from(marks, moved, moved.c.portion == marks.c.subject)
        chosen = chosen.where(marks.c.kind == Kind.OPEN.value, marks.c.retailer == retailer, into | out_of)
        chosen = chosen.group_by(*keys, moved.c.currency).having(amounts[0] > 0)
        shape = pa.schema([field for field in SENT if field.name != "document"])
        return self._select(chosen.order_by(moved.c.portion), shape)

    def shipped_of(self, invoice_lines: Iterable[str]) -> pa.Table:
        """``SHIPPED_OF`` these invoice lines, the earliest days that accepted ship notices to their retailer say.

        A ship notice that names the invoice goes before one that names only its order.
        """
        sold, lines, documents = TABLES["invoice_line"], TABLES["shipment_line"], TABLES["document"]
        named = lines.c.invoice_number == sold.c.invoice_number

        def earliest(day: ColumnElement[Any]) -> ColumnElement[Any]:
            own = case((named, day))
            return func.coalesce(func.min(own), func.min(day))

        ordered = and_(lines.c.po_number == sold.c.po_number, lines.c.invoice_number.is_(None))
        chosen = select(sold.c.invoice_line, earliest(lines.c.shipped_on), earliest(lines.c.delivered_on))
        chosen = chosen.join_from(sold, lines, and_(lines.c.gtin == sold.c.gtin, or_(named, ordered)))
        chosen = chosen.join(documents, documents.c.document == lines.c.document)
        chosen = chosen.where(documents.c.state == "accepted", documents.c.partner != sold.c.retailer)
        return self._in_chunks(chosen.group_by(sold.c.invoice_line), sold.c.invoice_line, invoice_lines, SHIPPED_OF)

    def stated_days(self, return_lines: Iterable[str]) -> pa.Table:
        """``STATED_DAYS`` of these return lines."""
        stored = TABLES["claim_evidence"]
        days = (func.max(stored.c.delivered_on), func.max(stored.c.consumer_on))
        chosen = select(stored.c.return_line, *days).group_by(stored.c.return_line)
        return self._in_chunks(chosen, stored.c.return_line, return_lines, STATED_DAYS)

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
        moved, marks = TABLES["movement"], TABLES["mark"]
        into, out_of = moved.c.to_bucket.in_(_ON_ITS_WAY), moved.c.from_bucket.in_(_ON_ITS_WAY)

        def balance(name: str) -> ColumnElement[Any]:
            amount = moved.c[name]
            return func.sum(case((and_(into, ~out_of), amount), (and_(out_of, ~into), -amount), else_=0))

        chosen = select(moved.c.currency, balance("units"), balance("net_minor"))
        chosen = chosen.join_from(marks, moved, moved.c.portion == marks.c.subject)
        chosen = chosen.where(marks.c.kind == Kind.OPEN.value, marks.c.retailer == retailer, or_(into, out_of))
        chosen = chosen.group_by(moved.c.currency)
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

    def confirmed_instructions(self, among: Iterable[str]) -> list[str]:
        """The keys of those of these instructions that their warehouse confirmed."""
        shape = pa.schema([("key", pa.string())])
        key: ColumnElement[Any] = untyped("key")
        chosen = select(key).select_from(table("instruction")).where(untyped("confirmed"))
        keys: list[str] = self._in_chunks(chosen, untyped("key"), among, shape)["key"].to_pylist()
        return sorted(keys)

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
        moved, portions = TABLES["movement"], TABLES["allocation"]
        into, out_of = moved.c.to_bucket == bucket, moved.c.from_bucket == bucket

        def balance(name: str) -> ColumnElement[Any]:
            amount = moved.c[name]
            return func.sum(case((into, amount), (out_of, -amount), else_=0))

        keys = [moved.c[name] for name in ("portion", "return_line", "invoice_line", "currency")]
        amounts = [balance(name) for name in ("units", "net_minor", "tax_minor")]
        chosen = select(*keys, *amounts).join_from(portions, moved)
        chosen = chosen.where(portions.c.return_line == return_line, or_(into, out_of)).group_by(*keys)
        shape = pa.schema([
            *((key.name, pa.string()) for key in keys),
            *((name, pa.int64()) for name in ("units", "net_minor", "tax_minor")),
        ])  # fmt: skip
        chosen = chosen.having(amounts[0] > 0).order_by(moved.c.portion)
        return self._select(chosen, shape)

    def going_back(self, retailer: str) -> pa.Table:
        """``GOING_BACK`` of a retailer."""
        return self._view("going_back", GOING_BACK, "routing", untyped("retailer") == retailer)
