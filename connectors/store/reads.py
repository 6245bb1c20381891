"""Open this when work or a report needs to know what is stored: every read answers an Arrow table, in a fixed order."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, func, or_, select, table, text
from sqlalchemy import column as untyped
from sqlmodel import SQLModel

from connectors.store.balances import chunks
from connectors.store.faults import database_faults
from connectors.store.insert import TABLES, key_of, table_named
from connectors.store.schema import SQL, name_of
from connectors.store.shapes import MOMENT, shape_of, stored_value, to_arrow
from schemas.day_totals import ALL_STYLES
from schemas.items import SUBSTITUTE
from schemas.ledger import EXPECTED
from schemas.tables import (
    CREDIT_LINES,
    DAY_TOTALS,
    DECIDED,
    NOTICE_LINES,
    OPEN_PORTIONS,
    REFUSED_LINES,
    SHIPMENT_LINES,
    SUPPLY,
    TAKEN,
    UNDECIDED,
    empty,
)

# How a .sql file names the types of its columns, in its line `-- columns: units int, posted_on day, ...`.
_KINDS = {"text": pa.string(), "int": pa.int64(), "day": pa.date32(), "moment": MOMENT, "bool": pa.bool_()}


class Reads:
    """What can be asked of the store. Nothing here writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # --- any table, any query

    def table(self, record: type[SQLModel] | str, **equals: Any) -> pa.Table:
        """The rows of a stored table whose columns equal these values (None: are empty), by primary key."""
        stored = table_named(record if isinstance(record, str) else name_of(record))
        unknown = set(equals) - set(stored.columns.keys())
        if unknown:
            raise ValueError(f"table {stored.name} has no columns {sorted(unknown)}")
        return self._rows(stored, *(stored.c[name] == value for name, value in equals.items()))

    def query(self, path: str, **parameters: Any) -> pa.Table:
        """The result of a file below sql/, as ``reports/returns.sql``, with its named parameters (else empty)."""
        with database_faults(f"running {path}"), self._engine.connect() as connection:
            return run_file(connection, path, parameters)

    # --- files and documents

    def pending_files(self, partner: str, limit: int) -> pa.Table:
        """``source_file`` rows that were received and not yet processed, oldest first, then by name."""
        stored = TABLES["source_file"]
        chosen = select(stored).where(stored.c.partner == partner, stored.c.state == "received")
        chosen = chosen.order_by(stored.c.arrived_at, stored.c.name, stored.c.file).limit(limit)
        return self._select(chosen, shape_of(stored))

    def first_file_on(self, partner: str) -> date | None:
        """The day (UTC) on which the partner's first file arrived."""
        stored = TABLES["source_file"]
        chosen = select(func.min(stored.c.arrived_at)).where(stored.c.partner == partner)
        with database_faults("reading files"), self._engine.connect() as connection:
            first = connection.execute(chosen).scalar_one()
        return first.date() if first else None

    def known_documents(self, partner: str, numbers: Iterable[str]) -> pa.Table:
        """The partner's documents of these numbers: who, what, which purpose and day, content and state."""
        stored = TABLES["document"]
        names = ("document", "partner", "kind", "number", "purpose", "issued_on", "content", "state")
        chosen = select(*(stored.c[name] for name in names)).where(stored.c.partner == partner)
        schema = pa.schema([field for field in shape_of(stored) if field.name in names])
        return self._in_chunks(chosen, stored.c.number, numbers, schema).sort_by("document")

    def arrivals(self, partner: str, channel: str) -> pa.Table:
        """``arrival`` rows of a mailbox."""
        return self.table("arrival", partner=partner, channel=channel)

    def listings(self, partner: str, channel: str) -> pa.Table:
        """``listing`` rows of a mailbox: what was seen and not yet whole."""
        return self.table("listing", partner=partner, channel=channel)

    def findings(self, **equals: Any) -> pa.Table:
        """``finding`` rows, chosen by partner, code, severity, file, document or line_no."""
        return self.table("finding", **equals)

    def findings_by(self, partner: str, cause: str) -> frozenset[str]:
        """The ids of the partner's findings of this cause."""
        stored, begins = TABLES["finding"], f"{partner}:{cause}"
        chosen = select(stored.c.finding).where(stored.c.finding > f"{begins}:", stored.c.finding < f"{begins};")
        return frozenset(self._select(chosen, pa.schema([("finding", pa.string())]))["finding"].to_pylist())

    def notice_lines(self, partner: str) -> pa.Table:
        """``NOTICE_LINES`` of the partner's accepted notices."""
        lines, documents = TABLES["notice_line"], TABLES["document"]
        chosen = select(*(lines.c[name] for name in NOTICE_LINES.names)).join_from(lines, documents)
        chosen = chosen.where(documents.c.partner == partner, documents.c.state == "accepted")
        return self._select(chosen.order_by(lines.c.document, lines.c.line_no), NOTICE_LINES)

    def lines(self, record: str, shape: pa.Schema, partner: str, files: Iterable[str] | None = None) -> pa.Table:
        """A stored table of lines in this shape, of the partner's accepted documents, in these files or in all."""
        lines, documents = table_named(record), TABLES["document"]
        chosen = select(*(lines.c[name] for name in shape.names)).join_from(lines, documents)
        chosen = chosen.where(documents.c.partner == partner, documents.c.state == "accepted")
        if files is None:
            return self._select(chosen.order_by(lines.c.document, lines.c.line_no), shape)
        return self._in_chunks(chosen, lines.c.file, files, shape).sort_by(
            [("document", "ascending"), ("line_no", "ascending")]
        )

    # --- what was sold

    def items(self) -> pa.Table:
        """Every ``item``."""
        return self.table("item")

    def items_for(self, gtins: Iterable[str], vendor_items: Iterable[str] = ()) -> pa.Table:
        """The ``item`` rows that have one of these GTINs or one of these numbers of ours."""
        stored = TABLES["item"]
        by_gtin = self._rows_in(stored, stored.c.gtin, gtins)
        by_number = self._rows_in(stored, stored.c.vendor_item, vendor_items)
        return _distinct_rows(stored, by_gtin, by_number)

    def item_names(self, names: Iterable[str], gtins: Iterable[str] = ()) -> pa.Table:
        """The ``item_name`` rows of these names, and those by which these GTINs stand in for others."""
        stored = TABLES["item_name"]
        named = self._rows_in(stored, stored.c.name, names)
        standing_in = self._rows_in(stored, stored.c.gtin, gtins, stored.c.kind == SUBSTITUTE)
        return _distinct_rows(stored, named, standing_in)

    def item_components(self, gtins: Iterable[str]) -> pa.Table:
        """The ``item_component`` rows of cases and assortments among these GTINs, and of all that hold one of them."""
        stored = TABLES["item_component"]
        wanted = set(gtins)
        holding = self._rows_in(stored, stored.c.component, wanted)
        return self._rows_in(stored, stored.c.gtin, wanted.union(holding["gtin"].to_pylist()))

    def sold_of(self, retailers: Iterable[str], gtins: Iterable[str]) -> pa.Table:
        """The units that each of these retailers was ever sold of these items: retailer, gtin, unit_price, units."""
        sold = TABLES["invoice_line"]
        columns = (sold.c.retailer, sold.c.gtin, sold.c.unit_price)
        schema = pa.schema([*((column.name, pa.string()) for column in columns), ("units", pa.int64())])
        chosen = select(*columns, func.sum(sold.c.units)).group_by(*columns)
        wanted = list(gtins)
        parts = [
            self._in_chunks(chosen.where(sold.c.retailer == one), sold.c.gtin, wanted, schema) for one in retailers
        ]
        keys = [(name, "ascending") for name in schema.names[:3]]
        return pa.concat_tables([empty(schema), *parts]).sort_by(keys)

    def sales_of(self, retailer: str, gtins: Iterable[str], since: date | None = None) -> pa.Table:
        """What the retailer was sold of these items since a day: gtin, currency, sold_on, units, net_minor, by line."""
        sold = TABLES["invoice_line"]
        names = ("gtin", "currency", "sold_on", "units", "net_minor")
        chosen = select(*(sold.c[name] for name in names)).where(sold.c.retailer == retailer)
        chosen = chosen if since is None else chosen.where(sold.c.sold_on >= since)
        schema = pa.schema([shape_of(sold).field(name) for name in names])
        return self._in_chunks(chosen, sold.c.gtin, gtins, schema)

    def known_invoice_lines(self, ids: Iterable[str]) -> pa.Table:
        """The ``invoice_line`` rows with these ids."""
        stored = TABLES["invoice_line"]
        return self._rows_in(stored, stored.c.invoice_line, ids)

    def supply(self, retailer: str, gtins: Iterable[str], orders: Iterable[str] = ()) -> pa.Table:
        """``SUPPLY``: the retailer's invoice lines of these items with what is taken of them, exhausted ones too.

        Also the lines of these purchase ``orders``, so that an order of other items is seen to exist. Lines of
        invoices that were cancelled are left out.
        """
        sold, left, gone = TABLES["invoice_line"], TABLES["creditable"], TABLES["sale_cancelled"]
        names = SUPPLY.names
        columns = [(left if name.endswith("_taken") else sold).c[name] for name in names]
        chosen = select(*columns).join_from(sold, left).where(sold.c.retailer == retailer)
        chosen = chosen.where(~select(gone.c.invoice_line).where(gone.c.invoice_line == sold.c.invoice_line).exists())
        wanted = list(gtins)
        of_items = self._in_chunks(chosen, sold.c.gtin, wanted, SUPPLY)
        of_orders = self._in_chunks(chosen, sold.c.po_number, orders, SUPPLY)
        others = of_orders.filter(pc.invert(pc.is_in(of_orders["gtin"], pa.array(wanted, pa.string()))))
        return pa.concat_tables([of_items, others]).sort_by("invoice_line")

    def cancelled_sales(self, ids: Iterable[str]) -> pa.Table:
        """The ``sale_cancelled`` rows of these invoice lines."""
        stored = TABLES["sale_cancelled"]
        return self._rows_in(stored, stored.c.invoice_line, ids)

    def taken_of(self, ids: Iterable[str]) -> pa.Table:
        """The ``creditable`` rows of these invoice lines."""
        stored = TABLES["creditable"]
        return self._rows_in(stored, stored.c.invoice_line, ids)

    def shipped_by(self, documents: Iterable[str]) -> pa.Table:
        """``SHIPMENT_LINES`` of these ship notices."""
        lines = TABLES["shipment_line"]
        chosen = select(*(lines.c[name] for name in SHIPMENT_LINES.names))
        return self._in_chunks(chosen, lines.c.document, documents, SHIPMENT_LINES)

    def shipped_in(self, cartons: Iterable[str]) -> pa.Table:
        """``SHIPMENT_LINES`` of accepted ship notices that name one of these cartons."""
        lines, documents = TABLES["shipment_line"], TABLES["document"]
        chosen = select(*(lines.c[name] for name in SHIPMENT_LINES.names)).join_from(lines, documents)
        chosen = chosen.where(documents.c.state == "accepted")
        return self._in_chunks(chosen, lines.c.carton, cartons, SHIPMENT_LINES).sort_by(
            [("document", "ascending"), ("line_no", "ascending")]
        )

    # --- what we hold

    def returns(self, retailer: str | None = None) -> pa.Table:
        """``return`` rows, of one retailer or all."""
        return self.table("return") if retailer is None else self.table("return", retailer=retailer)

    def returns_of(self, retailer: str, numbers: Iterable[str]) -> pa.Table:
        """The retailer's ``return`` rows of these numbers."""
        stored = TABLES["return"]
        return self._rows_in(stored, stored.c.number, numbers, stored.c.retailer == retailer)

    def open_portions(self, retailer: str | None = None) -> pa.Table:
        """``OPEN_PORTIONS``, of one retailer or all."""
        where = [] if retailer is None else [untyped("retailer") == retailer]
        return self._view("open_portion", OPEN_PORTIONS, "portion", *where)

    def open_lines(self, on: date, retailer: str | None = None) -> pa.Table:
        """What is not finished and why (sql/reports/open_lines.sql), with the days it has been so as ``age_days``."""
        rows = self.query("reports/open_lines.sql", retailer=retailer)
        age = pc.days_between(rows["since_at"].cast(pa.date32()), pa.scalar(on))
        return rows.append_column("age_days", age.cast(pa.int64()))

    def undecided(self, retailer: str, goods_stay: Collection[str] = ("keep", "dispose")) -> pa.Table:
        """``UNDECIDED`` of a retailer; announced units only with a disposition by which the goods stay at the store."""
        here = or_(untyped("bucket").not_in(EXPECTED), untyped("disposition").in_(goods_stay))
        return self._view("undecided", UNDECIDED, "decision", untyped("retailer") == retailer, here)

    def decided(self, retailer: str, since: datetime) -> pa.Table:
        """``DECIDED`` of a retailer: what was decided from this moment on, in that order."""
        return self.query("reports/decided.sql", retailer=retailer, since=since).select(DECIDED.names).cast(DECIDED)

    def credit_lines(self, retailer: str) -> pa.Table:
        """``CREDIT_LINES`` of a retailer: credit decisions that are on no intent yet."""
        return self._view("uncredited", CREDIT_LINES, "decision", untyped("retailer") == retailer)

    def refused_lines(self, retailer: str) -> pa.Table:
        """``REFUSED_LINES`` of a retailer, by return, moment and line."""
        rows = self._view("refused_line", REFUSED_LINES, "decision", untyped("retailer") == retailer)
        return rows.sort_by([(name, "ascending") for name in ("return_id", "at", "line_no", "decision")])

    # --- money, answers, clocks

    def deciding(self, retailer: str) -> int:
        """How often was decided for this retailer."""
        found = self.table("deciding", retailer=retailer)["edition"].to_pylist()
        return found[0] if found else 0

    def day_totals(self, retailer: str, styles: Iterable[str] = (), since: date | None = None) -> pa.Table:
        """``DAY_TOTALS`` of a retailer over all items and of these styles, from a day on or of all days."""
        stored = TABLES["day_total"]
        where = [stored.c.retailer == retailer] + ([] if since is None else [stored.c.day >= since])
        chosen = select(*(stored.c[name] for name in DAY_TOTALS.names)).where(*where)
        found = self._in_chunks(chosen, stored.c.style, [ALL_STYLES, *styles], DAY_TOTALS)
        return found.sort_by([(name, "ascending") for name in ("style", "currency", "day")])

    def taken(self, retailer: str) -> pa.Table:
        """``TAKEN`` of a retailer, by document and line."""
        rows = self._view("taken_open", TAKEN, "document", untyped("retailer") == retailer)
        return rows.sort_by([("document", "ascending"), ("line_no", "ascending")])

    def intents(self, states: str | Collection[str], retailer: str | None = None) -> pa.Table:
        """``credit_intent`` rows in one of these states, of one retailer or all."""
        stored = TABLES["credit_intent"]
        where: list[ColumnElement[bool]] = [stored.c.state.in_([states] if isinstance(states, str) else sorted(states))]
        if retailer is not None:
            where.append(stored.c.retailer == retailer)
        return self._rows(stored, *where)

    def intent_lines(self, reference: str) -> pa.Table:
        """``credit_intent_line`` rows of an intent, by line."""
        return self.table("credit_intent_line", reference=reference)

    def reversal_lines(self, reference: str) -> pa.Table:
        """``reversal_line`` rows of a counter-document, by line."""
        return self.table("reversal_line", reference=reference)

    def next_sequences(self, retailer: str, return_ids: Iterable[str] | None = None) -> dict[tuple[str, str], int]:
        """The next number of a credit by (company, return id), for these returns, or all, that have credits."""
        stored = TABLES["credit_intent"]
        chosen = select(stored.c.company, stored.c.return_id, func.max(stored.c.sequence) + 1)
        chosen = chosen.where(stored.c.retailer == retailer).group_by(stored.c.company, stored.c.return_id)
        shape = pa.schema([("company", pa.string()), ("return_id", pa.string()), ("following", pa.int64())])
        if return_ids is None:
            rows = self._select(chosen, shape).to_pylist()
        else:
            rows = self._in_chunks(chosen, stored.c.return_id, return_ids, shape).to_pylist()
        return {(row["company"], row["return_id"]): row["following"] for row in rows}

    def outbound_pending(self, partner: str) -> pa.Table:
        """``outbound_message`` rows that were not sent yet."""
        return self.table("outbound_message", partner=partner, state="pending")

    def outbound_of(self, partner: str, controls: Iterable[int]) -> pa.Table:
        """The partner's ``outbound_message`` rows of these control numbers, whatever became of them."""
        stored = TABLES["outbound_message"]
        return self._rows_in(stored, stored.c.control, controls, stored.c.partner == partner)

    def interchanges_of(self, partner: str, controls: Iterable[str]) -> pa.Table:
        """The partner's ``interchange`` rows of these control numbers."""
        stored = TABLES["interchange"]
        return self._rows_in(stored, stored.c.control, controls, stored.c.partner == partner)

    def next_control(self, partner: str) -> int:
        """The control number of the next interchange to this partner: one more than the highest used, from 1."""
        stored = TABLES["outbound_message"]
        chosen = select(func.coalesce(func.max(stored.c.control), 0) + 1).where(stored.c.partner == partner)
        with database_faults("reading control numbers"), self._engine.connect() as connection:
            return int(connection.execute(chosen).scalar_one())

    def due(self, on: date) -> pa.Table:
        """``due_event`` rows that were due on this day or before and were not met, the oldest first."""
        stored = TABLES["due_event"]
        rows = self._rows(stored, and_(stored.c.due_on <= on, stored.c.met.is_(False)))
        return rows.sort_by([("due_on", "ascending"), ("subject", "ascending"), ("event", "ascending")])

    def head(self) -> tuple[int, str]:
        """Number and hash of the last audit event, to be kept elsewhere; (0, "") when there is none."""
        stored = TABLES["audit_event"]
        chosen = select(stored.c.seq, stored.c.hash).order_by(stored.c.seq.desc()).limit(1)
        with database_faults("reading the audit chain"), self._engine.connect() as connection:
            row = connection.execute(chosen).first()
        return (row.seq, row.hash) if row else (0, "")

    # --- how

    def _rows(self, stored: Table, *where: ColumnElement[bool]) -> pa.Table:
        return self._select(select(stored).where(*where).order_by(*stored.primary_key.columns), shape_of(stored))

    def _rows_in(
        self, stored: Table, column: ColumnElement[Any], keys: Iterable[Any], *where: ColumnElement[bool]
    ) -> pa.Table:
        rows = self._in_chunks(select(stored).where(*where), column, keys, shape_of(stored))
        return rows.sort_by([(name, "ascending") for name in key_of(stored)])

    def _view(self, name: str, schema: pa.Schema, key: str, *where: ColumnElement[bool]) -> pa.Table:
        columns: list[ColumnElement[Any]] = [untyped(column) for column in schema.names]
        return self._select(select(*columns).select_from(table(name)).where(*where).order_by(untyped(key)), schema)

    def _in_chunks(self, chosen: Any, column: Any, keys: Iterable[Any], schema: pa.Schema) -> pa.Table:
        parts = [self._select(chosen.where(column.in_(chunk)), schema) for chunk in chunks(keys)]
        return pa.concat_tables([empty(schema), *parts])

    def _select(self, chosen: Any, schema: pa.Schema) -> pa.Table:
        with database_faults("reading"), self._engine.connect() as connection:
            return to_arrow(connection.execute(chosen).all(), schema)


