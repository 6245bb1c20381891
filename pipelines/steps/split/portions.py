"""Open this when a row of the placement looks wrong: portions with their evidence and money, as a table."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.split.claims import Claims
from pipelines.steps.split.index import CURRENCY, VALUE_BITS, SalesIndex
from pipelines.steps.split.picking import picked, with_ends
from pipelines.steps.split.placing import Placed, Records
from pipelines.steps.split.texts import Codes, Ints, ordered, whole
from pipelines.steps.split.worded import Worded
from schemas.tables import ALLOCATIONS

_CLAIMS_AT_ONCE = 2**17  # few enough for their rows to be at the processor's hand
_NO_CURRENCY = "XXX"  # ISO 4217: no currency is involved
# What is asked for of each claim: its row in the table, its first portion, how many it has, and that without a sale.
_OWN = np.dtype([("row", "i4"), ("first", "i4"), ("count", "i4"), ("without", "i4")])


def allocations(
    claims: Claims, placed: Placed, index: SalesIndex, kinds: Sequence[str], unknown_items: Collection[str]
) -> pa.Table:
    """``ALLOCATIONS``: the portions of each claim by rank, then invoice line, then what found no sale."""
    every = _Every.of(claims, placed)
    texts = _Texts.of(every, claims, placed, index, kinds, unknown_items)
    by_text = np.empty(len(claims.rows), np.int64)
    by_text[claims.place[claims.rows]] = np.arange(len(by_text))
    some = (by_text[at : at + _CLAIMS_AT_ONCE] for at in range(0, len(by_text), _CLAIMS_AT_ONCE))
    parts = [_rows(each, every, texts, placed, index) for each in some]
    return pa.concat_tables(parts) if parts else ALLOCATIONS.empty_table()


@dataclass(frozen=True, slots=True)
class _Every:
    """All portions, behind them those of units ``without`` a sale; and which are whose (``_OWN``)."""

    stand: Records
    without: Records
    own: Records

    @classmethod
    def of(cls, claims: Claims, placed: Placed) -> "_Every":
        lost, missing = unplaced(claims, placed)
        without = np.zeros(len(lost), placed.portions.dtype)
        without["claim"], without["line"], without["units"] = lost, -1, missing
        counts = np.bincount(placed.portions["claim"], minlength=len(claims.rows))
        own = np.empty(len(claims.rows), _OWN)
        own["row"], own["first"], own["count"], own["without"] = claims.rows, np.cumsum(counts) - counts, counts, -1
        own["without"][lost] = len(placed.portions) + np.arange(len(lost))
        return cls(placed.portions, without, own)

    def take(self, portions: Ints) -> Records:
        """These portions."""
        found = np.empty(len(portions), self.stand.dtype)
        if len(self.stand):
            self.stand.take(portions, out=found, mode="clip")
        behind = np.flatnonzero(portions >= len(self.stand))
        found[behind] = self.without[portions[behind] - len(self.stand)]
        return found


@dataclass(frozen=True, slots=True)
class _Texts:
    """What rows say but for the names of sales.

    ``currency`` is that of each portion, ``repaired`` are some of them; ``near`` says which of ``nearest`` belongs to
    each that is without a sale, and behind all of them -1.
    """

    words: Worded
    return_lines: pa.Array
    currencies: pa.Array
    currency: Codes
    repairs: pa.Array
    repaired: Ints
    why: pa.Array
    nearest: pa.Array
    near: Ints

    @classmethod
    def of(
        cls,
        every: _Every,
        claims: Claims,
        placed: Placed,
        index: SalesIndex,
        kinds: Sequence[str],
        unknown_items: Collection[str],
    ) -> "_Texts":
        words, without = Worded(kinds), every.without["claim"]
        return cls(
            words,
            whole(claims.table["return_line"]),
            *_currencies(every, claims, index),
            *_repairs(every, claims, words.bit("repaired")),
            why(claims, without, unknown_items),
            *_nearest(placed, index, without),
        )


def _rows(some: Ints, every: _Every, texts: _Texts, placed: Placed, index: SalesIndex) -> pa.Table:
    """The rows of ``ALLOCATIONS`` for some claims."""
    mine = every.own.take(some)
    counts = mine["count"] + (mine["without"] >= 0)
    portions = _in_order(mine, counts, every, texts.words, index)
    own = every.take(portions)
    told, stands = placed.told.take(own["claim"]), own["line"] >= 0
    lost = np.maximum(portions - len(every.stand), -1)
    low, high = _spread(own, told, np.repeat(counts > 1, counts))
    evidence, rank, held = texts.words.columns(own["held"])
    return_line = picked(texts.return_lines, np.repeat(mine["row"], counts))
    columns: dict[str, Any] = {
        "portion": _counted(return_line, counts),
        "return_line": return_line,
        "invoice_line": index.names(own["line"]),
        "units": own["units"],
        "net_minor": own["net"],
        "tax_minor": own["tax"],
        "currency": picked(texts.currencies, texts.currency[portions]),
        "evidence": evidence,
        "rank": rank,
        "held": held,
        "repair": _repair(own, portions, texts),
        "runner_up": index.names(np.where(stands, told["runner_up"], -1)),
        "runner_up_held": texts.words.names(np.where(stands, np.maximum(told["runner_up_held"], 0), 0)),
        "spread_low": low,
        "spread_high": high,
        "spread_currency": picked(texts.currencies, np.where(stands, told["elsewhere"], -1)),
        "unplaced": picked(texts.why, lost),
        "nearest": picked(texts.nearest, texts.near[lost]),
    }
    return pa.table([columns[name] for name in ALLOCATIONS.names], schema=ALLOCATIONS)


def _counted(return_lines: pa.Array, counts: Codes) -> pa.Array:
    """The ids of portions: their return line and a counter."""
    ends = pc.binary_join_element_wise("#", pa.array(np.arange(counts.max(initial=0)) + 1).cast(pa.string()), "")
    before = np.repeat(np.cumsum(counts) - counts, counts)
    return with_ends(return_lines, ends, np.arange(len(return_lines)) - before)


def _in_order(mine: Records, counts: Codes, every: _Every, words: Worded, index: SalesIndex) -> Ints:
    """The portions of these claims by rank and invoice line, that without a sale last."""
    stop = np.cumsum(counts)
    portions = np.repeat(mine["first"] - (stop - counts), counts) + np.arange(stop[-1])
    lost = np.flatnonzero(mine["without"] >= 0)
    portions[stop[lost] - 1] = mine["without"][lost]
    several = np.flatnonzero(np.repeat(counts > 1, counts))
    if len(several):
        claim, some = np.repeat(np.arange(len(mine)), counts)[several], portions[several]
        by_line = np.argsort(every.take(some)["line"])  # mostly the order of their texts as well
        claim, some = claim[by_line], some[by_line]
        own = every.take(some)
        portions[several] = some[ordered(claim, words.ranks(own["held"]), index.names(own["line"]))]
    return portions


def _spread(own: Records, told: Records, several: Any) -> tuple[Ints, Ints]:
    """The lowest and highest credit of each portion; a claim's doubt is spread over its portions by their money."""
    money = own["net"] + own["tax"]
    changes = (-told["down"], told["up"])
    doubt = np.flatnonzero((changes[0] != 0) | (changes[1] != 0))
    single, dealt = doubt[~several[doubt] & (money[doubt] > 0)], doubt[several[doubt]]
    low, high = money.copy(), money
    for column, change in zip((low, high), changes, strict=True):
        credit = column[dealt]
        column[single] += _in_minor(change[single])
        if len(dealt):
            column[dealt] = _dealt(own["claim"][dealt], credit, _in_minor(change[dealt]))
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


