"""Open this when you ask how claims and supply are compared: both sorted, and what they state turned into codes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.content import plain_decimal
from pipelines.steps.split.references import References, plain
from schemas.partners import Order

Ints = npt.NDArray[np.int64]

Item = tuple[str, str]

# Days of claims and sales that name none: such a claim may stand on every sale, such a sale carries no claim.
_ALWAYS, _NEVER = 2**30, 2**31
_NOT_STATED, _NOT_SOLD = -1, -2

# What a claim states, and the column of sales that answers it.
ANSWERS = {
    "invoice": "invoice",
    "repaired_invoice": "invoice",
    "invoice_and_line": "invoice_and_line",
    "po": "po",
    "repaired_po": "po",
    "po_line": "po_line",
    "delivery_note": "delivery_note",
    "price": "price",
    "store": "store",
}


@dataclass(frozen=True, slots=True)
class Sales:
    """Supply in the order (item, order rule, id): of two equally good lines of one item the earlier is taken first.

    ``sold`` and ``taken`` are units, net and tax of each line; ``left`` are the units that no return has taken;
    ``unit_net`` orders lines by their net price, in 2^-20 minor units.
    """

    table: pa.Table
    sold: Ints
    taken: Ints
    left: Ints
    day: Ints
    unit_net: Ints
    currency: Ints
    codes: Mapping[str, Ints]
    of_item: Mapping[Item, slice]

    def invoice_line(self, line: int) -> str:
        """The id of a line."""
        return str(self.table["invoice_line"][line])

    def currency_of(self, line: int) -> str:
        """The currency of a line's money."""
        return str(self.table["currency"][line])


@dataclass(frozen=True, slots=True)
class Wants:
    """Claims in the order (returned_on, return_line), with the codes of what they state.

    ``box`` are the orders stated anywhere in the same return; ``po_unknown`` says that a stated order leads nowhere.
    """

    rows: list[dict[str, Any]]
    day: Ints
    codes: Mapping[str, Ints]
    box: list[Ints]
    po_unknown: list[bool]

    def item(self, claim: int) -> Item:
        """The retailer and the item of a claim; a sale must have both."""
        return self.rows[claim]["retailer"], self.rows[claim]["gtin"]

    def units(self, claim: int) -> int:
        """The units that look for a sale."""
        return int(self.rows[claim]["units"])


def prepare(claims: pa.Table, supply: pa.Table, order: Order) -> tuple[Sales, Wants]:
    """``CLAIMS`` and ``SUPPLY``, sorted and coded. A repair may lead to any reference of the supply given."""
    claims = claims.sort_by([("returned_on", "ascending"), ("return_line", "ascending")])
    stated = _stated(claims, _references(supply, "po_number"), _references(supply, "invoice_number"))
    supply = _sorted(supply.filter(pc.is_in(supply["gtin"], claims["gtin"].combine_chunks(), skip_nulls=True)), order)
    coded = {name: _encode(column) for name, column in _sold(supply).items()}
    claim_codes = {name: _lookup(coded[answer][0], stated[name]) for name, answer in ANSWERS.items()}
    boxes = [_lookup(coded["po"][0], orders) for orders in _boxes(claims, stated)]
    sales = _sales(supply, {name: codes for name, (_, codes) in coded.items()})
    return sales, Wants(claims.to_pylist(), _days(claims["returned_on"], _ALWAYS), claim_codes, boxes, _lost(stated))


def _sorted(supply: pa.Table, order: Order) -> pa.Table:
    direction = "descending" if order == "newest" else "ascending"
    keys = [("retailer", "ascending"), ("gtin", "ascending"), ("sold_on", direction), ("invoice_line", "ascending")]
    return supply.sort_by(keys)


def _sales(supply: pa.Table, codes: Mapping[str, Ints]) -> Sales:
    sold = _matrix(supply, "units", "net_minor", "tax_minor")
    taken = _matrix(supply, "units_taken", "net_taken", "tax_taken")
    return Sales(
        table=supply,
        sold=sold,
        taken=taken,
        left=np.maximum(sold[:, 0] - taken[:, 0], 0),
        day=_days(supply["sold_on"], _NEVER),
        unit_net=(sold[:, 1] << 20) // np.maximum(sold[:, 0], 1),
        currency=_encode(supply["currency"])[1],
        codes=codes,
        of_item=dict(_slices(supply)),
    )


def _matrix(table: pa.Table, *names: str) -> Ints:
    return np.column_stack([_numbers(table[name]) for name in names])


def _slices(supply: pa.Table) -> Iterator[tuple[Item, slice]]:
    """Where each item of a retailer begins and ends in the sorted supply."""
    retailers, gtins = _encode(supply["retailer"])[1], _encode(supply["gtin"])[1]
    changes = np.flatnonzero((np.diff(retailers) != 0) | (np.diff(gtins) != 0)) + 1
    for start, stop in pairwise([0, *changes.tolist(), supply.num_rows] if supply.num_rows else []):
        yield (supply["retailer"][start].as_py(), supply["gtin"][start].as_py()), slice(start, stop)