def _distinct_rows(stored: Table, *parts: pa.Table) -> pa.Table:
    """The rows of all parts once each, by primary key."""
    both = pa.concat_tables(parts)
    distinct = both.group_by(both.column_names, use_threads=False).aggregate([])
    return distinct.sort_by([(name, "ascending") for name in key_of(stored)])


def run_file(connection: Connection, path: str, parameters: Mapping[str, Any]) -> pa.Table:
    """Run a file below sql/ that names its columns in a line ``-- columns: units int, posted_on day``."""
    statement, schema = _read_file(path)
    named = dict.fromkeys(statement.compile().params)
    unknown = set(parameters) - set(named)
    if unknown:
        raise ValueError(f"sql/{path} has no parameters {sorted(unknown)}")
    result = connection.execute(statement, named | {name: stored_value(value) for name, value in parameters.items()})
    if list(result.keys()) != schema.names:
        raise ValueError(f"sql/{path} answers {list(result.keys())}, its first lines say {schema.names}")
    return to_arrow(result.all(), schema)


@cache
def _read_file(path: str) -> tuple[Any, pa.Schema]:
    file = (SQL / path).resolve()
    if SQL not in file.parents or not file.is_file():
        raise ValueError(f"there is no file sql/{path}")
    lines = file.read_text(encoding="utf-8").splitlines()
    declared = " ".join(line.removeprefix("-- columns:") for line in lines if line.startswith("-- columns:"))
    if not declared:
        raise ValueError(f"sql/{path} names no columns: it needs a line `-- columns: name kind, ...`")
    pairs = [pair.split() for pair in declared.strip().rstrip(",").split(",")]
    schema = pa.schema([(name, _KINDS[kind]) for name, kind in pairs])
    return text("\n".join(line for line in lines if not line.lstrip().startswith("--"))), schema
