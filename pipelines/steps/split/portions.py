"""Open this when a row of the placement looks wrong: portions with their evidence and money, as a table."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.split.claims import Claims
from pipelines.steps.split.index import CURRENCY, VALUE_BITS, SalesIndex
from pipelines.steps.split.placing import Placed
from pipelines.steps.split.texts import Ints, ranks
from schemas.tables import ALLOCATIONS

_ROWS_AT_ONCE = 2**17
_NO_CURRENCY = "XXX"  # ISO 4217: no currency is involved


def allocations(
    claims: Claims, placed: Placed, index: SalesIndex, kinds: Sequence[str], unknown_items: Collection[str]
) -> pa.Table:
    """``ALLOCATIONS``: the portions of each claim by rank, then invoice line, then what found no sale."""
    claim, line, units, held = (np.concatenate(pair) for pair in _with_missing(claims, placed))
    order, numbers = _in_order(claims, claim, line, held, index, kinds)
    columns = claim, line, units, held
    parts = [
        _rows(
            claims,
            placed,
            index,
            kinds,
            unknown_items,
            order[some],
            numbers[some],
            *(one[order[some]] for one in columns),
        )
        for some in _slices(numbers)
    ]
    return pa.concat_tables(parts) if parts else ALLOCATIONS.empty_table()


def _slices(numbers: Ints) -> Iterator[slice]:
    """Rows that are made at once: few enough to be at the processor's hand, the portions of a claim together."""
    starts = np.flatnonzero(numbers == 1)
    starts = np.append(starts[np.searchsorted(starts, np.arange(0, len(numbers), _ROWS_AT_ONCE))], len(numbers))
    return (slice(start, stop) for start, stop in pairwise(np.unique(starts).tolist()))


def _rows(
    claims: Claims,
    placed: Placed,
    index: SalesIndex,
    kinds: Sequence[str],
    unknown_items: Collection[str],
    order: Ints,
    numbers: Ints,
    claim: Ints,
    line: Ints,
    units: Ints,
    held: Ints,
) -> pa.Table:
    """Some rows of ``ALLOCATIONS``."""
    stands = line >= 0
    money = _money(placed, order)
    low, high = _spread(placed, claim, money)
    return_line = claims.texts("return_line", claim)
    columns: dict[str, Any] = {
        "portion": _numbered(return_line, numbers),
        "return_line": return_line,
        "invoice_line": index.names(line),
        "units": units,
        "net_minor": money[0],
        "tax_minor": money[1],
        "currency": _currency(claims, index, claim, line),
        "evidence": _named(held, lambda bits: _names(bits, kinds)[0]),
        "rank": _ranks(held, kinds),
        "held": _named(held, lambda bits: _all(bits, kinds)),
        "repair": _repairs(claims, claim, held, kinds),
        "runner_up": index.names(np.where(stands, placed.told["runner_up"][claim], -1)),
        "runner_up_held": _named(
            np.where(stands, np.maximum(placed.told["runner_up_held"][claim], 0), 0), lambda bits: _all(bits, kinds)
        ),
        "spread_low": low,
        "spread_high": high,
        "spread_currency": _taken(
            pa.array(index.currencies, pa.string()), np.where(stands, placed.told["elsewhere"][claim], -1)
        ),
        "unplaced": _where(line < 0, why(claims, claim[line < 0], unknown_items)),
        "nearest": _nearest(placed, index, claim, line),
    }
    return pa.table([columns[name] for name in ALLOCATIONS.names], schema=ALLOCATIONS)


def _numbered(return_lines: pa.Array, numbers: Ints) -> pa.Array:
    """The ids of portions: nearly all are the first of their line."""
    found = pc.binary_join_element_wise(return_lines, "1", "#")
    others = np.flatnonzero(numbers > 1)
    if not len(others):
        return found
    written = pa.array(numbers[others]).cast(pa.string())
    ids = pc.binary_join_element_wise(return_lines.take(pa.array(others)), written, "#")
    return pc.replace_with_mask(found, numbers > 1, ids)


