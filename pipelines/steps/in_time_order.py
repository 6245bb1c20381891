"""Open this when returns are placed as they came, one after the other: past sales and past returns, by the minute.

The split knows days; here a sale made an hour after a return carries nothing of it, and what an earlier return took is
gone for a later one. Returns that share no item of a customer cannot disturb each other and are placed in one round.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.split import Split, split
from schemas.partners import Policy
from schemas.tables import CLAIMS, SUPPLY, empty

Ints = npt.NDArray[np.int64]

_T, _I, _AT = pa.string(), pa.int64(), pa.timestamp("us")

# `row` is the number of a row in its file; `net_minor` is the price of the whole line in minor units.
SOLD = pa.schema([
    ("row", _I), ("invoice", _T), ("line_no", _T), ("customer", _T), ("item", _T), ("at", _AT), ("units", _I),
    ("unit_price", _T), ("net_minor", _I), ("po_number", _T),
])  # fmt: skip
RETURNED = pa.schema([
    ("row", _I), ("invoice", _T), ("line_no", _T), ("customer", _T), ("item", _T), ("at", _AT), ("units", _I),
    ("unit_price", _T), ("po_number", _T), ("file", _T), ("offset", _I), ("length", _I),
])  # fmt: skip
# `returned` and `sold` are rows of these two tables; `sold` is null for units without a sale, and `unplaced` says why.
# `spread_low` and `spread_high` are the lowest and highest credit of equally good placements, in minor units.
PLACED = pa.schema([
    ("returned", _I), ("sold", _I), ("units", _I), ("unplaced", _T), ("spread_low", _I), ("spread_high", _I),
])  # fmt: skip

_NO_CURRENCY = "XXX"  # ISO 4217: no currency is involved
_APART = "\x1f"


def place_in_time_order(
    sold: pa.Table, returned: pa.Table, policy: Policy, each: Callable[[Sequence[Ints]], Iterable[Ints]] = iter
) -> pa.Table:
    """``PLACED`` for all of ``RETURNED``, in its order: every unit once, none on a sale made later or used up.

    ``each`` gives the rounds one by one, so that a terminal can show how far the work is.
    """
    so_far = SoldSoFar(sold, returned, policy)
    placed = [so_far.place(rows) for rows in each(rounds_of(returned))]
    return pa.concat_tables([empty(PLACED), *placed]).sort_by([("returned", "ascending")])


def rounds_of(returned: pa.Table) -> list[Ints]:
    """Rows of ``RETURNED``, round by round: a return waits for all earlier ones of the same customer and item.

    Rows of one customer, document and moment stay together. Documents of one moment go in the order of their rows.
    """
    of_document = _codes(returned, "customer", "invoice", "at")
    items = _codes(returned, "customer", "item").tolist()
    rows: dict[int, list[int]] = defaultdict(list)
    for row in np.lexsort((of_document, _moments(returned))).tolist():
        rows[int(of_document[row])].append(row)
    rounds: list[list[int]] = []
    next_round: dict[int, int] = {}
    for document in rows.values():
        number = max(next_round.get(items[row], 0) for row in document)
        next_round.update((items[row], number + 1) for row in document)
        if number == len(rounds):
            rounds.append([])
        rounds[number] += document
    return [np.array(sorted(one), np.int64) for one in rounds]


class SoldSoFar:
    """Sales, and how many of their units returns have taken so far."""

    def __init__(self, sold: pa.Table, returned: pa.Table, policy: Policy) -> None:
        """``SOLD`` and ``RETURNED`` as a whole; of equally evident sales of one day ``newest`` takes the later one."""
        self._policy = policy
        self._returned = returned
        both = pa.concat_tables([sold.select(["customer", "item"]), returned.select(["customer", "item"])])
        items = _codes(both, "customer", "item")
        self._items = items[sold.num_rows :]
        self._order = np.lexsort((np.arange(sold.num_rows), _moments(sold), items[: sold.num_rows]))
        times = np.unique(_moments(sold))
        self._step = len(times) + 1
        ranks = items[: sold.num_rows] * self._step + np.searchsorted(times, _moments(sold))
        self._ranks = ranks[self._order]
        self._until = items[sold.num_rows :] * self._step + np.searchsorted(times, _moments(returned), side="right")
        self._supply = _supply(sold.take(pa.array(self._order)), policy)
        self._taken = np.zeros((sold.num_rows, 3), np.int64)

    def place(self, rows: Ints) -> pa.Table:
        """``PLACED`` for these rows of one round, on sales made by the moment of each; they take their units."""
        on = self._made_by_then(rows)
        claims = _claims(self._returned.take(pa.array(rows)), rows)
        allocations = self._split(claims, on).allocations
        returned = _numbers(pc.cast(allocations["return_line"], _I))
        sold = np.zeros(len(returned), np.int64)
        is_placed = np.asarray(allocations["invoice_line"].is_valid())
        lines = pc.cast(allocations["invoice_line"].filter(pa.array(is_placed)), _I)
        at = self._row_of(_numbers(lines))
        sold[is_placed] = self._order[at]
        taken = np.column_stack([_numbers(allocations[name]) for name in ("units", "net_minor", "tax_minor")])
        np.add.at(self._taken, at, taken[is_placed])
        return pa.table(
            {
                "returned": returned,
                "sold": pa.array(sold, mask=~is_placed),
                **{name: allocations[name] for name in PLACED.names[2:]},
            },
            schema=PLACED,
        )

    def _made_by_then(self, rows: Ints) -> Ints:
        """The sales of the rows' items that were made by the moment of the return."""
        _, first = np.unique(self._items[rows], return_index=True)
        rows = rows[first]
        start = np.searchsorted(self._ranks, self._items[rows] * self._step)
        count = np.searchsorted(self._ranks, self._until[rows]) - start
        return np.repeat(start - np.cumsum(count) + count, count) + np.arange(count.sum())

    def _split(self, claims: pa.Table, on: Ints) -> Split:
        supply = self._supply.take(pa.array(on))
        for at, name in enumerate(("units_taken", "net_taken", "tax_taken")):
            supply = supply.set_column(SUPPLY.get_field_index(name), SUPPLY.field(name), pa.array(self._taken[on, at]))
        return split(claims, supply, self._policy, _places(claims, self._returned))

    def _row_of(self, lines: Ints) -> Ints:
        """The sorted sale that an id means; see ``_supply``."""
        return len(self._order) - 1 - lines if self._policy.order == "newest" else lines


