"""Open this when you ask what a return can be placed on: sales by retailer, item and day, references as numbers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.memory import give_back
from pipelines.steps.split.picking import picked
from pipelines.steps.split.texts import (
    NOT_SOLD,
    Codes,
    Groups,
    Ints,
    References,
    Vocabulary,
    learnt,
    ordered,
    plain,
    whole,
    without_zeros,
)  # fmt: skip
from schemas.tables import SUPPLY, empty

# Prices are compared as whole numbers of 10^-8 of the currency's unit, values of a unit as 2^-20 of a minor unit.
_PRICE_PLACES = 8
VALUE_BITS = 20
_MONEY_MAX, _UNITS_MAX = 2**42, 2**31 - 1
# The day of a sale that names none: no claim can stand on it.
NEVER = 2**31 - 1
_ROWS_AT_ONCE = 2**20
_BEYOND = 32  # numbers behind the last, which may be read but say nothing (``wide``)

# The rows of ``Sales.codes``, and what ``Sales.money`` has of each sale.
DAY, PO, PO_LINE, INVOICE, INVOICE_LINE_NO, DELIVERY_NOTE, STORE, PRICE, CURRENCY, UNITS, UNITS_TAKEN = range(11)
NET, TAX, NET_TAKEN, TAX_TAKEN = range(4)
_MONEY = {NET: "net_minor", TAX: "tax_minor", NET_TAKEN: "net_taken", TAX_TAKEN: "tax_taken"}


class Sales(NamedTuple):
    """Invoice lines in the order (retailer and item, day, id): ``codes`` column by column, ``money`` sale by sale.

    Units and money ``taken`` are what returns took so far. Money is in minor units, with 32 bits where all of it fits
    or else 64; ``prices`` are in 10^-8 of the currency's unit. References are numbers of vocabularies, prices those of
    ``prices``; ``NOT_SOLD`` where a sale has none.
    """

    codes: Any
    money: Any
    prices: Any


class Words(NamedTuple):
    """The vocabularies of what sales are called by."""

    retailer: Vocabulary
    item: Vocabulary
    group: Groups
    po: References
    po_line: Vocabulary
    invoice: References
    invoice_line_no: Vocabulary
    delivery_note: References
    store: Vocabulary
    price: Vocabulary


@dataclass(frozen=True, slots=True)
class SalesIndex:
    """``SUPPLY`` made ready for claims; placing claims on it takes their units and money from it for good.

    ``first`` says where the sales of each group, a retailer and an item, begin; ``varied`` which groups were sold at
    more than one value of a unit, or in more than one currency. ``invoice_lines`` are the ids of the sales.
    """

    sales: Sales
    words: Words
    first: Ints
    varied: npt.NDArray[np.bool_]
    invoice_lines: pa.Array
    currencies: list[str]
    currency_of: dict[str, str]

    @classmethod
    def of(cls, supply: pa.Table | Iterable[pa.Table]) -> "SalesIndex":
        """The index of ``SUPPLY``, whole or part by part. ValueError: more than 2^42 minor units on a line."""
        tables = _parts(supply) if isinstance(supply, pa.Table) else supply
        parts = [_Part.of(table) for table in tables] or [_Part.of(empty(SUPPLY))]
        ids = whole(pa.chunked_array([part.texts.pop("id") for part in parts], pa.string()))
        texts = {name: learnt(of) for name, of in _one_by_one(_TEXTS, [part.texts for part in parts], len(ids))}
        numbers = {
            name: np.concatenate(of) for name, of in _one_by_one(_NUMBERS, [part.numbers for part in parts], len(ids))
        }
        retailers = texts["retailer"][1]
        group = Groups(retailers, texts["gtin"][1])
        groups = group.codes(retailers, texts["gtin"][1])
        words, spoken = _words(texts, group, retailers), _spoken(texts)
        currencies: list[str] = texts["currency"][0].to_pylist()
        del texts["retailer"], texts["gtin"], retailers
        order = ordered(groups, numbers[DAY], ids).astype(np.int32)
        _give_back(len(ids))
        first = np.searchsorted(groups[order], np.arange(len(group) + 1))
        del groups
        sales = _in_order(texts, numbers, order)
        varied = _varied(sales, first)
        ids = ids.take(pa.array(order))
        del order
        _give_back(len(ids))
        return cls(sales, words, first, varied, ids, currencies, spoken)

    def __len__(self) -> int:
        return len(self.invoice_lines)

    def names(self, rows: Codes | Ints) -> pa.Array:
        """The ids of these sales; null for negative ones."""
        return picked(self.invoice_lines, rows)


# --- part by part


_TEXTS: Mapping[str, str] = {
    "retailer": "retailer", "gtin": "gtin", "currency": "currency", "po": "po_number", "po_line": "po_line",
    "invoice": "invoice_number", "invoice_line_no": "invoice_line", "delivery_note": "delivery_note", "store": "store",
    "price": "unit_price",
}  # fmt: skip
_REFERENCES = ("po", "invoice", "delivery_note")
_PLAIN_NUMBERS = ("po_line", "store")
_NUMBERS = (DAY, UNITS, UNITS_TAKEN, *(f"money {one}" for one in _MONEY))


@dataclass(frozen=True, slots=True)
class _Part:
    """Some rows of the supply: texts as dictionaries, but for the ids, and numbers."""

    texts: dict[str, pa.Array]
    numbers: dict[Any, Any]

    @classmethod
    def of(cls, supply: pa.Table) -> "_Part":
        """Whatever is compared, in plain form."""
        texts = {name: whole(supply[column]).dictionary_encode() for name, column in _TEXTS.items() if name != _LAST}
        texts |= {name: _each(plain, texts[name]) for name in _REFERENCES}
        texts |= {name: _each(without_zeros, texts[name]) for name in _PLAIN_NUMBERS}
        texts["price"] = _each(_plain_prices, texts["price"])
        ids = whole(supply["invoice_line"])
        last = pc.replace_substring_regex(ids, "^.*/", "").dictionary_encode()
        texts[_LAST] = _each(without_zeros, last)
        return cls(texts | {"id": ids}, _numbers_of(supply))


_LAST = "invoice_line_no"


def _parts(supply: pa.Table) -> Iterable[pa.Table]:
    return [supply.slice(at, _ROWS_AT_ONCE) for at in range(0, max(supply.num_rows, 1), _ROWS_AT_ONCE)]


def _each(form: Any, column: pa.Array) -> pa.Array:
    """The same column with its distinct texts in another form."""
    texts = form(column.dictionary).dictionary_encode()
    codes = texts.indices.take(column.indices)
    return pa.DictionaryArray.from_arrays(codes, texts.dictionary)


def _numbers_of(supply: pa.Table) -> dict[Any, Any]:
    money = {f"money {row}": _numbers(supply[name]) for row, name in _MONEY.items()}
    if any(int(np.abs(money[f"money {row}"]).max(initial=0)) > _MONEY_MAX for row in (NET, TAX)):
        raise ValueError("an invoice line of more than 2^42 minor units is no invoice line")
    units = {row: _numbers(supply[name]) for row, name in ((UNITS, "units"), (UNITS_TAKEN, "units_taken"))}
    if any(int(np.abs(each).max(initial=0)) > _UNITS_MAX for each in units.values()):
        raise ValueError("an invoice line of more than 2^31 units is no invoice line")
    found: dict[Any, Any] = {row: each.astype(np.int32) for row, each in units.items()}
    found |= {name: _short(each) for name, each in money.items()}
    found[DAY] = np.asarray(pc.fill_null(whole(supply["sold_on"]).cast(pa.int32()), NEVER))
    return found


def _short(column: Ints) -> Any:
    """In half the room while all of the supply is read, where it fits."""
    return column.astype(np.int32) if int(np.abs(column).max(initial=0)) < 2**31 else column


def _numbers(column: pa.ChunkedArray) -> Ints:
    return np.asarray(whole(column).cast(pa.int64()))


def prices(texts: pa.Array, nothing: int) -> Ints:
    """Decimal texts as whole numbers of 10^-8; ``nothing`` for null and for what is no price."""
    encoded = texts.dictionary_encode()
    numbers = [_price(text, nothing) for text in encoded.dictionary.to_pylist()]
    codes = np.asarray(pc.fill_null(encoded.indices, len(numbers)))
    return np.asarray(np.array([*numbers, nothing], np.int64)[codes])


def _plain_prices(texts: pa.Array) -> pa.Array:
    """Decimal texts as those of whole numbers of 10^-8; null for what is no price."""
    numbers = prices(texts, NOT_SOLD)
    return pa.array(numbers, mask=numbers < 0).cast(pa.string())


def _price(text: str | None, nothing: int) -> int:
    try:
        value = Decimal(text or "").scaleb(_PRICE_PLACES)
    except InvalidOperation:
        return nothing
    return int(value) if value.is_finite() and 0 <= value < 2**60 and value == int(value) else nothing


# --- all of them


def _give_back(rows: int) -> None:
    """What was freed, to the system, where so many sales are worth it: else that takes longer than the index."""
    if rows > _ROWS_AT_ONCE:
        give_back()


def _one_by_one(names: Iterable[Any], parts: list[dict[Any, Any]], rows: int) -> Iterator[tuple[Any, list[Any]]]:
    """Column by column what the parts have of it; each is forgotten where it was, and its memory given back."""
    for name in names:
        yield name, [part.pop(name) for part in parts]
        _give_back(rows)


def _words(texts: Mapping[str, tuple[pa.Array, Codes]], group: Groups, retailers: Codes) -> Words:
    """What sales are called by: references of one retailer are no references of another."""
    references = {name: References(*texts[name], retailers) for name in _REFERENCES}
    few = {name: Vocabulary(texts[name][0]) for name in ("retailer", "gtin", "po_line", _LAST, "store", "price")}
    return Words(
        retailer=few["retailer"],
        item=few["gtin"],
        group=group,
        po=references["po"],
        po_line=few["po_line"],
        invoice=references["invoice"],
        invoice_line_no=few[_LAST],
        delivery_note=references["delivery_note"],
        store=few["store"],
        price=few["price"],
    )


def _in_order(texts: dict[str, tuple[pa.Array, Codes]], numbers: dict[Any, Any], order: Codes) -> Sales:
    """The columns by group, day and id, each forgotten where it was. What is taken is written into them."""
    codes = np.empty(11 * len(order) + _BEYOND, np.int32)[: 11 * len(order)].reshape(11, len(order))
    money = np.empty((len(order), len(_MONEY)), np.result_type(*(numbers[f"money {row}"] for row in _MONEY)))
    values = np.asarray(texts["price"][0].cast(pa.int64()))
    named = {PO: "po", PO_LINE: "po_line", INVOICE: "invoice", INVOICE_LINE_NO: _LAST, DELIVERY_NOTE: "delivery_note"}
    for row, name in (named | {STORE: "store", PRICE: "price", CURRENCY: "currency"}).items():
        np.take(texts.pop(name)[1], order, out=codes[row])
        _give_back(len(order))
    for row in (DAY, UNITS, UNITS_TAKEN):
        np.take(numbers.pop(row), order, out=codes[row])
        _give_back(len(order))
    for row in _MONEY:
        money[:, row] = numbers.pop(f"money {row}")[order]
        _give_back(len(order))
    return Sales(codes, money, values)


def _varied(sales: Sales, first: Ints) -> npt.NDArray[np.bool_]:
    """Groups in which a neighbour's value or currency differs."""
    groups = len(first) - 1
    varied = np.zeros(groups, np.bool_)
    if groups:
        differs = np.zeros(sales.codes.shape[1], np.bool_)
        for at in range(0, len(differs), _ROWS_AT_ONCE):
            some = slice(at, at + _ROWS_AT_ONCE + 1)
            worth = sales.money[some, NET].astype(np.int64) + sales.money[some, TAX]
            value = (worth << VALUE_BITS) // np.maximum(sales.codes[UNITS, some], 1)
            one = (np.diff(value) != 0) | (np.diff(sales.codes[CURRENCY, some]) != 0)
            differs[at + 1 : at + 1 + len(one)] = one
        changes = np.cumsum(differs, dtype=np.int32)
        varied[:] = changes[first[1:] - 1] > changes[first[:-1]]
    return varied


def _spoken(texts: Mapping[str, tuple[pa.Array, Codes]]) -> dict[str, str]:
    """A currency of each retailer, for units that are worth nothing."""
    (retailers, of), (currencies, codes) = texts["retailer"], texts["currency"]
    known = (of >= 0) & (codes >= 0)
    pairs = np.unique((of[known].astype(np.int64) << 32) | codes[known])
    found: dict[str, str] = {}
    for pair in pairs.tolist():
        name, currency = retailers[pair >> 32].as_py(), currencies[pair & 0xFFFFFFFF].as_py()
        found[name] = min(currency, found.get(name, currency))
    return found
