"""Open this when a receipt did not reach its return: what a batch of receipts does, corrected ones included.

A receipt may be told anew or taken back by a later one of its number, and several receipts may speak of one return.
Then the return, and what its other receipts speak of, is counted again by all receipts that hold now, in the order of
their days; see ``pipelines.steps.recount``. So it is no matter in which order receipts come.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.amend import AMENDS, CANCEL, amending
from pipelines.steps.check import ACCEPTED, SUPERSEDED, Checked
from pipelines.steps.decided_before import (
    Beyond,
    differences_of,
    findings_of,
    refused_otherwise,
    still_to_count,
)
from pipelines.steps.dock import dock_number
from pipelines.steps.items import exploded
from pipelines.steps.reconcile import Reconciled, receive_found, reconcile
from pipelines.steps.recount import Held, Recount, as_if_uncounted, count_again, uncount
from pipelines.wiring import Hub
from pipelines.work.item_facts import facts_of
from pipelines.work.late_evidence import reopen_corrected
from pipelines.work.placing import Touched, distinct, one_after_the_other, place, places_of, touched_by_receipts
from pipelines.work.rows import Rows
from schemas.outcome import Change
from schemas.partners import Partner

RECONCILE_VERSION = "reconcile-1"
_RECEIPTS = ("document", "number", "purpose")


@dataclass(frozen=True, slots=True)
class Counted:
    """What receipts say about returns, and what placing them touches."""

    told: Reconciled
    touched: tuple[Touched, ...]


@dataclass(frozen=True, slots=True)
class _Amends:
    """Earlier versions of what is told anew, each with the one that counts; ``ended`` are those that did until now."""

    later: Mapping[str, str]
    ended: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Again:
    """What is counted again: what the ledger holds of it, and the lines of all receipts that hold now.

    ``beyond`` are units of earlier versions that were decided and that the new one counts otherwise.
    """

    held: Held
    parts: pa.Table
    lines: pa.Table
    receipts: pa.Table
    beyond: list[Beyond]


def count(hub: Hub, partner: Partner, checked: Checked) -> Counted:
    """Reconcile the receipts of a batch with what is open."""
    open_portions = hub.store.open_portions()
    amends = _amends(hub, partner, checked)
    by = _returns_by(hub, checked, amends)
    if not by:
        receipts = checked.documents.select(_RECEIPTS)
        told = _reconciled(hub, open_portions, checked.receipt_parts, receipts)
        return Counted(told, tuple(_touched(hub, told, checked.receipt_lines, open_portions)))
    again = again_of(hub, by, amends.later, checked)
    if reopen_corrected(hub, refused_otherwise(again.beyond), min(amends.later.values(), default="")):
        again = again_of(hub, by, amends.later, checked)
    counted = recounted(hub, again, checked.documents["document"].to_pylist())
    return replace(counted, told=_with_decided(counted.told, again, amends.ended, checked))


def recounted(hub: Hub, again: Again, documents: Collection[str]) -> Counted:
    """What counting again changes; findings are about these documents."""
    open_portions = as_if_uncounted(hub.store.open_portions(), again.held)
    told = _reconciled(hub, open_portions, again.parts, again.receipts)
    recount = count_again(told, again.held, documents)
    told = replace(recount.told, changes=(*told.changes, *_uncounted_boxes(hub, told, again.held)))
    touched = _touched(hub, told, again.lines, open_portions)
    return Counted(told, tuple(_touched_again(touched, recount, again.held)))


def add_placed(
    hub: Hub, rows: Rows, touched: Iterable[Touched], found: pa.Table
) -> tuple[pa.Table, tuple[Change, ...]]:
    """All that a batch touches is placed at once; goods that nobody announced are received at once."""
    placed = place(hub, touched)
    for name, table in placed.rows:
        rows.add(name, table)
    received, inspections = receive_found(placed.new, found, RECONCILE_VERSION)
    rows.add("movement", received)
    rows.add("inspection", inspections)
    return placed.findings, placed.changes


def _reconciled(hub: Hub, open_portions: pa.Table, parts: pa.Table, receipts: pa.Table) -> Reconciled:
    return reconcile(
        open_portions,
        parts,
        returns=hub.store.returns_numbered(_numbers_in(parts, receipts)),
        receipts=receipts,
        retailer_of=hub.catalog.retailer_names(),
        rule_version=RECONCILE_VERSION,
        goods_stay={one.id: one.partner.policy.goods_stay for one in hub.catalog.partners},
    )


def _numbers_in(parts: pa.Table, receipts: pa.Table) -> list[str]:
    """The numbers of returns that these receipts name, and those of provisional ones that they opened."""
    return distinct(parts["notice_number"]) + [dock_number(number) for number in distinct(receipts["number"])]


def _touched(hub: Hub, told: Reconciled, lines: pa.Table, open_portions: pa.Table) -> Iterator[Touched]:
    return touched_by_receipts(hub, told, places_of(told.return_lines, lines), lines, open_portions)


# --- what is counted again


def _amends(hub: Hub, partner: Partner, checked: Checked) -> _Amends:
    """Which earlier receipts the batch tells anew or takes back."""
    documents = amending(checked.documents, "receipt")
    by = dict(zip(documents["number"].to_pylist(), documents["document"].to_pylist(), strict=True))
    known = hub.store.known_documents(partner.id, sorted(by)).to_pylist()
    return _Amends(
        {row["document"]: by[row["number"]] for row in known if _is_receipt(row, ACCEPTED, SUPERSEDED)},
        tuple(row["document"] for row in known if _is_receipt(row, ACCEPTED)),
    )


def _is_receipt(document: Mapping[str, Any], *states: str) -> bool:
    return document["kind"] == "receipt" and document["state"] in states


def again_of(hub: Hub, by: Mapping[str, str], later: Mapping[str, str], checked: Checked | None = None) -> Again:
    """What the ledger holds of these returns, and all receipts that speak of them, those of the batch too."""
    receipts = hub.store.receipts_in_force(by)
    receipts = receipts.filter(pc.invert(pc.is_in(receipts["document"], pa.array(list(later), pa.string()))))
    stored = hub.store.receipt_lines_of(receipts["document"].to_pylist())
    parts = exploded(stored, facts_of(hub, (), stored).components)
    lines, numbers = stored, receipts.select(_RECEIPTS)
    if checked is not None:
        parts = _joined(checked.receipt_parts, parts)
        lines = _joined(checked.receipt_lines, stored)
        numbers = _joined(checked.documents.select(_RECEIPTS), receipts)
    versions = _versions(hub, receipts) | dict(later)
    decided = hub.store.decided_counts([*versions, *receipts["document"].to_pylist()])
    open_parts, beyond = still_to_count(parts, decided, versions)
    return Again(
        held=_held(hub, by, receipts),
        parts=open_parts,
        lines=lines,
        receipts=numbers,
        beyond=[one for one in beyond if one.document in later.values()],
    )


def _joined(new: pa.Table, stored: pa.Table) -> pa.Table:
    return pa.concat_tables([new, stored.select(new.column_names)], promote_options="permissive")


def _versions(hub: Hub, receipts: pa.Table) -> dict[str, str]:
    """Earlier versions of these receipts, each with the one that counts: what was decided of them was not undone."""
    found: dict[str, str] = {}
    for partner in distinct(receipts["partner"]):
        own = receipts.filter(pc.equal(receipts["partner"], partner))
        later = dict(zip(own["number"].to_pylist(), own["document"].to_pylist(), strict=True))
        earlier = hub.store.known_documents(partner, later).to_pylist()
        found |= {one["document"]: later[one["number"]] for one in earlier if _is_receipt(one, SUPERSEDED)}
    return found


def _returns_by(hub: Hub, checked: Checked, amends: _Amends) -> dict[str, str]:
    """The returns to be counted again, with the document for which.

    Those of which the batch tells anew what was told, and those of which other receipts told something.
    """
    named = _returns_named(hub, checked)
    by = {name: named[name] for name in hub.store.returns_counted(named)}
    for document in amends.ended:
        by |= dict.fromkeys(hub.store.returns_told_of([document]), amends.later[document])
    return with_all_that_they_speak_of(hub, by)


def with_all_that_they_speak_of(hub: Hub, by: dict[str, str]) -> dict[str, str]:
    """These returns, and whatever else their receipts speak of, for the first of the documents."""
    found, cause = set(by), min(by.values(), default="")
    while found:
        receipts = hub.store.receipts_in_force(by)["document"].to_pylist()
        found = set(hub.store.returns_told_of(receipts)) - by.keys()
        by = by | dict.fromkeys(found, cause)
    return by


def _returns_named(hub: Hub, checked: Checked) -> dict[str, str]:
    """The returns that the lines of the batch name by number or carton, of whatever retailer, with a document each."""
    lines = checked.receipt_lines.sort_by([("document", "descending")])
    by_name = {
        name: dict(zip(lines[name].to_pylist(), lines["document"].to_pylist(), strict=True))
        for name in ("notice_number", "carton")
    }
    returns, cartons = hub.store.returns_named(by_name["notice_number"], by_name["carton"])
    found = {row["return_id"]: by_name["carton"][row["carton"]] for row in cartons.to_pylist()}
    return found | {row["return_id"]: by_name["notice_number"][row["number"]] for row in returns.to_pylist()}


def _held(hub: Hub, by: Mapping[str, str], receipts: pa.Table) -> Held:
    parcels = pa.concat_tables([hub.store.parcels_in(by), hub.store.shorts_in(by)])
    return Held(
        portions=hub.store.portions_in(by),
        parcels=parcels,
        movements=hub.store.movements_in(distinct(parcels["portion"])),
        return_lines=hub.store.lines_of(by)["return_line"].to_pylist(),
        differences=hub.store.differences_of(receipts["document"].to_pylist()),
        loose=[*_loose(hub, by)],
        by=by,
        given_up=hub.store.given_up(by),
    )


def _loose(hub: Hub, return_ids: Iterable[str]) -> Iterator[str]:
    """The lines of these returns that are of earlier versions of a notice, or whose notice was taken back."""
    amended = amended_by(hub, return_ids)
    for row in hub.store.lines_of(amended).to_pylist():
        last = amended[row["return_id"]]
        if row["origin"] == "notice" and (last["purpose"] == CANCEL or row["document"] != last["document"]):
            yield row["return_line"]


def amended_by(hub: Hub, return_ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """For each of these returns the accepted document that last cancelled its notice or told it anew, if one did."""
    numbers: dict[str, list[str]] = defaultdict(list)
    for retailer, _, number in (name.partition("/") for name in return_ids):
        numbers[retailer].append(number)
    found = [row for name in sorted(numbers) for row in hub.store.known_documents(name, numbers[name]).to_pylist()]
    later = [row for row in found if row["kind"] == "notice" and row["state"] == ACCEPTED and row["purpose"] in AMENDS]
    later.sort(key=lambda row: (row["issued_on"] or date.min, row["purpose"] == CANCEL, row["document"]))
    return {f"{row['partner']}/{row['number']}": row for row in later}


# --- what is told of it


def _with_decided(told: Reconciled, again: Again, ended: Iterable[str], checked: Checked) -> Reconciled:
    """With what stays decided, and the earlier versions that no longer count."""
    superseded = (Change("document", {"document": name}, {"state": SUPERSEDED}, {"state": ACCEPTED}) for name in ended)
    return replace(
        told,
        differences=pa.concat_tables([told.differences, differences_of(again.beyond)]),
        findings=pa.concat_tables([told.findings, findings_of(again.beyond, checked.documents)]),
        changes=(*told.changes, *superseded),
    )


def _uncounted_boxes(hub: Hub, told: Reconciled, held: Held) -> Iterator[Change]:
    """Boxes that nobody counted after all."""
    told_of = {(change.key["carton"], change.key["return_id"]) for change in told.changes}
    for row in hub.store.cartons_of(held.by).to_pylist():
        if row["state"] in ("verified", "discrepant") and (row["carton"], row["return_id"]) not in told_of:
            yield Change("carton", {name: row[name] for name in ("carton", "return_id")}, {"state": "expected"})


def _touched_again(touched: Iterator[Touched], recount: Recount, held: Held) -> Iterator[Touched]:
    """All items of portions that were counted otherwise are placed anew, once their parcels are as if uncounted."""
    parts = {one.retailer: one for one in touched}
    rows = [row for name in sorted(recount.portions) for row in held.uncounted[name][:1] if row["gtin"] is not None]
    for retailer in sorted({*parts, *(row["retailer"] for row in rows)}):
        own = [row for row in rows if row["retailer"] == retailer]
        one = parts.get(retailer, Touched(retailer, {}))
        again = partial(uncount, held=held, changed=[row["portion"] for row in own])
        yield replace(
            one,
            items={row["gtin"]: held.by[row["return_id"]] for row in own} | dict(one.items),
            seen=partial(one_after_the_other, again, one.seen),
            void=[*one.void, *sorted(recount.void)],
        )