def _supply(sold: pa.Table, policy: Policy) -> pa.Table:
    """``SUPPLY`` of sorted sales. Ids count in the order in which sales of one day are taken."""
    number = np.arange(sold.num_rows)
    filled = {
        "invoice_line": _ids(number[::-1] if policy.order == "newest" else number),
        "retailer": sold["customer"],
        "gtin": sold["item"],
        "invoice_number": sold["invoice"],
        "po_number": sold["po_number"],
        "sold_on": pc.cast(sold["at"], pa.date32(), safe=False),
        "unit_price": sold["unit_price"],
        "currency": pa.repeat(_NO_CURRENCY, sold.num_rows),
        "units": sold["units"],
        "net_minor": sold["net_minor"],
        "tax_minor": pa.repeat(0, sold.num_rows),
    }
    return _filled(SUPPLY, filled, sold.num_rows)


def _claims(returned: pa.Table, rows: Ints) -> pa.Table:
    filled = {
        "return_line": _ids(rows),
        "return_id": pc.binary_join_element_wise(returned["customer"], returned["invoice"], _APART),
        "retailer": returned["customer"],
        "gtin": returned["item"],
        "units": returned["units"],
        "returned_on": pc.cast(returned["at"], pa.date32(), safe=False),
        "po_number": returned["po_number"],
        "unit_price": returned["unit_price"],
    }
    return _filled(CLAIMS, filled, returned.num_rows)


def _places(claims: pa.Table, returned: pa.Table) -> pa.Table:
    rows = returned.take(pc.cast(claims["return_line"], _I)).select(["file", "offset", "length", "invoice", "row"])
    return rows.rename_columns(["file", "offset", "length", "document", "line_no"]).append_column(
        "return_line", claims["return_line"]
    )


def _filled(schema: pa.Schema, filled: dict[str, pa.Array], size: int) -> pa.Table:
    columns = [filled.get(field.name, pa.nulls(size, field.type)) for field in schema]
    return pa.table(columns, schema=schema)


def _ids(numbers: Ints) -> pa.Array:
    """Numbers as texts that sort like them."""
    return pc.utf8_lpad(pc.cast(pa.array(numbers), _T), 12, "0")


def _codes(table: pa.Table, *names: str) -> Ints:
    """A number for each different combination of these columns, counted as they first appear."""
    texts = pc.binary_join_element_wise(*(pc.cast(table[name], _T) for name in names), _APART)
    return _numbers(texts.combine_chunks().dictionary_encode().indices)


def _moments(table: pa.Table) -> Ints:
    return _numbers(pc.cast(table["at"], _I))


def _numbers(column: pa.Array) -> Ints:
    return np.asarray(column).astype(np.int64)