# --- what sales answer


def _sold(supply: pa.Table) -> dict[str, pa.Array]:
    notes = "delivery_note"
    return {
        "invoice": _plain(supply["invoice_number"]),
        "invoice_and_line": _plain(pc.replace_substring_regex(supply["invoice_line"], "^[^/]*/", "")),
        "po": _plain(supply["po_number"]),
        "po_line": _without_zeros(supply["po_line"]),
        # The sales export has no delivery notes yet; a supply that brings them is used.
        notes: _plain(supply[notes]) if notes in supply.column_names else pa.nulls(supply.num_rows, pa.string()),
        "price": _prices(supply["unit_price"]),
        "store": _without_zeros(supply["store"]),
    }


def _encode(column: pa.Array) -> tuple[dict[str, int], Ints]:
    """A code for each text of the column, and the column in codes."""
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = column.dictionary_encode()
    codes = {text: code for code, text in enumerate(encoded.dictionary.to_pylist())}
    return codes, _numbers(pc.fill_null(encoded.indices.cast(pa.int64()), _NOT_SOLD))


def _lookup(codes: Mapping[str, int], texts: Sequence[str | None]) -> Ints:
    return np.array([_NOT_STATED if text is None else codes.get(text, _NOT_STATED) for text in texts], np.int64)


# --- what claims state


def _stated(
    claims: pa.Table, orders: Mapping[str, References], invoices: Mapping[str, References]
) -> dict[str, list[str | None]]:
    po, repaired_po = _resolved(claims, "po_number", orders)
    invoice, repaired_invoice = _resolved(claims, "invoice_number", invoices)
    return {
        "po_number": claims["po_number"].to_pylist(),
        "po": po,
        "repaired_po": repaired_po,
        "po_line": _without_zeros(claims["po_line"]).to_pylist(),
        "invoice": invoice,
        "repaired_invoice": repaired_invoice,
        "invoice_and_line": _plain(claims["invoice_number"]).to_pylist(),
        "delivery_note": _plain(claims["delivery_note"]).to_pylist(),
        "price": _prices(claims["unit_price"]).to_pylist(),
        "store": _without_zeros(claims["store"]).to_pylist(),
    }


def _references(supply: pa.Table, column: str) -> dict[str, References]:
    """The references that exist, by retailer."""
    names: dict[str, list[str]] = defaultdict(list)
    for row in supply.group_by(["retailer", column]).aggregate([]).to_pylist():
        if row[column]:
            names[row["retailer"]].append(row[column])
    return {retailer: References(found) for retailer, found in names.items()}


def _resolved(
    claims: pa.Table, column: str, known: Mapping[str, References]
) -> tuple[list[str | None], list[str | None]]:
    """Stated references that exist, and beside them what the others were repaired to."""
    nothing = References(())
    exact: list[str | None] = []
    repaired: list[str | None] = []
    for row in claims.select(["retailer", column, "store"]).to_pylist():
        references = known.get(row["retailer"], nothing)
        stated = row[column] or None
        exists = stated is not None and stated in references
        exact.append(plain(stated) if stated is not None and exists else None)
        repaired.append(references.repaired(stated, row["store"]) if stated is not None and not exists else None)
    return exact, repaired


def _boxes(claims: pa.Table, stated: Mapping[str, Sequence[str | None]]) -> list[list[str]]:
    """For each claim the orders that its return states, on whichever line."""
    of_return: dict[str, set[str]] = defaultdict(set)
    returns = claims["return_id"].to_pylist()
    for return_id, po, repaired in zip(returns, stated["po"], stated["repaired_po"], strict=True):
        of_return[return_id] |= {text for text in (po, repaired) if text is not None}
    return [sorted(of_return[return_id]) for return_id in returns]


def _lost(stated: Mapping[str, Sequence[str | None]]) -> list[bool]:
    columns = (stated["po_number"], stated["po"], stated["repaired_po"])
    return [bool(text) and po is None and repaired is None for text, po, repaired in zip(*columns, strict=True)]


# --- columns


def _plain(column: pa.Array) -> pa.Array:
    return pc.utf8_upper(pc.utf8_trim_whitespace(column))


def _without_zeros(column: pa.Array) -> pa.Array:
    return pc.utf8_ltrim(_plain(column), characters="0")


def _prices(column: pa.ChunkedArray) -> pa.Array:
    distinct = {text: None if text is None else plain_decimal(text) for text in column.unique().to_pylist()}
    return pa.array([distinct[text] for text in column.to_pylist()], pa.string())


def _numbers(column: pa.Array) -> Ints:
    return np.asarray(column.to_numpy(zero_copy_only=False), np.int64)


def _days(column: pa.Array, nothing: int) -> Ints:
    return _numbers(pc.fill_null(column.cast(pa.int32()).cast(pa.int64()), nothing))
