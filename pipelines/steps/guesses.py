"""Open this when a guess about an unknown box is wrong: whose it may be and of which return, with the evidence.

Four things speak of a box: its label, the store it comes from, what is in it, and what was sold to whom. Each gives
points, and a guess is never more than that: what it says is shown to a person, or asked of the retailer.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_T, _I, _D = pa.string(), pa.int64(), pa.date32()

# Boxes that nobody announced, one row an item: who the warehouse thinks sent them, and what it counted.
BOX_LINES = pa.schema({
    "document": _T, "box": _T, "retailer": _T, "store": _T, "received_on": _D, "gtin": _T, "units": _I,
})  # fmt: skip
# What is still awaited, one row a return, box and item.
AWAITED = pa.schema({
    "return_id": _T, "retailer": _T, "store": _T, "returned_on": _D, "gtin": _T, "units": _I,
})  # fmt: skip
# Units sold of the items of the boxes, by retailer and store.
SOLD_AT = pa.schema({"retailer": _T, "store": _T, "gtin": _T, "units": _I})
# Labels of boxes whose retailer is known.
LABELS = pa.schema({"label": _T, "retailer": _T})
# Stores of retailers.
STORES = pa.schema({"retailer": _T, "store": _T})
GUESSES = pa.schema({
    "document": _T, "box": _T, "rank": _I, "retailer": _T, "return_id": _T, "score": _I, "likelihood": _T,
    "evidence": _T,
})  # fmt: skip

# Points of a hundred that each kind of evidence gives at most.
NAMED, LABEL, STORE, SOLD, SOLD_HERE = 55, 35, 15, 20, 20
CONTENTS, WHOLE, SAME_STORE, IN_TIME = 50, 20, 20, 10
LIKELIHOODS = ((80, "almost certain"), (60, "likely"), (40, "possible"), (0, "weak"))
GUESSES_MAX = 3
SCORE_LEAST = 15
# Of a notice that announces less than this share of the box, its retailer alone is guessed.
FIT_LEAST = 0.5
# A label says something of a retailer by the first digits it shares with labels of its earlier boxes; from an SSCC's
# extension digit and company prefix (at least 8 digits) on, the more digits the better.
_PREFIXES = (16, 14, 12, 10, 9, 8)
_DAYS_ON_THE_WAY = 42


@dataclass(slots=True)
class _Clue:
    """Points for a retailer or a return, and what was seen."""

    points: float = 0
    share: float = 0  # of the box's units that a return announces
    seen: list[str] = field(default_factory=list)

    def add(self, points: float, seen: str) -> None:
        if points >= 1:
            self.points += points
            self.seen.append(seen)

    @property
    def score(self) -> int:
        return min(100, round(self.points))


def guesses(boxes: pa.Table, awaited: pa.Table, sold: pa.Table, labels: pa.Table, stores: pa.Table) -> pa.Table:
    """``GUESSES`` about ``BOX_LINES``, a whole batch at once: at most three a box, the likeliest first.

    A guess names a retailer, and one of its ``AWAITED`` returns where the contents fit one. Ties fall by name.
    """
    contents = _contents(boxes)
    of_label = _by_label(boxes, labels)
    of_store = _by_store(boxes, stores)
    of_sales = _by_sales(boxes, sold)
    fitting = _fitting(boxes, awaited)
    rows: list[dict[str, Any]] = []
    for box, head in _heads(boxes).items():
        retailers = _retailers(head, of_label.get(box, {}), of_store.get(box, {}), of_sales.get(box, {}))
        for clue in fitting.get(box, {}):
            retailers.setdefault(clue.partition("/")[0], _Clue())
        ranked = _ranked(retailers, fitting.get(box, {}), contents[box])
        rows += [{"document": box[0], "box": box[1], "rank": rank, **one} for rank, one in enumerate(ranked, 1)]
    return pa.Table.from_pylist(rows, GUESSES)


Box = tuple[str, str]


def _heads(boxes: pa.Table) -> dict[Box, dict[str, Any]]:
    """The first line of each box."""
    heads: dict[Box, dict[str, Any]] = {}
    for row in boxes.select(["document", "box", "retailer", "store", "received_on"]).to_pylist():
        heads.setdefault((row["document"], row["box"]), row)
    return dict(sorted(heads.items()))


def _contents(boxes: pa.Table) -> dict[Box, int]:
    """Units in each box."""
    sums = boxes.group_by(["document", "box"], use_threads=False).aggregate([("units", "sum")])
    return {(row["document"], row["box"]): row["units_sum"] for row in sums.to_pylist()}


# --- what speaks for a retailer


def _retailers(
    head: Mapping[str, Any],
    label: Mapping[str, tuple[float, int]],
    store: Mapping[str, float],
    sales: Mapping[str, tuple[float, float]],
) -> dict[str, _Clue]:
    found: dict[str, _Clue] = defaultdict(_Clue)
    if head["retailer"]:
        found[head["retailer"]].add(NAMED, "the warehouse names it")
    for name, (share, digits) in label.items():
        whose = "are its own" if share == 1 else f"are its own in {share:.0%}"
        found[name].add(LABEL * share, f"boxes with labels that begin like this one ({digits} digits) {whose}")
    for name, share in store.items():
        alone = "" if share == 1 else ", as others do"
        found[name].add(STORE * share, f"it has a store {head['store']}{alone}")
    for name, (share, here) in sales.items():
        found[name].add(SOLD * share, f"{share:.0%} of the units are items that were sold to it")
        found[name].add(SOLD_HERE * here, f"{here:.0%} are items that were sold to its store {head['store']}")
    return found


def _by_label(boxes: pa.Table, labels: pa.Table) -> dict[Box, dict[str, tuple[float, int]]]:
    """For each box the retailers of known labels that share the most first digits with its own: share and digits."""
    found: dict[Box, dict[str, tuple[float, int]]] = {}
    keys = {(row["document"], row["box"]) for row in boxes.select(["document", "box"]).to_pylist()}
    known = labels.filter(pc.equal(pc.utf8_length(labels["label"]), 18))
    for digits in _PREFIXES:
        counts = _counts_of_prefixes(known, digits)
        for key in sorted(key for key in keys if len(key[1]) == 18 and key not in found):
            if of := counts.get(key[1][:digits]):
                total = sum(of.values())
                found[key] = {name: (count / total, digits) for name, count in of.items()}
    return found


def _counts_of_prefixes(labels: pa.Table, digits: int) -> dict[str, dict[str, int]]:
    prefixes = pa.table({"prefix": pc.utf8_slice_codeunits(labels["label"], 0, digits), "retailer": labels["retailer"]})
    sums = prefixes.group_by(["prefix", "retailer"], use_threads=False).aggregate([([], "count_all")])
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in sums.to_pylist():
        counts[row["prefix"]][row["retailer"]] = row["count_all"]
    return counts


def _by_store(boxes: pa.Table, stores: pa.Table) -> dict[Box, dict[str, float]]:
    """For each box the retailers that have a store of this number, each with its share of them."""
    of_store: dict[str, set[str]] = defaultdict(set)
    for row in stores.to_pylist():
        of_store[row["store"]].add(row["retailer"])
    return {
        box: {name: 1 / len(of_store[head["store"]]) for name in of_store[head["store"]]}
        for box, head in _heads(boxes).items()
        if head["store"] in of_store
    }


def _by_sales(boxes: pa.Table, sold: pa.Table) -> dict[Box, dict[str, tuple[float, float]]]:
    """For each box and retailer the share of its units whose items were sold to it, and to the store itself."""
    total = _contents(boxes)
    anywhere = _covered(boxes, sold, ["gtin"])
    here = _covered(boxes, sold, ["gtin", "store"])
    found: dict[Box, dict[str, tuple[float, float]]] = defaultdict(dict)
    for (box, name), units in anywhere.items():
        if total[box]:
            found[box][name] = (units / total[box], here.get((box, name), 0) / total[box])
    return found


def _covered(boxes: pa.Table, sold: pa.Table, keys: list[str]) -> dict[tuple[Box, str], int]:
    """Units of each box that each retailer was sold in this way, never more than it was sold."""
    sales = sold.group_by(["retailer", *keys], use_threads=False).aggregate([("units", "sum")])
    counted = boxes.group_by(["document", "box", *keys], use_threads=False).aggregate([("units", "sum")])
    joined = counted.join(sales, keys, join_type="inner", right_suffix="_sold")
    units = pc.min_element_wise(joined["units_sum"], joined["units_sum_sold"])
    joined = joined.select(["document", "box", "retailer"]).append_column("units", units)
    sums = joined.group_by(["document", "box", "retailer"], use_threads=False).aggregate([("units", "sum")])
    return {((row["document"], row["box"]), row["retailer"]): row["units_sum"] for row in sums.to_pylist()}


# --- what speaks for a return


def _fitting(boxes: pa.Table, awaited: pa.Table) -> dict[Box, dict[str, _Clue]]:
    """For each box the returns that await items of it."""
    total, heads = _contents(boxes), _heads(boxes)
    wanted = _units_of(awaited)
    facts = {row["return_id"]: row for row in awaited.to_pylist()}
    found: dict[Box, dict[str, _Clue]] = defaultdict(dict)
    for (box, return_id), units in _shared(boxes, awaited).items():
        of, head, clue = facts[return_id], heads[box], _Clue(share=units / total[box])
        clue.add(CONTENTS * clue.share, f"{units} of its {total[box]} units are announced in it")
        clue.add(WHOLE * units / wanted[return_id], f"they are {units} of the {wanted[return_id]} that it awaits")
        if head["store"] and head["store"] == of["store"]:
            clue.add(SAME_STORE, f"it is of store {head['store']} too")
        if (
            head["received_on"]
            and of["returned_on"]
            and 0 <= (head["received_on"] - of["returned_on"]).days <= _DAYS_ON_THE_WAY
        ):
            clue.add(IN_TIME, f"it was announced {(head['received_on'] - of['returned_on']).days} days before")
        found[box][return_id] = clue
    return found


def _days(since: date | None, until: date | None) -> int | None:
    return (until - since).days if since and until else None


def _units_of(awaited: pa.Table) -> dict[str, int]:
    sums = awaited.group_by("return_id", use_threads=False).aggregate([("units", "sum")])
    return dict(zip(sums["return_id"].to_pylist(), sums["units_sum"].to_pylist(), strict=True))


def _shared(boxes: pa.Table, awaited: pa.Table) -> dict[tuple[Box, str], int]:
    """Units that each box and each return have in common, item by item."""
    counted = boxes.group_by(["document", "box", "gtin"], use_threads=False).aggregate([("units", "sum")])
    expected = awaited.group_by(["return_id", "gtin"], use_threads=False).aggregate([("units", "sum")])
    joined = counted.join(expected, "gtin", join_type="inner", right_suffix="_awaited")
    units = pc.min_element_wise(joined["units_sum"], joined["units_sum_awaited"])
    joined = joined.select(["document", "box", "return_id"]).append_column("units", units)
    sums = joined.group_by(["document", "box", "return_id"], use_threads=False).aggregate([("units", "sum")])
    return {
        ((row["document"], row["box"]), row["return_id"]): row["units_sum"]
        for row in sums.sort_by(
            [("document", "ascending"), ("box", "ascending"), ("return_id", "ascending")]
        ).to_pylist()
        if row["units_sum"]
    }


# --- the list


def _ranked(retailers: Mapping[str, _Clue], returns: Mapping[str, _Clue], units: int) -> list[dict[str, Any]]:
    """The likeliest guesses. A return counts half by itself and half by its retailer."""
    found = [*_of_returns(retailers, returns)]
    placed = {row["retailer"] for row in found}
    for name, clue in retailers.items():
        score = clue.score // 2 if name in placed else clue.score
        found.append(_guess(name, None, score, clue.seen))
    found = [row for row in found if row["score"] >= SCORE_LEAST and units]
    found.sort(key=lambda row: (-row["score"], row["retailer"], row["return_id"] or ""))
    return found[:GUESSES_MAX]


def _of_returns(retailers: Mapping[str, _Clue], returns: Mapping[str, _Clue]) -> Iterator[dict[str, Any]]:
    for return_id, clue in returns.items():
        if clue.share >= FIT_LEAST:
            name = return_id.partition("/")[0]
            of = retailers[name]
            yield _guess(name, return_id, (clue.score + max(of.score, clue.score)) // 2, [*clue.seen, *of.seen])


def _guess(retailer: str, return_id: str | None, score: int, seen: Iterable[str]) -> dict[str, Any]:
    likelihood = next(words for least, words in LIKELIHOODS if score >= least)
    return {
        "retailer": retailer, "return_id": return_id, "score": score, "likelihood": likelihood,
        "evidence": "; ".join(seen),
    }  # fmt: skip