def _with_missing(claims: Claims, placed: Placed) -> list[tuple[Ints, Ints]]:
    """Claim, sale, units and evidence of the portions and of units without a sale."""
    without, missing = unplaced(claims, placed)
    nowhere, nothing = np.full(len(without), -1, np.int64), np.zeros(len(without), np.int64)
    own = placed.portions
    return [
        (own["claim"], without), (own["line"], nowhere), (own["units"], missing), (own["held"], nothing),
    ]  # fmt: skip


def _in_order(
    claims: Claims, claim: Ints, line: Ints, held: Ints, index: SalesIndex, kinds: Sequence[str]
) -> tuple[Ints, Ints]:
    """The rows by return line, rank and invoice line, those without a sale last, and their numbers from 1."""
    of_line = claims.place[claims.rows[claim]]
    counts = np.bincount(of_line, minlength=len(claims.rows))
    starts = np.cumsum(counts) - counts
    order = np.empty(len(claim), np.int64)
    several = counts[of_line] > 1
    order[starts[of_line[~several]]] = np.flatnonzero(~several)
    rows = np.flatnonzero(several)
    if len(rows):
        keys = ranks(index.names(line[rows])), _ranks(held[rows], kinds), of_line[rows]
        order[np.repeat(counts > 1, counts)] = rows[np.lexsort(keys)]
    return order, np.arange(len(order)) - np.repeat(starts, counts) + 1


def _money(placed: Placed, order: Ints) -> tuple[Ints, Ints]:
    stands = order < len(placed.portions)
    net, tax = np.zeros(len(order), np.int64), np.zeros(len(order), np.int64)
    net[stands], tax[stands] = (placed.portions[name][order[stands]] for name in ("net", "tax"))
    return net, tax


