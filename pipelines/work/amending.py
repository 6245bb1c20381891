"""Open this when a notice was cancelled or replaced and its units did not follow: what a batch of such notices does."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.amend import CANCEL, REPLACE, RULE_VERSION, TakenBack, amending, take_back
from pipelines.steps.check import Checked
from pipelines.steps.returns import OpenedReturns
from pipelines.wiring import Hub
from pipelines.work.placing import Touched
from schemas.findings import Finding, Place, as_table
from schemas.outcome import Change


@dataclass(frozen=True, slots=True)
class Amended:
    """The returns that are really new, what placing them touches besides, and what the notices took back."""

    opened: OpenedReturns
    touched: Touched
    rows: tuple[tuple[str, pa.Table], ...]
    changes: tuple[Change, ...]
    findings: pa.Table


def amend(hub: Hub, checked: Checked, opened: OpenedReturns, touched: Touched) -> Amended:
    """Take back what accepted notices cancel or replace, before the batch is placed."""
    documents = amending(checked.documents)
    if not documents.num_rows:
        return Amended(opened, touched, (), (), as_table([]))
    by = _by_return(touched.retailer, documents.to_pylist())
    known = {row["return_id"]: row for row in hub.store.returns_of(touched.retailer, _numbers(documents)).to_pylist()}
    parcels = hub.store.parcels_in(by)
    purposes = {row["document"]: row["purpose"] for row in documents.to_pylist()}
    replacing = [name for name, purpose in purposes.items() if purpose == REPLACE]
    cancels = [name for name, purpose in purposes.items() if purpose == CANCEL]
    lines = opened.return_lines.filter(pc.is_in(opened.return_lines["document"], pa.array(replacing, pa.string())))
    done = take_back(parcels, {name: row["document"] for name, row in by.items()}, lines, hub.store.decided_units(by))
    allocations, movements = done.tables()
    versioned = allocations.append_column("rule_version", pa.repeat(pa.scalar(RULE_VERSION), allocations.num_rows))
    return Amended(
        opened=_only_new(hub, opened, known),
        touched=_touching(touched, done, parcels, by),
        rows=(("allocation", versioned), ("movement", movements)),
        changes=tuple(_told_anew(opened, known, cancels)),
        findings=_late(done, by),
    )


def _by_return(retailer: str, documents: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """For each return the document that counts: a new version before a mere cancel of the batch."""
    documents.sort(key=lambda row: row["purpose"] == REPLACE)
    return {f"{retailer}/{row['number']}": row for row in documents}


def _numbers(documents: pa.Table) -> list[str]:
    return sorted(set(documents["number"].to_pylist()))


def _touching(touched: Touched, done: TakenBack, parcels: pa.Table, by: Mapping[str, dict[str, Any]]) -> Touched:
    """Units that were taken back give their sales to others of their item."""
    rows = [row for row in parcels.to_pylist() if row["gtin"] is not None]
    items = {row["gtin"]: by[row["return_id"]]["document"] for row in rows} | dict(touched.items)
    void = set(parcels["return_line"].to_pylist()) - {
        row["return_line"] for row in parcels.to_pylist() if row["inspection"]
    }
    made = {row["return_line"]: 1 for row in done.allocations}
    return replace(touched, items=items, seen=done.parcels, split_up=done.split_up, void=sorted(void), numbered=made)


def _only_new(hub: Hub, opened: OpenedReturns, known: Mapping[str, dict[str, Any]]) -> OpenedReturns:
    """Without the returns and cartons that an earlier version opened."""
    is_known = pc.is_in(opened.returns["return_id"], pa.array(list(known), pa.string()))
    labels = {(row["carton"], name) for name in known for row in hub.store.table("carton", return_id=name).to_pylist()}
    pairs = zip(opened.cartons["carton"].to_pylist(), opened.cartons["return_id"].to_pylist(), strict=True)
    new = pa.array([pair not in labels for pair in pairs], pa.bool_())
    return replace(opened, returns=opened.returns.filter(pc.invert(is_known)), cartons=opened.cartons.filter(new))


def _told_anew(opened: OpenedReturns, known: Mapping[str, dict[str, Any]], cancels: Collection[str]) -> list[Change]:
    """Store and day of a return are those of its new version; the document that opened it stays named."""
    names = ("store", "returned_on")
    return [
        Change(
            "return",
            {"return_id": row["return_id"]},
            {name: row[name] for name in names},
            {name: known[row["return_id"]][name] for name in names},
        )
        for row in opened.returns.to_pylist()
        if row["return_id"] in known and row["document"] not in cancels
    ]


def _late(done: TakenBack, by: Mapping[str, dict[str, Any]]) -> pa.Table:
    """Goods that had come stay with the earlier version; a person asks what is meant."""
    return as_table(
        Finding(
            "DOC-CANCEL-LATE",
            Place(by[name]["file"], by[name]["offset"], by[name]["length"]),
            f"{units} units of {name} had come",
            by[name]["document"],
        )
        for name, units in sorted(done.stayed.items())
        if units
    )
