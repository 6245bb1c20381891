"""Open this when you ask what a return can be placed on: sales by retailer, item and day, references as numbers."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.split.texts import (
    NOT_SOLD,
    Ints,
    Vocabulary,
    both,
    learnt,
    ordered,
    plain,
    whole,
    without_zeros,
)

# Prices are compared as whole numbers of 10^-8 of the currency's unit, values of a unit as 2^-20 of a minor unit.
_PRICE_PLACES = 8
VALUE_BITS = 20
_MONEY_MAX, _UNITS_MAX = 2**42, 2**31 - 1
# The day of a sale that names none: no claim can stand on it.
NEVER = 2**31 - 1


class Sales(NamedTuple):
    """Invoice lines as plain columns, in the order (retailer and item, day, id).

    ``units_taken``, ``net_taken`` and ``tax_taken`` are what returns took so far; money is in minor units. References
    are numbers of vocabularies, ``NOT_SOLD`` where a sale has none.
    """

    day: Any
    po: Any
    po_line: Any
    invoice: Any
    invoice_line_no: Any
    delivery_note: Any
    store: Any
    price: Any
    currency: Any
    units: Any
    net: Any
    tax: Any
    units_taken: Any
    net_taken: Any
    tax_taken: Any


class Words(NamedTuple):
    """The vocabularies of what sales are called by."""

    group: Vocabulary
    po: Vocabulary
    po_line: Vocabulary
    invoice: Vocabulary
    invoice_line_no: Vocabulary
    delivery_note: Vocabulary
    store: Vocabulary


@dataclass(frozen=True, slots=True)
class SalesIndex:
    """``SUPPLY`` made ready for claims; placing claims on it takes their units and money from it for good.

    ``first`` says where the sales of each group, a retailer and an item, begin; ``varied`` which groups were sold at
    more than one value of a unit, or in more than one currency.
    """

    sales: Sales
    words: Words
    first: Ints
    varied: npt.NDArray[np.bool_]
    invoice_lines: pa.Array
    currencies: list[str]
    currency_of: dict[str, str]

    @classmethod
    def of(cls, supply: pa.Table) -> "SalesIndex":
        """The index of ``SUPPLY``. ValueError: more than 2^42 minor units on a line."""
        retailer, gtin = whole(supply["retailer"]), whole(supply["gtin"])
        group, groups = learnt(both(retailer, gtin))
        ids = whole(supply["invoice_line"])
        days = _days(supply["sold_on"])
        order = ordered(groups, days, ids)
        words, codes = _words(supply, group, retailer)
        currency = whole(supply["currency"]).dictionary_encode()
        currencies: list[str] = currency.dictionary.to_pylist()
        columns = codes | {"day": days, "currency": np.asarray(currency.indices.cast(pa.int32()))}
        columns |= {"price": prices(whole(supply["unit_price"]), NOT_SOLD)} | _money(supply)
        sales = Sales(**{name: column[order] for name, column in columns.items()})
        first = np.searchsorted(groups[order], np.arange(len(group) + 1))
        varied = _varied(sales, first)
        return cls(sales, words, first, varied, ids.take(pa.array(order)), currencies, _spoken(retailer, currency))

    def __len__(self) -> int:
        return len(self.invoice_lines)


def prices(texts: pa.Array, nothing: int) -> Ints:
    """Decimal texts as whole numbers of 10^-8; ``nothing`` for null and for what is no price."""
    encoded = texts.dictionary_encode()
    numbers = [_price(text, nothing) for text in encoded.dictionary.to_pylist()]
    codes = np.asarray(pc.fill_null(encoded.indices.cast(pa.int64()), len(numbers)))
    return np.asarray(np.array([*numbers, nothing], np.int64)[codes])


def _price(text: str | None, nothing: int) -> int:
    try:
        value = Decimal(text or "").scaleb(_PRICE_PLACES)
    except InvalidOperation:
        return nothing
    return int(value) if value.is_finite() and 0 <= value < 2**60 and value == int(value) else nothing


def _days(column: pa.ChunkedArray) -> npt.NDArray[np.int32]:
    return np.asarray(pc.fill_null(whole(column).cast(pa.int32()), NEVER))


def _words(supply: pa.Table, group: Vocabulary, retailer: pa.Array) -> tuple[Words, dict[str, Any]]:
    """What sales are called by: references of one retailer are no references of another."""
    texts = {
        "po": both(retailer, plain(whole(supply["po_number"]))),
        "po_line": without_zeros(whole(supply["po_line"])),
        "invoice": both(retailer, plain(whole(supply["invoice_number"]))),
        "invoice_line_no": without_zeros(pc.replace_substring_regex(whole(supply["invoice_line"]), "^.*/", "")),
        "delivery_note": both(retailer, plain(whole(supply["delivery_note"]))),
        "store": without_zeros(whole(supply["store"])),
    }
    found = {name: learnt(column) for name, column in texts.items()}
    words = Words(group, **{name: vocabulary for name, (vocabulary, _) in found.items()})
    return words, {name: codes.astype(np.int32) for name, (_, codes) in found.items()}


def _money(supply: pa.Table) -> dict[str, Any]:
    columns = {name: _numbers(supply[name]) for name in ("units", "units_taken", "net_minor", "tax_minor")}
    if any(int(np.abs(columns[name]).max(initial=0)) > _MONEY_MAX for name in ("net_minor", "tax_minor")):
        raise ValueError("an invoice line of more than 2^42 minor units is no invoice line")
    if any(int(np.abs(columns[name]).max(initial=0)) > _UNITS_MAX for name in ("units", "units_taken")):
        raise ValueError("an invoice line of more than 2^31 units is no invoice line")
    return {
        "units": columns["units"].astype(np.int32),
        "units_taken": columns["units_taken"].astype(np.int32),
        "net": columns["net_minor"],
        "tax": columns["tax_minor"],
        "net_taken": _numbers(supply["net_taken"]),
        "tax_taken": _numbers(supply["tax_taken"]),
    }


def _numbers(column: pa.ChunkedArray) -> Ints:
    # a copy: what is taken is written into it
    return np.array(whole(column).cast(pa.int64()), np.int64)


def _varied(sales: Sales, first: Ints) -> npt.NDArray[np.bool_]:
    """Groups in which a neighbour's value or currency differs."""
    value = ((sales.net + sales.tax) << VALUE_BITS) // np.maximum(sales.units, 1)
    differs = (np.diff(value) != 0) | (np.diff(sales.currency) != 0)
    changes = np.concatenate(([0], np.cumsum(differs)))
    groups = len(first) - 1
    varied = np.zeros(groups, np.bool_)
    if len(sales.day):
        varied[:] = changes[first[1:] - 1] > changes[first[:-1]]
    return varied


def _spoken(retailer: pa.Array, currency: Any) -> dict[str, str]:
    """A currency of each retailer, for units that are worth nothing."""
    pairs = pa.table({"retailer": retailer, "currency": currency.cast(pa.string())})
    found = pairs.group_by("retailer").aggregate([("currency", "min")])
    return dict(zip(found["retailer"].to_pylist(), found["currency_min"].to_pylist(), strict=True))
