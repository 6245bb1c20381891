"""Open this when `backhaul explain` leaves a question open: everything the store knows of one return line."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select

from connectors.store.insert import TABLES, key_of
from connectors.store.shapes import shape_of, to_arrow
from schemas.errors import PermanentError
from schemas.ledger import Bucket

Values = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Story:
    """A return line from the file that announced it to the credit note: rows of schemas.records, by what they tell.

    ``documents`` are the notice and the receipts, ``files`` the files in which they came, ``arrivals`` how those
    came; notice and receipt lines have their places in these files. ``invoice_lines`` are the sales of its portions,
    the next best and the nearest ones; ``creditable`` is what returns have taken of them. ``reopened_by`` are later
    documents for which units were placed anew. ``policy_versions`` are those by which it was decided, ``parts`` who has
    which part in its credits. ``findings`` are about these lines, or about all of their documents.
    """

    return_line: pa.Table
    returns: pa.Table
    cartons: pa.Table
    documents: pa.Table
    files: pa.Table
    arrivals: pa.Table
    notice_lines: pa.Table
    receipt_lines: pa.Table
    claims: pa.Table
    allocations: pa.Table
    assignments: pa.Table
    reopened_by: pa.Table
    invoice_lines: pa.Table
    creditable: pa.Table
    items: pa.Table
    movements: pa.Table
    inspections: pa.Table
    differences: pa.Table
    decisions: pa.Table
    pricings: pa.Table
    policy_versions: pa.Table
    intent_lines: pa.Table
    reversal_lines: pa.Table
    intents: pa.Table
    parts: pa.Table
    credit_notes: pa.Table
    due: pa.Table
    findings: pa.Table


def story(connection: Connection, return_line: str) -> Story:
    """The story of this return line. PermanentError: there is no such line."""
    line = _rows(connection, "return_line", return_line=[return_line])
    if not line.num_rows:
        raise PermanentError(f"There is no return line {return_line}. Next: `backhaul report` lists returns and lines.")
    of_line = {"return_line": [return_line]}
    return_id = line["return_id"].to_pylist()
    origin = {"document": line["document"].to_pylist(), "line_no": line["line_no"].to_pylist()}
    allocations = _rows(connection, "allocation", **of_line)
    of_portions = {"portion": allocations["portion"].to_pylist()}
    movements = _in_order(_rows(connection, "movement", **of_portions))
    inspections = _rows(connection, "inspection", movement=movements["movement"].to_pylist())
    differences = _rows(connection, "difference", **of_line)
    receipts = [*inspections["receipt_document"].to_pylist(), *differences["receipt_document"].to_pylist()]
    documents = _rows(connection, "document", document=[*origin["document"], *receipts])
    sold = _rows(connection, "invoice_line", invoice_line=_sales_named(allocations))
    decisions = _rows(connection, "decision", **of_portions).sort_by([("at", "ascending"), ("decision", "ascending")])
    retailer, versions = line["retailer"].to_pylist(), decisions["policy_version"].to_pylist()
    intent_lines = _rows(connection, "credit_intent_line", **of_line)
    reversal_lines = _rows(connection, "reversal_line", **of_line)
    references = [*intent_lines["reference"].to_pylist(), *reversal_lines["reference"].to_pylist()]
    in_files = {"file": documents["file"].to_pylist(), "partner": documents["partner"].to_pylist()}
    receipt_lines = _counted(connection, documents, origin, movements, differences)
    return Story(
        return_line=line,
        returns=_rows(connection, "return", return_id=return_id),
        cartons=_rows(connection, "carton", return_id=return_id, carton=line["carton"].to_pylist()),
        documents=documents,
        files=_rows(connection, "source_file", **in_files),
        arrivals=_rows(connection, "arrival", **in_files),
        notice_lines=_rows(connection, "notice_line", **origin),
        receipt_lines=receipt_lines,
        claims=_rows(connection, "claim", **of_line),
        allocations=allocations,
        assignments=_rows(connection, "assignment", **of_line).sort_by([("at", "ascending")]),
        reopened_by=_rows(connection, "document", document=_causes(movements)),
        invoice_lines=sold,
        creditable=_rows(connection, "creditable", invoice_line=sold["invoice_line"].to_pylist()),
        items=_rows(connection, "item", gtin=[*line["gtin"].to_pylist(), *sold["gtin"].to_pylist()]),
        movements=movements,
        inspections=inspections,
        differences=differences,
        decisions=decisions,
        pricings=_rows(connection, "pricing", decision=decisions["decision"].to_pylist()),
        policy_versions=_rows(connection, "policy_version", partner=retailer, version=versions),
        intent_lines=intent_lines,
        reversal_lines=reversal_lines,
        intents=_rows(connection, "credit_intent", reference=references),
        parts=_rows(connection, "credit_part", reference=references),
        credit_notes=_rows(connection, "credit_note", reference=references),
        due=_rows(connection, "due_event", subject=[*return_id, return_line, *references]),
        findings=_findings(connection, documents, origin, receipt_lines),
    )


def _rows(connection: Connection, name: str, **columns: list[Any]) -> pa.Table:
    """Rows whose columns have one of these values each, by primary key."""
    table = TABLES[name]
    where = [table.c[column].in_(sorted({v for v in values if v is not None})) for column, values in columns.items()]
    return _select(connection, table, *where)


def _select(connection: Connection, table: Table, *where: ColumnElement[bool]) -> pa.Table:
    ordered = select(table).where(*where).order_by(*(table.c[name] for name in key_of(table)))
    return to_arrow(connection.execute(ordered).all(), shape_of(table))


def _sales_named(allocations: pa.Table) -> list[str]:
    """The sales of the portions, the next best ones, and those that came nearest."""
    named = {*allocations["invoice_line"].to_pylist(), *allocations["runner_up"].to_pylist()}
    near = (text.split() for text in allocations["nearest"].to_pylist() if text)
    return [line for line in {*named, *(line for lines in near for line in lines)} if line]


def _causes(movements: pa.Table) -> list[str]:
    """What units were placed anew for."""
    pairs = zip(movements["to_bucket"].to_pylist(), movements["cause"].to_pylist(), strict=True)
    return [cause for bucket, cause in pairs if bucket == Bucket.MOVED]


def _in_order(movements: pa.Table) -> pa.Table:
    """Movements as they happened; those of one moment portion by portion, in the order of the buckets."""
    buckets = [bucket.value for bucket in Bucket]
    happened = movements.select(["at", "movement"]).to_pydict()
    reached = [
        (int(portion.rpartition("#")[2]), buckets.index(bucket))
        for portion, bucket in zip(movements["portion"].to_pylist(), movements["to_bucket"].to_pylist(), strict=True)
    ]
    order = sorted(zip(happened["at"], reached, happened["movement"], range(len(reached)), strict=True))
    return movements.take(pa.array([place for *_, place in order], pa.int64()))


def _counted(
    connection: Connection, documents: pa.Table, origin: Values, movements: pa.Table, differences: pa.Table
) -> pa.Table:
    """The receipt lines that caused movements or differences, or the provisional line itself.

    A movement's cause is a receipt's line, written document/line.
    """
    told = zip(differences["receipt_document"].to_pylist(), differences["receipt_line_no"].to_pylist(), strict=True)
    own = zip(origin["document"], origin["line_no"], strict=True)
    causes = {*movements["cause"].to_pylist(), *(f"{document}/{line_no}" for document, line_no in (*told, *own))}
    lines = _rows(connection, "receipt_line", document=documents["document"].to_pylist())
    keys = zip(lines["document"].to_pylist(), lines["line_no"].to_pylist(), strict=True)
    return lines.filter(pa.array([f"{document}/{line_no}" in causes for document, line_no in keys], pa.bool_()))


def _findings(connection: Connection, documents: pa.Table, origin: Values, receipt_lines: pa.Table) -> pa.Table:
    """What was found about the line, its receipt lines, or their documents and files as a whole."""
    table = TABLES["finding"]
    columns = [origin, {name: receipt_lines[name].to_pylist() for name in ("document", "line_no")}]
    lines = {pair for part in columns for pair in zip(part["document"], part["line_no"], strict=True)}
    of_lines = [and_(table.c.document == document, table.c.line_no == line_no) for document, line_no in sorted(lines)]
    whole = and_(table.c.document.in_(documents["document"].to_pylist()), table.c.line_no.is_(None))
    files = and_(table.c.file.in_(documents["file"].to_pylist()), table.c.document.is_(None))
    return _select(connection, table, or_(whole, files, *of_lines))
