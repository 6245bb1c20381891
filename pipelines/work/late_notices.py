"""Open this when goods came before their notice, or before its correction: the notice finds them.

The batch that opens a return, or tells it anew, of which receipts speak already, or whose items came from its store in
a box that names no return, leaves a due event. At once, or by the next run when this one dies, the return is counted
again together with the provisional one; see ``pipelines.work.counting``.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.returns import OpenedReturns
from pipelines.wiring import Hub
from pipelines.work.counting import Counted, add_placed, again_of, amended_by, recounted, with_all_that_they_speak_of
from pipelines.work.rows import Rows
from schemas.findings import as_records
from schemas.outcome import Change, Outcome
from schemas.partners import Partner

EVENT = "count"
# What is told when a notice meets goods that had come; the rest was told when they came.
_TOLD = ("RECEIPT-SHORT", "RECEIPT-OVER", "RECEIPT-MATCHED-BY-CONTENTS")


def counts_due(hub: Hub, partner: Partner, opened: OpenedReturns) -> tuple[pa.Table, tuple[Change, ...]]:
    """Due events of returns that are new or told anew and of which receipts speak: by number, carton or contents.

    Those that were due before are due once more: a change.
    """
    numbers, labels = opened.returns["number"].to_pylist(), opened.cartons["carton"].to_pylist()
    names, cartons = hub.store.named_by_receipts(numbers, labels)
    boxes = opened.cartons.filter(pc.is_in(opened.cartons["carton"], pa.array(cartons, pa.string())))["return_id"]
    fitting = {new for new, _ in _provisional(hub, opened.returns, opened.return_lines)}
    due = [
        {"subject": row["return_id"], "event": EVENT, "partner": partner.id, "due_on": hub.now().date()}
        for row in opened.returns.to_pylist()
        if row["number"] in names or row["return_id"] in boxes.to_pylist() or row["return_id"] in fitting
    ]
    known = set(hub.store.clocks(EVENT, [row["subject"] for row in due])["subject"].to_pylist())
    again = (
        Change("due_event", {"subject": row["subject"], "event": EVENT}, {"met": False})
        for row in due
        if row["subject"] in known
    )
    return pa.Table.from_pylist([row for row in due if row["subject"] not in known]), tuple(again)


def _provisional(hub: Hub, returns: pa.Table, return_lines: pa.Table) -> Iterator[tuple[str, str]]:
    """Announced returns, each with provisional returns of its store whose items are all among its own.

    They are only looked at together; whether a box fits one notice alone is for ``pipelines.steps.contents``.
    """
    stores = {row["store"] for row in returns.to_pylist() if row["store"]}
    docks = hub.store.provisional_at(set(returns["retailer"].to_pylist()), stores).to_pylist()
    items = _items(return_lines) if docks else {}
    found = _items(hub.store.lines_of([row["return_id"] for row in docks]))
    for row in returns.to_pylist():
        for dock in docks:
            same = (dock["retailer"], dock["store"]) == (row["retailer"], row["store"])
            if same and found.get(dock["return_id"], {None}) <= items.get(row["return_id"], set()):
                yield row["return_id"], dock["return_id"]


def _items(lines: pa.Table) -> dict[str, set[str | None]]:
    items: dict[str, set[str | None]] = defaultdict(set)
    for return_id, gtin in zip(lines["return_id"].to_pylist(), lines["gtin"].to_pylist(), strict=True):
        items[return_id].add(gtin)
    return items


def count_late(hub: Hub, partner: Partner) -> None:
    """Count again the returns whose goods came before their notices."""
    due = hub.store.table("due_event", partner=partner.id, event=EVENT, met=False)["subject"].to_pylist()
    if not due:
        return
    opened = {row["return_id"]: row["document"] for row in hub.store.returns_with(due).to_pylist()}
    amended = {name: str(last["document"]) for name, last in amended_by(hub, due).items()}
    by = with_all_that_they_speak_of(hub, {name: opened[name] for name in due} | _boxes_for(hub, due, opened) | amended)
    again = again_of(hub, by, {})
    counted = recounted(hub, again, again.receipts["document"].to_pylist())
    rows = Rows()
    for name in ("return", "return_line", "carton", "movement", "inspection", "difference"):
        rows.add(name, getattr(counted.told, f"{name}s"))
    told, changed = add_placed(hub, rows, counted.touched, counted.told.found)
    cause = _asked(by, again.receipts["document"].to_pylist())
    rows.add("finding", _findings(counted, told, partner, cause, hub.store.findings_by(partner.id, cause)))
    met = (Change("due_event", {"subject": name, "event": EVENT}, {"met": True}, {"met": False}) for name in due)
    hub.store.record(Outcome("count again", partner.id, rows.joined(), (*counted.told.changes, *changed, *met)))


def _boxes_for(hub: Hub, due: Collection[str], opened: Mapping[str, str]) -> dict[str, str]:
    """Provisional returns that may be of these, each with the notice that asks."""
    returns = hub.store.returns_with(due)
    pairs = _provisional(hub, returns, hub.store.lines_of(due))
    return {dock: opened[new] for new, dock in sorted(pairs, reverse=True)}


def _asked(by: Mapping[str, str], receipts: Collection[str]) -> str:
    """What was counted, in short: the same notices may ask twice, of other receipts or with other returns beside."""
    return sha256("\n".join([*(f"{name} {by[name]}" for name in sorted(by)), *sorted(receipts)]).encode()).hexdigest()[
        :12
    ]


def _findings(counted: Counted, placed: pa.Table, partner: Partner, cause: str, known: Collection[str]) -> pa.Table:
    told = counted.told.findings
    told = told.filter(pc.is_in(told["code"], pa.array(_TOLD)))
    return as_records(pa.concat_tables([told, placed]), partner.id, f"{cause}:", known)
