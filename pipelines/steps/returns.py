"""Open this when a notice becomes a return of ours: its lines, its boxes, and the claims that look for a sale."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from schemas.tables import CLAIMS

_T, _I, _D = pa.string(), pa.int64(), pa.date32()
RETURNS = pa.schema([
    ("return_id", _T), ("retailer", _T), ("number", _T), ("origin", _T), ("document", _T), ("store", _T),
    ("returned_on", _D),
])  # fmt: skip
RETURN_LINES = pa.schema([
    ("return_line", _T), ("return_id", _T), ("retailer", _T), ("document", _T), ("line_no", _I), ("origin", _T),
    ("gtin", _T), ("units", _I), ("carton", _T), ("reason", _T), ("disposition", _T), ("po_number", _T),
    ("unit_price", _T),
])  # fmt: skip
CARTONS = pa.schema([("carton", _T), ("return_id", _T), ("state", _T)])
_ORIGIN = "notice"


@dataclass(frozen=True, slots=True)
class OpenedReturns:
    """New rows of ``Return``, ``ReturnLine`` and ``Carton``, and the ``CLAIMS`` of their lines."""

    returns: pa.Table
    return_lines: pa.Table
    cartons: pa.Table
    claims: pa.Table


def open_returns(documents: pa.Table, notice_lines: pa.Table, retailer: str) -> OpenedReturns:
    """A return for each accepted notice; a return line and a claim for each line with usable units.

    ``documents`` and ``notice_lines`` (its ``notice_parts``) are as ``check`` gives them. A line of an assortment is a
    return line for each part, …/1.1 and …/1.2, since each is an item of its own that is counted and placed by itself.
    A return's store is the one its lines name first.
    """
    lines = _with_orders(_joined(documents, notice_lines, retailer))
    claimed = lines.filter(pc.fill_null(pc.greater(lines["units"], 0), False))
    return OpenedReturns(
        returns=_returns(documents, lines, retailer),
        return_lines=_shaped(claimed, RETURN_LINES),
        cartons=_cartons(lines),
        claims=_shaped(claimed, CLAIMS),
    )


def _notices(documents: pa.Table) -> pa.Table:
    wanted = pc.and_(pc.equal(documents["kind"], "notice"), pc.equal(documents["state"], "accepted"))
    return documents.filter(wanted)


def _joined(documents: pa.Table, notice_lines: pa.Table, retailer: str) -> pa.Table:
    """The lines of accepted notices with their return, in the order (return_id, line_no)."""
    notices = _notices(documents)
    row = pc.index_in(notice_lines["document"], notices["document"].combine_chunks())
    lines, heads = notice_lines.filter(row.is_valid()), notices.take(row.drop_null())
    return_ids = return_id(retailer, heads["number"])
    added = {
        "return_id": return_ids,
        "return_line": pc.binary_join_element_wise(return_ids, line_names(lines), "/"),
        "retailer": _constant(retailer, lines),
        "origin": _constant(_ORIGIN, lines),
        "returned_on": heads["issued_on"],
    }
    for name, column in added.items():
        lines = lines.append_column(name, column)
    order = [name for name in ("return_id", "line_no", "part") if name in lines.column_names]
    return lines.sort_by([(name, "ascending") for name in order])


def _with_orders(lines: pa.Table) -> pa.Table:
    """A line that names only a line of an order means the order of the whole return."""
    named = pc.if_else(lines["po_line"].is_valid(), lines["header_po"], pa.scalar(None, _T))
    orders = pc.coalesce(lines["po_number"], named)
    return lines.set_column(lines.column_names.index("po_number"), "po_number", orders)


def line_names(lines: pa.Table) -> pa.ChunkedArray:
    """What a line is called in its document: its number, and behind a point that of the part of an assortment."""
    numbers = lines["line_no"].cast(_T)
    if "part" not in lines.column_names:
        return numbers
    parts = pc.binary_join_element_wise(numbers, lines["part"].cast(_T), ".")
    return pc.coalesce(parts, numbers)


def return_id(retailer: str, numbers: pa.ChunkedArray) -> pa.ChunkedArray:
    """The id of a return: retailer/number."""
    return pc.binary_join_element_wise(pa.scalar(retailer), numbers, "/")


def _returns(documents: pa.Table, lines: pa.Table, retailer: str) -> pa.Table:
    notices = _notices(documents)
    ids = return_id(retailer, notices["number"])
    named = lines.filter(lines["store"].is_valid())
    stores = named.group_by("return_id", use_threads=False).aggregate([("store", "first")])
    store = stores["store_first"].take(pc.index_in(ids, stores["return_id"].combine_chunks()))
    table = pa.table(
        {
            "return_id": ids,
            "retailer": _constant(retailer, notices),
            "number": notices["number"],
            "origin": _constant(_ORIGIN, notices),
            "document": notices["document"],
            "store": store,
            "returned_on": notices["issued_on"],
        }
    )
    return table.cast(RETURNS).sort_by("return_id")


def _cartons(lines: pa.Table) -> pa.Table:
    labels = lines.filter(lines["carton"].is_valid()).select(["carton", "return_id"])
    distinct = labels.group_by(["carton", "return_id"], use_threads=False).aggregate([])
    expected = distinct.append_column("state", _constant("expected", distinct))
    return expected.select(CARTONS.names).cast(CARTONS).sort_by([("return_id", "ascending"), ("carton", "ascending")])


def _shaped(lines: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [
        lines[name] if name in lines.column_names else pa.nulls(lines.num_rows, kind)
        for name, kind in zip(schema.names, schema.types, strict=True)
    ]
    return pa.table(columns, schema=schema)


def _constant(text: str, like: pa.Table) -> pa.Array:
    return pa.repeat(pa.scalar(text), like.num_rows)