def _currencies(every: _Every, claims: Claims, index: SalesIndex) -> tuple[pa.Array, Codes]:
    """That of each portion's sale; without a sale the one in which the retailer buys."""
    codes = np.full(len(every.stand) + len(every.without), -1, np.int32)
    codes[: len(every.stand)] = index.sales.codes[CURRENCY][every.stand["line"]]
    without = np.flatnonzero(codes < 0)
    retailers = claims.texts("retailer", every.take(without)["claim"]).dictionary_encode()
    spoken = [index.currency_of.get(name) or _NO_CURRENCY for name in retailers.dictionary.to_pylist()]
    codes[without] = len(index.currencies) + np.asarray(retailers.indices)
    return pa.array([*index.currencies, *spoken], pa.string()), codes


def _repairs(every: _Every, claims: Claims, bit: int) -> tuple[pa.Array, Ints]:
    """In words, for portions that stand where a repaired reference leads; and which these are."""
    repaired = np.flatnonzero(every.stand["held"] & bit)
    rows = claims.rows[every.stand["claim"][repaired]].tolist()
    return pa.array([claims.repaired.words[row] for row in rows], pa.string()), repaired


def _repair(own: Records, portions: Ints, texts: _Texts) -> pa.Array:
    at, which = np.flatnonzero(own["held"] & texts.words.bit("repaired")), np.full(len(own), -1, np.int32)
    which[at] = np.searchsorted(texts.repaired, portions[at])
    return picked(texts.repairs, which)


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


def _nearest(placed: Placed, index: SalesIndex, without: Codes) -> tuple[pa.Array, Ints]:
    """Up to three invoice lines, with blanks between, for claims of which units found no sale; and which are whose."""
    lines = [placed.told[f"nearest_{rank}"][without] for rank in (1, 2, 3)]
    some = np.maximum.reduce(lines) >= 0  # Arrow drops rows in which all are null
    names = (index.names(line[some]) for line in lines)
    texts = pc.binary_join_element_wise(*names, " ", null_handling="skip")
    return texts, np.append(np.where(some, np.cumsum(some) - 1, -1), -1)