def _spread(placed: Placed, claim: Ints, money: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """The lowest and highest credit of each portion; a claim's doubt is spread over its portions by their money."""
    own = money[0] + money[1]
    changes = (-placed.told["down"][claim], placed.told["up"][claim])
    same = np.diff(claim, prepend=-1, append=-1) == 0  # portions of a claim are next to each other
    single = ~(same[:-1] | same[1:])
    low, high = (np.where(single & (own > 0), own + _in_minor(change), own) for change in changes)
    doubtful = np.flatnonzero(~single & ((changes[0] < 0) | (changes[1] > 0)))
    if len(doubtful):
        for column, change in zip((low, high), changes, strict=True):
            column[doubtful] = _dealt(claim[doubtful], own[doubtful], _in_minor(change[doubtful]))
    return low, high


def _in_minor(value: Any) -> Any:
    return (value + (1 << VALUE_BITS - 1)) >> VALUE_BITS


def _dealt(claim: Ints, own: Ints, changes: Ints) -> Ints:
    """What each claim's portions have, and its change, dealt to them in proportion to that, to the last unit."""
    starts = np.flatnonzero(np.diff(claim, prepend=-1))
    counts = np.diff(np.append(starts, len(claim)))
    whole_credit = np.repeat(np.add.reduceat(own, starts), counts)
    total = whole_credit + changes
    so_far = np.cumsum(own)
    so_far -= np.repeat(so_far[starts] - own[starts], counts)
    if int(total.max()) * int(whole_credit.max()) >= 2**62:
        total, so_far = total.astype(object), so_far.astype(object)  # beyond 64 bits
    given = total * so_far // np.maximum(whole_credit, 1)
    before = np.append(0, given[:-1])
    before[starts] = 0
    return np.asarray(given - before).astype(np.int64)


def _taken(texts: pa.Array, rows: Ints) -> pa.Array:
    """The texts of these rows; null for negative ones."""
    return texts.take(pa.array(rows, mask=rows < 0))


def _currency(claims: Claims, index: SalesIndex, claim: Ints, line: Ints) -> pa.Array:
    """The sale's currency; without a sale the one in which the retailer buys."""
    codes = np.where(line >= 0, index.sales.codes[CURRENCY][line], -1) if len(index) else line
    found = _taken(pa.array(index.currencies, pa.string()), codes)
    without = codes < 0
    if not without.any():
        return found
    retailers = claims.texts("retailer", claim[without]).dictionary_encode()
    spoken = [index.currency_of.get(name) or _NO_CURRENCY for name in retailers.dictionary.to_pylist()]
    return pc.replace_with_mask(found, without, pa.array(spoken, pa.string()).take(retailers.indices))


# --- evidence in words


def _names(bits: int, kinds: Sequence[str]) -> list[str]:
    """The kinds of these bits, the strongest first; ``sold`` when none of them holds, ``none`` without a sale."""
    if not bits:
        return ["none"]
    found = [name for place, name in enumerate(kinds) if bits >> (len(kinds) - 1 - place) & 1]
    return found or ["sold"]


def _all(bits: int, kinds: Sequence[str]) -> str | None:
    return ",".join(_names(bits, kinds)) if bits else None


def _ranks(held: Ints, kinds: Sequence[str]) -> Ints:
    """The place of the strongest kind; behind all of them ``sold``, and behind that units without a sale."""
    distinct, which = _distinct(held)
    places = {name: place for place, name in enumerate((*kinds, "sold", "none"))}
    return np.array([places[_names(bits, kinds)[0]] for bits in distinct], np.int64)[which]


def _named(held: Ints, name: Any) -> pa.Array:
    distinct, which = _distinct(held)
    return pa.array([name(bits) for bits in distinct], pa.string()).take(pa.array(which))


def _distinct(held: Ints) -> tuple[list[int], Ints]:
    """The distinct sets of bits, and of each row which it has."""
    number = np.zeros(int(held.max(initial=0)) + 1, np.int64)
    number[held] = 1
    distinct = np.flatnonzero(number)
    number[distinct] = np.arange(len(distinct))
    return distinct.tolist(), number[held]


def _repairs(claims: Claims, claim: Ints, held: Ints, kinds: Sequence[str]) -> pa.Array:
    """In words, for portions that stand where a repaired reference leads."""
    bit = 1 << (len(kinds) - 1 - list(kinds).index("repaired")) if "repaired" in kinds else 0
    at = np.flatnonzero(held & bit)
    words = pa.array([claims.repaired.words[row] for row in claims.rows[claim[at]].tolist()], pa.string())
    return _where(held & bit > 0, words)


# --- units without a sale


def unplaced(claims: Claims, placed: Placed) -> tuple[Ints, Ints]:
    """The claims of which units found no sale, and how many."""
    missing = claims.wants.claim["units"] - placed.told["placed"]
    without = np.flatnonzero(missing > 0)
    return without, missing[without]


def why(claims: Claims, without: Ints, unknown_items: Collection[str]) -> pa.Array:
    """A finding code for each claim of which units found no sale."""
    wants, gtins = claims.wants.claim[without], claims.texts("gtin", without)
    unknown = np.asarray(pc.fill_null(pc.is_in(gtins, pa.array(sorted(unknown_items), pa.string())), False))
    unknown |= np.asarray(gtins.is_null())
    codes = pa.array(("LINE-ITEM-UNKNOWN", "LINE-NEVER-SOLD", "LINE-SOLD-LATER", "LINE-BEYOND-SOLD"))
    which = np.select([unknown, wants["first"] == wants["end"], wants["first"] == wants["last"]], [0, 1, 2], 3)
    return codes.take(pa.array(which))


def _where(which: Any, texts: pa.Array) -> pa.Array:
    """These texts for the rows so marked, and null for the others."""
    at = np.full(len(which), -1, np.int64)
    at[which] = np.arange(len(texts))
    return _taken(texts, at)


def _nearest(placed: Placed, index: SalesIndex, claim: Ints, line: Ints) -> pa.Array:
    """Up to three invoice lines, with blanks between, for units without a sale."""
    without = np.flatnonzero(line < 0)
    names = [index.names(placed.told[f"nearest_{rank}"][claim[without]]).to_pylist() for rank in (1, 2, 3)]
    texts = [" ".join(filter(None, some)) or None for some in zip(*names, strict=True)]
    return _where(line < 0, pa.array(texts, pa.string()))
