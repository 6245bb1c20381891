"""What it takes to record decisions: a store with sales, returns and counted units, all of which are decided."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.measured import Spent, processor_clock, timed
from benchmarks.returned import TERMS
from connectors.store import Store
from pipelines.steps import decide
from pipelines.steps.movements import announce, move
from schemas.ledger import Bucket
from schemas.outcome import Outcome
from schemas.tables import ALLOCATIONS

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_DOCUMENTS = ("sales", "notice", "receipt")


def persisted(lines: int, database: str) -> Spent:
    """Record the decisions, pricings and movements of so many lines in one outcome; what goes before is not counted."""
    with Store.open(database, lambda: NOW, "benchmark") as store:
        _prepare(store, lines)
        undecided = store.undecided("nordstad")
        found = decide.settle(undecided, TERMS, "v1")
        rows = found.rows() | {"movement": decide.carry_out(found.decisions, undecided, "v1")}
        if rows["decision"].num_rows != lines:
            raise ValueError(f"{rows['decision'].num_rows} of {lines} lines are undecided")
        return timed(lambda: store.record(Outcome("decide", "nordstad", rows)), _clock_of(store))


def _clock_of(store: Store) -> Callable[[], float]:
    """Processor seconds, those of the database's server too. ValueError: it is none of this machine."""
    with store._engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            return processor_clock()
        folder = Path(str(connection.exec_driver_sql("show data_directory").scalar_one()))
    if not (folder / "postmaster.pid").is_file():
        raise ValueError(f"the server's processor time cannot be read: {folder} is no folder of this machine")
    return processor_clock(folder)


def _prepare(store: Store, lines: int) -> None:
    """Sales, returns of them and receipts, each in one document and one outcome."""
    number = pa.array(np.arange(lines)).cast(pa.string())
    for kind in _DOCUMENTS:
        store.record(Outcome(f"process {kind}", kind, _document(kind)))
    sale = pc.binary_join_element_wise("WR01/INV", number, "/1", "")
    store.record(Outcome("process sales", "sales", {"invoice_line": _sales(number, sale)}))
    line = pc.binary_join_element_wise("nordstad/NS1/", number, "")
    portions = _portions(line, sale)
    said = {"return": _return(), "return_line": _return_lines(line), "allocation": portions}
    store.record(Outcome("process notice", "notice", said | {"movement": announce(portions, "d-notice", "v1")}))
    received = move(portions, Bucket.ANNOUNCED, Bucket.RECEIVED, "d-receipt/1", "v1")
    conditions = pa.array(["sellable", "second", "repack", "sellable"]).take(pa.array(np.arange(lines) % 4))
    counted = {"movement": received["movement"], "portion": portions["portion"], "units": portions["units"]}
    inspections = pa.table(counted | {"condition": conditions, "receipt_document": pa.repeat("d-receipt", lines)})
    store.record(Outcome("process receipt", "receipt", {"movement": received, "inspection": inspections}))


def _document(kind: str) -> dict[str, pa.Table]:
    partner = {"sales": "erp", "notice": "nordstad", "receipt": "harwich"}[kind]
    file = {"partner": partner, "file": f"f-{kind}"}
    document = file | {"document": f"d-{kind}", "offset": 0, "length": 9, "kind": kind, "standard": "csv",
                       "message_type": "csv", "number": kind, "rule_version": "v1"}  # fmt: skip
    arrived = file | {"name": f"{kind}.csv", "size": 9, "state": "processed"}
    return {"source_file": pa.Table.from_pylist([arrived]), "document": pa.Table.from_pylist([document])}


def _sales(number: pa.Array, sale: pa.Array) -> pa.Table:
    rows = len(sale)
    same = {"document": "d-sales", "file": "f-sales", "company": "WR01", "retailer": "nordstad", "invoice_line_no": "1",
            "gtin": "09520000000059", "unit_price": "10.01", "tax_category": "S", "tax_rate": "20", "currency": "EUR",
            "sold_on": date(2026, 1, 5), "units": 4, "net_minor": 4004, "tax_minor": 801, "offset": 0,
            "length": 9}  # fmt: skip
    columns = {name: pa.repeat(pa.scalar(value), rows) for name, value in same.items()}
    own = {"line_no": pa.array(np.arange(rows)), "invoice_line": sale, "invoice_number": number}
    return pa.table(columns | own)


def _return() -> pa.Table:
    return pa.table({"return_id": ["nordstad/NS1"], "retailer": ["nordstad"], "number": ["NS1"], "origin": ["notice"],
                     "document": ["d-notice"], "returned_on": pa.array([date(2026, 3, 1)])})  # fmt: skip


def _return_lines(line: pa.Array) -> pa.Table:
    same = {"return_id": "nordstad/NS1", "retailer": "nordstad", "document": "d-notice", "origin": "notice",
            "gtin": "09520000000059", "units": 3, "reason": "overstock"}  # fmt: skip
    columns = {name: pa.repeat(pa.scalar(value), len(line)) for name, value in same.items()}
    return pa.table(columns | {"return_line": line, "line_no": pa.array(np.arange(len(line)))})


def _portions(line: pa.Array, sale: pa.Array) -> pa.Table:
    same = {"units": 3, "net_minor": 3003, "tax_minor": 601, "currency": "EUR", "evidence": "po", "rank": 3,
            "spread_low": 3604, "spread_high": 3604}  # fmt: skip
    columns = {name: pa.repeat(pa.scalar(value), len(line)) for name, value in same.items()}
    columns |= {"portion": pc.binary_join_element_wise(line, "#1", ""), "return_line": line, "invoice_line": sale}
    shape = [columns.get(field.name, pa.nulls(len(line), field.type)).cast(field.type) for field in ALLOCATIONS]
    return pa.table(shape, schema=ALLOCATIONS).append_column("rule_version", pa.repeat("v1", len(line)))
