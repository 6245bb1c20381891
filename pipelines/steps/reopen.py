"""Open this when units changed their sale: what the split says now against what the ledger holds, as movements.

Units that are not credited, nor accepted, are placed anew whenever claims or sales of their item arrive. A portion that
would come out the same stays; of another one all units that may move are moved out and given back to their sale, and
go on in new portions of the same return line, in the buckets and the conditions in which they were. Units that were
authorised or sent are so again: of units of which one is and another is not, each get a portion of their own.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from pipelines.steps.movements import NOTHING, Amounts, part_of
from schemas.ledger import EXPECTED, Bucket
from schemas.money import remainder_share
from schemas.tables import ALLOCATIONS, INSPECTIONS, MOVEMENTS

Row = dict[str, Any]
_AMOUNTS = ("units", "net_minor", "tax_minor")
_SPREAD = ("spread_low", "spread_high")
# What was counted in comes first on the best sales, then what is announced; what was refused takes what is left.
_ORDER = {Bucket.RECEIVED: 0, Bucket.ANNOUNCED: 1, Bucket.REFUSED: 2}


@dataclass(frozen=True, slots=True)
class PlacedAnew:
    """New portions, the movements that lead out of the old and into the new ones, and the inspections of these."""

    allocations: pa.Table
    movements: pa.Table
    inspections: pa.Table


@dataclass(frozen=True, slots=True)
class _Share:
    """Units of one parcel on one row of the split, with their money there."""

    parcel: Row
    part: Amounts


@dataclass(slots=True)
class _Books:
    """Rows for the ledger, collected line by line."""

    allocations: list[Row] = field(default_factory=list)
    movements: list[Row] = field(default_factory=list)
    inspections: list[Row] = field(default_factory=list)

    def tables(self) -> PlacedAnew:
        """As tables, in the order of their ids."""
        return PlacedAnew(
            pa.Table.from_pylist(self.allocations, ALLOCATIONS),
            pa.Table.from_pylist(self.movements, MOVEMENTS),
            pa.Table.from_pylist(self.inspections, INSPECTIONS),
        )


def place_anew(
    parcels: pa.Table,
    allocations: pa.Table,
    numbered: Mapping[str, int],
    causes: Mapping[str, str],
    rule_version: str,
    split_up: Collection[str] = (),
) -> PlacedAnew:
    """What changes when the units of ``PARCELS`` go where ``ALLOCATIONS`` of the same return lines say.

    ``numbered`` counts the portions that each line has; new ones are numbered on. ``causes`` names the document that
    re-opened the line. What ``name_of`` names in ``split_up`` is written anew wherever it stands: inspections that
    lost some of their units, and units that are to be decided once more. ValueError: a line has other units in its
    parcels than in its allocations.
    """
    books = _Books()
    own = _by_line(parcels.to_pylist())
    rows = _by_line(allocations.to_pylist())
    for line in sorted(own):
        dealt = [part for row in _deal(own[line], rows.get(line, [])) for part in _apart(*row)]
        dealt = _without_refused(dealt, split_up)
        gone = _by_portion(own[line], dealt)
        new = [(row, shares) for row, shares in dealt if not _kept(row, shares, gone, split_up)]
        books.movements += [_out_of(one, causes[line], rule_version) for name in sorted(gone) for one in gone[name]]
        for number, (row, shares) in enumerate(new, numbered.get(line, 0) + 1):
            _add_portion(books, row, shares, number, causes[line], rule_version)
    return books.tables()


def _by_line(rows: Iterable[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["return_line"]].append(row)
    return grouped


# --- which unit goes where


def _deal(parcels: Sequence[Row], rows: Sequence[Row]) -> Iterator[tuple[Row, list[_Share]]]:
    """The parcels, in their order, on the rows of the split; each row with the shares of its units and money.

    Of parcels that are alike those stay that are on the right sale already.
    """
    places = {row["invoice_line"]: place for place, row in reversed(list(enumerate(rows)))}
    waiting = sorted(parcels, key=lambda parcel: (_rank(parcel), places.get(parcel["invoice_line"], len(rows)),
                                                  parcel["portion"] or "", parcel["inspection"] or ""))  # fmt: skip
    left = [parcel["units"] for parcel in waiting]
    if sum(left) != sum(row["units"] for row in rows):
        raise ValueError(f"{waiting[0]['return_line']} has {sum(left)} units that may move, the split placed others")
    at = 0
    for row in rows:
        whole, before, shares = _amounts(row), NOTHING, []
        while before.units < whole.units:
            units = min(left[at], whole.units - before.units)
            part = part_of(whole, units, before)
            shares.append(_Share(waiting[at], part))
            before, left[at] = before + part, left[at] - units
            at += not left[at]
        yield row, shares


def _apart(row: Row, shares: list[_Share]) -> Iterator[tuple[Row, list[_Share]]]:
    """The row as it is, or in parts, where its units are not all expected in one bucket, or did not come from one."""
    buckets = [bucket for bucket in EXPECTED if any(share.parcel["expected_in"] == bucket for share in shares)]
    if len(buckets) <= 1:
        yield row, shares
        return
    before = 0
    spread = dict.fromkeys(_SPREAD, 0)
    for bucket in buckets:
        own = [share for share in shares if share.parcel["expected_in"] == bucket]
        total = sum((share.part for share in own), NOTHING)
        cut = {n: remainder_share(row[n], spread[n], before, total.units, row["units"]) for n in _SPREAD}
        before, spread = before + total.units, {name: spread[name] + cut[name] for name in _SPREAD}
        yield row | cut | {name: getattr(total, name) for name in _AMOUNTS}, own


def _rank(parcel: Row) -> tuple[Any, ...]:
    """Counted units by their receipts in the order of the days, so that it is no matter which receipt came first."""
    return (
        _ORDER[Bucket(parcel["bucket"])],
        str(parcel["received_on"] or ""),
        parcel["receipt_document"] or "",
        parcel["cause"] or "",
        parcel["condition"] or "",
    )


def _amounts(row: Row) -> Amounts:
    return Amounts(*(row[name] for name in _AMOUNTS))


def _without_refused(
    dealt: Sequence[tuple[Row, list[_Share]]], anew: Collection[str]
) -> list[tuple[Row, list[_Share]]]:
    """Units that were refused stay so, unless they are to be decided anew, or some of them find a sale now."""
    with_sale = {name_of(share.parcel) for row, shares in dealt if row["invoice_line"] for share in shares} | set(anew)
    found = []
    for row, shares in dealt:
        going = [
            share for share in shares if share.parcel["bucket"] != Bucket.REFUSED or name_of(share.parcel) in with_sale
        ]
        if going:
            found.append((row | {"units": sum(share.part.units for share in going)}, going))
    return found


# --- what stays


def _by_portion(parcels: Iterable[Row], dealt: Iterable[tuple[Row, list[_Share]]]) -> dict[str, list[Row]]:
    """The parcels that must be somewhere, by the portion they are in now; those that are new are in none."""
    placed: Counter[str] = Counter()
    for _, shares in dealt:
        for share in shares:
            placed[name_of(share.parcel)] += share.part.units
    grouped: dict[str, list[Row]] = defaultdict(list)
    for parcel in parcels:
        if parcel["portion"] is not None and (parcel["bucket"] != Bucket.REFUSED or placed[name_of(parcel)]):
            grouped[parcel["portion"]].append(parcel)
    return grouped


def name_of(parcel: Row) -> str:
    """The inspection of a parcel, or its portion and bucket where it was not counted in."""
    return str(parcel["inspection"] or f"{parcel['portion']}>{parcel['bucket']}")


def _kept(row: Row, shares: Sequence[_Share], gone: dict[str, list[Row]], split_up: Collection[str]) -> bool:
    """Whether a portion is this row already; it is then no longer among those that are ``gone``."""
    held = Counter({name_of(share.parcel): 0 for share in shares})
    for share in shares:
        held[name_of(share.parcel)] += share.part.units
    portions = {share.parcel["portion"] for share in shares}
    portion = portions.pop()
    if portions or portion not in gone or any(share.parcel["bucket"] == Bucket.REFUSED for share in shares):
        return False
    if any(name_of(share.parcel) in split_up for share in shares):
        return False
    parcels = gone[portion]
    same = held == Counter({name_of(parcel): parcel["units"] for parcel in parcels})
    if same and _says_the_same(row, parcels):
        del gone[portion]
        return True
    return False


def _says_the_same(row: Row, parcels: Sequence[Row]) -> bool:
    """The same sale and money, for the same reason, in the same doubt.

    A part of a portion has another range of credits than the whole had; there its width tells the doubt.
    """
    first = parcels[0]
    money = sum((_amounts(parcel) for parcel in parcels), NOTHING)
    if money != _amounts(row) or any(row[name] != first[name] for name in ("invoice_line", "currency", *_JUDGED)):
        return False
    if money.units == first["portion_units"]:
        return (row["spread_low"], row["spread_high"]) == (first["spread_low"], first["spread_high"])
    return bool(_width(row) == _width(first))


_JUDGED = ("evidence", "repair", "spread_currency", "unplaced")


def _width(row: Row) -> int:
    return int(row["spread_high"] - row["spread_low"])


# --- how it is written down


def _out_of(parcel: Row, cause: str, rule_version: str) -> Row:
    """The counter-movement of a parcel; for counted units it names the line of the receipt too."""
    name = f"{parcel['portion']}>{Bucket.MOVED.value}@{cause}"
    if parcel["inspection"] is not None:
        name += f"/{parcel['inspection'].partition('@')[2]}"
    frm = parcel["expected_in"] if parcel["bucket"] == Bucket.ANNOUNCED else parcel["bucket"]
    return _movement(parcel, name, parcel["portion"], frm, Bucket.MOVED, cause, rule_version)


def _add_portion(books: _Books, row: Row, shares: Sequence[_Share], number: int, cause: str, rule_version: str) -> None:
    """A new portion: announced as a whole, brought where its units were expected, its counted ones received again."""
    portion = f"{row['return_line']}#{number}"
    books.allocations.append(row | {"portion": portion})
    origin = Bucket.UNSOLD if row["invoice_line"] is None else Bucket.SOLD
    name = f"{portion}>{Bucket.ANNOUNCED.value}@{cause}"
    books.movements.append(_movement(row, name, portion, origin, Bucket.ANNOUNCED, cause, rule_version))
    expected = Bucket(shares[0].parcel["expected_in"])
    if expected is not Bucket.ANNOUNCED:
        name = f"{portion}>{expected.value}@{cause}"
        books.movements.append(_movement(row, name, portion, Bucket.ANNOUNCED, expected, cause, rule_version))
    for name, share in _named(portion, [share for share in shares if share.parcel["inspection"] is not None]):
        parcel = share.parcel
        moved = row | {key: getattr(share.part, key) for key in _AMOUNTS}
        books.movements.append(
            _movement(moved, name, portion, expected, Bucket.RECEIVED, parcel["cause"], rule_version)
        )
        inspection = {"movement": name, "portion": portion, "units": share.part.units}
        told = {key: parcel[key] for key in ("condition", "receipt_document")}
        books.inspections.append(inspection | told | {"replaces": parcel["inspection"]})


def _named(portion: str, shares: Iterable[_Share]) -> Iterator[tuple[str, _Share]]:
    """Ids of movements into ``received``; of parcels that one receipt's line counted the later ones are numbered."""
    times: Counter[str] = Counter()
    for share in shares:
        cause = share.parcel["cause"]
        times[cause] += 1
        yield f"{portion}>{Bucket.RECEIVED.value}@{cause}" + (f"+{times[cause]}" if times[cause] > 1 else ""), share


def _movement(row: Row, name: str, portion: str, frm: str, to: Bucket, cause: str, rule_version: str) -> Row:
    carried = {key: row[key] for key in ("return_line", "invoice_line", "currency", *_AMOUNTS)}
    buckets = {"from_bucket": str(Bucket(frm)), "to_bucket": to.value}
    return carried | buckets | {"movement": name, "portion": portion, "cause": cause, "rule_version": rule_version}
