"""Open this when a notice was taken back or told anew: which version counts, and what becomes of the units before.

A notice that cancels or replaces counts whatever the order of arrival: an earlier version that comes after it is
superseded and opens nothing. Announced units of the earlier version are cancelled. Goods that were counted in are those
of the new version, as far as it names them. Then the return's receipts are counted again (``work.late_notices``): what
the new version does not name, or all of it when the notice was only taken back, came without having been announced.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.movements import NOTHING, Amounts, part_of
from pipelines.steps.returns import OpenedReturns
from schemas.ledger import Bucket
from schemas.tables import ALLOCATIONS, MOVEMENTS, PARCELS

Row = dict[str, Any]
Decided = tuple[str, str]  # return and item
CANCEL, REPLACE = "cancel", "replace"
AMENDS = (CANCEL, REPLACE)
AMENDED = ("notice", "receipt")  # kinds of which a later version counts; the others wait for a person
COUNTED_BEFORE = "LINE-COUNTED-BEFORE"
RULE_VERSION = "amend-1"
_AMOUNTS = ("units", "net_minor", "tax_minor")
_OF_LINE = ("return_id", "return_line", "retailer", "gtin")
_OF_COUNT = ("inspection", "condition", "receipt_document", "received_on", "cause")


@dataclass(frozen=True, slots=True)
class Version:
    """An accepted notice or receipt that cancels or replaces; ``here`` says that it came in the same batch."""

    document: str
    purpose: str
    issued_on: date | None
    content: str
    here: bool = False


def outdone_by(purpose: str, issued_on: date | None, others: Iterable[Version]) -> str | None:
    """The document that makes a notice or receipt of this purpose and day void, or None.

    Any cancel or replacement outdoes an original. A replacement is outdone by a cancel of its day or later, and by a
    later replacement; a cancel by a later replacement. Of two of one day the one that came last counts.
    """
    for other in others:
        later = _later(other.issued_on, issued_on)
        same_day = other.issued_on is None or issued_on is None or other.issued_on == issued_on
        outdone = later or (same_day and (other.here or (purpose == REPLACE and other.purpose == CANCEL)))
        if purpose not in AMENDS or (outdone and not (purpose == CANCEL and other.purpose == CANCEL)):
            return other.document
    return None


def _later(one: date | None, than: date | None) -> bool:
    return one is not None and than is not None and one > than


def as_versions(opened: OpenedReturns, documents: pa.Table) -> OpenedReturns:
    """Returns of the batch; lines that replace others carry their document's id.

    A cancel opens its return too, without lines: goods that come all the same are found in it, as they are when the
    notice came before its cancel.
    """
    purposes = dict(zip(documents["document"].to_pylist(), documents["purpose"].to_pylist(), strict=True))
    told = [purposes[name] != CANCEL for name in opened.returns["document"].to_pylist()]
    others = set(opened.returns.filter(pa.array(told, pa.bool_()))["return_id"].to_pylist())
    names = zip(told, opened.returns["return_id"].to_pylist(), strict=True)
    stays = pa.array([here or name not in others for here, name in names], pa.bool_())
    renamed = {
        row["return_line"]: f"{row['return_id']}/{row['document']}/{row['line_no']}"
        for row in opened.return_lines.to_pylist()
        if purposes[row["document"]] == REPLACE
    }
    return OpenedReturns(
        returns=opened.returns.filter(stays),
        return_lines=_renamed(opened.return_lines, renamed),
        cartons=opened.cartons,
        claims=_renamed(opened.claims, renamed),
    )


def _renamed(table: pa.Table, names: Mapping[str, str]) -> pa.Table:
    ids = pa.array([names.get(line, line) for line in table["return_line"].to_pylist()], pa.string())
    return table.set_column(table.column_names.index("return_line"), "return_line", ids)


@dataclass(slots=True)
class TakenBack:
    """What amendments do to units of earlier versions, and the parcels of the new lines.

    ``allocations`` are units of new lines that came and were decided before; ``split_up`` names inspections of which
    some units stay with the earlier version; ``stayed`` the units that had come, by return.
    """

    movements: list[Row] = field(default_factory=list)
    allocations: list[Row] = field(default_factory=list)
    new: list[Row] = field(default_factory=list)
    left: dict[str, Amounts] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    split_up: set[str] = field(default_factory=set)
    stayed: Counter[str] = field(default_factory=Counter)

    def tables(self) -> tuple[pa.Table, pa.Table]:
        """New ``ALLOCATIONS`` and ``MOVEMENTS``."""
        return pa.Table.from_pylist(self.allocations, ALLOCATIONS), pa.Table.from_pylist(self.movements, MOVEMENTS)

    def parcels(self, stored: pa.Table) -> pa.Table:
        """``PARCELS`` as they are after this, those of the new lines included."""
        rows = []
        for row in stored.to_pylist():
            if row["bucket"] == Bucket.ANNOUNCED and row["portion"] in self.cancelled:
                continue
            if row["inspection"] in self.left:
                left = self.left[row["inspection"]]
                row |= {name: getattr(left, name) for name in _AMOUNTS}
            rows.append(row)
        return pa.Table.from_pylist([row for row in [*rows, *self.new] if row["units"]], PARCELS)


def take_back(
    parcels: pa.Table, by: Mapping[str, str], return_lines: pa.Table, decided: Mapping[Decided, tuple[int, str]]
) -> TakenBack:
    """What becomes of the ``PARCELS`` of returns that were taken back or told anew.

    ``by`` names for each return the document that does it; ``return_lines`` are the lines of new versions. ``decided``
    counts, by return and item, units of earlier versions that were accepted, credited or refused, with their currency.
    """
    done = TakenBack()
    old = _by_return(parcels.to_pylist())
    lines = _by_return(return_lines.sort_by("line_no").to_pylist())
    for return_id, document in sorted(by.items()):
        came = _cancel(done, old.get(return_id, []), document)
        before = {gtin: count for (name, gtin), count in decided.items() if name == return_id}
        for row in lines.get(return_id, []):
            _tell_anew(done, row, document, came, before)
        for parcel in came:
            _leave(done, parcel, document)
        done.stayed[return_id] += sum(done.left[parcel["inspection"]].units for parcel in came)
        done.stayed[return_id] += sum(units for units, _ in before.values())
    return done


def _by_return(rows: Iterable[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["return_id"]].append(row)
    return grouped


def _cancel(done: TakenBack, parcels: Iterable[Row], document: str) -> list[Row]:
    """Cancel what is announced; answers what was counted in, in the order of the receipts."""
    came = []
    for parcel in parcels:
        if parcel["bucket"] == Bucket.ANNOUNCED:
            done.cancelled.add(parcel["portion"])
            name = f"{parcel['portion']}>{Bucket.CANCELLED.value}@{document}"
            done.movements.append(_movement(parcel, name, Bucket(parcel["expected_in"]), document))
        elif parcel["bucket"] == Bucket.RECEIVED:
            done.left[parcel["inspection"]] = Amounts(*(parcel[name] for name in _AMOUNTS))
            came.append(parcel)
    return sorted(came, key=lambda row: (str(row["received_on"] or ""), row["inspection"]))


def _tell_anew(
    done: TakenBack, line: Row, document: str, came: Sequence[Row], before: dict[str, tuple[int, str]]
) -> None:
    """A line of a new version: units that were decided before, units that were counted in, and announced ones."""
    wanted = line["units"]
    decided, currency = before.get(line["gtin"], (0, ""))
    known = min(decided, wanted)
    if known:
        before[line["gtin"]] = (decided - known, currency)
        _counted_before(done, line, known, currency, document)
    wanted -= known
    blank = dict.fromkeys(PARCELS.names) | {name: line[name] for name in _OF_LINE}
    blank |= dict.fromkeys(_AMOUNTS, 0) | {"expected_in": Bucket.ANNOUNCED.value}  # they stand on no sale yet
    for parcel in came:
        left = done.left[parcel["inspection"]]
        units = min(left.units, wanted) if parcel["gtin"] == line["gtin"] else 0
        if units:
            done.left[parcel["inspection"]] = left - part_of(left, units)
            told = {name: parcel[name] for name in _OF_COUNT}
            done.new.append(blank | told | {"bucket": Bucket.RECEIVED.value, "units": units})
            wanted -= units
    if wanted:
        done.new.append(blank | {"bucket": Bucket.ANNOUNCED.value, "units": wanted})


def _leave(done: TakenBack, parcel: Row, document: str) -> None:
    """What the new version holds of a parcel leaves the earlier one."""
    left = done.left[parcel["inspection"]]
    gone = Amounts(*(parcel[name] for name in _AMOUNTS)) - left
    if gone != NOTHING:
        name = f"{parcel['portion']}>{Bucket.CANCELLED.value}@{document}/{parcel['inspection'].partition('@')[2]}"
        part = parcel | {key: getattr(gone, key) for key in _AMOUNTS}
        done.movements.append(_movement(part, name, Bucket.RECEIVED, document))
        if left.units:
            done.split_up.add(parcel["inspection"])


def _counted_before(done: TakenBack, line: Row, units: int, currency: str, document: str) -> None:
    """Units of a new line that came and were decided under an earlier version: cancelled at once, on no sale."""
    portion = f"{line['return_line']}#1"
    nothing = dict.fromkeys(("net_minor", "tax_minor", "spread_low", "spread_high"), 0)
    row = dict.fromkeys(ALLOCATIONS.names) | nothing
    row |= {"portion": portion, "return_line": line["return_line"], "units": units, "currency": currency}
    row |= {"evidence": "none", "rank": 0, "unplaced": COUNTED_BEFORE}
    done.allocations.append(row)
    for frm, to in ((Bucket.UNSOLD, Bucket.ANNOUNCED), (Bucket.ANNOUNCED, Bucket.CANCELLED)):
        done.movements.append(_movement(row, f"{portion}>{to.value}@{document}", frm, document, to))


def _movement(row: Row, name: str, frm: Bucket, cause: str, to: Bucket = Bucket.CANCELLED) -> Row:
    carried = {key: row[key] for key in ("portion", "return_line", "invoice_line", "currency", *_AMOUNTS)}
    buckets = {"from_bucket": frm.value, "to_bucket": to.value}
    return carried | buckets | {"movement": name, "cause": cause, "rule_version": RULE_VERSION}


def amending(documents: pa.Table, kind: str = "notice") -> pa.Table:
    """The accepted documents of this kind that cancel or replace."""
    wanted = pc.and_(pc.equal(documents["kind"], kind), pc.equal(documents["state"], "accepted"))
    return documents.filter(pc.and_(wanted, pc.is_in(documents["purpose"], pa.array(AMENDS))))


__all__ = ["AMENDED", "AMENDS", "TakenBack", "Version", "amending", "as_versions", "outdone_by", "take_back"]
