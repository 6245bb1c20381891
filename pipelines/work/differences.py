"""Open this when a difference was not resolved, or a retailer was not asked: what differs now, and what holds of it."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.differences import differences_held
from pipelines.steps.policy_days import policy_on
from pipelines.steps.resolve import Asked, Resolved, resolve
from pipelines.wiring import Hub
from pipelines.work.placing import distinct
from pipelines.work.questions import ANSWER, written_questions
from schemas.differences import KINDS, MISSING
from schemas.findings import Finding, Place, as_records, as_table
from schemas.items import STYLE
from schemas.marks import Kind
from schemas.outcome import Change, Outcome
from schemas.partners import Partner
from schemas.records import DueEvent
from schemas.resolutions import Resolution
from schemas.tables import COUNTED_UNITS, HELD_DIFFERENCES, RESOLUTIONS, TOLD_DIFFERENCES

Row = dict[str, Any]
_KEY = ("return_line", "kind", "receipt_document", "receipt_line_no")
# Receipts tell these themselves when they come.
_TOLD_BY_RECEIPTS = frozenset({"short", "over", "damaged", "unannounced", "decided"})
# Verdicts of an answer to a question that mean that the retailer agrees with our count.
_AGREES = "accepted"


def held(hub: Hub, retailer: str | None = None) -> pa.Table:
    """``HELD_DIFFERENCES``: what differs now, of one retailer or of all."""
    told = _read(hub, "differences", TOLD_DIFFERENCES, retailer)
    counted = _read(hub, "counted", COUNTED_UNITS, retailer)
    return differences_held(told, counted, _styles(hub, told["gtin"].to_pylist()))


def held_in(hub: Hub, return_ids: Collection[str]) -> pa.Table:
    """``HELD_DIFFERENCES`` of these returns: what differs in one is of no matter for the others."""
    told, counted = hub.store.told_in(return_ids), hub.store.counted_in(return_ids)
    return differences_held(told, counted, _styles(hub, told["gtin"].to_pylist()))


def resolutions(hub: Hub, retailer: str) -> pa.Table:
    """Every turn of the ``RESOLUTIONS`` of a retailer."""
    return hub.store.table(Resolution, retailer=retailer).select(RESOLUTIONS.names)


def resolutions_on(hub: Hub, return_lines: Iterable[str]) -> pa.Table:
    """Every turn of the ``RESOLUTIONS`` that speak of these lines, or of what came in their place."""
    return hub.store.resolutions_on(return_lines).select(RESOLUTIONS.names)


def resolve_differences(hub: Hub, retailer: Partner) -> int:
    """Say what holds of each difference that is new or has changed, ask what is to be asked; answers how many.

    Only returns are looked at of which something came or was told since (schemas/marks.py), and those of which the
    retailer was asked. What comes out is recorded, and the marks are done with, at once.
    """
    marks, clocks = hub.store.marks(Kind.DIFFERING, retailer.id), _clocks(hub, retailer.id)
    returns = _to_look_at(hub, marks, clocks)
    differing = held_in(hub, returns) if returns else HELD_DIFFERENCES.empty_table()
    done: dict[str, pa.Table] = {Kind.DIFFERING: marks}
    if not differing.num_rows:
        hub.store.record(Outcome("resolve", retailer.id, seen=done))
        return 0
    today = hub.now().date()
    known = resolutions_on(hub, hub.store.lines_of(returns)["return_line"].to_pylist())
    asked, met = _asked(hub, retailer.id, returns)
    agreed = policy_on(hub.catalog.partner(retailer.id).policies, today)
    resolved = resolve(
        differing,
        known,
        agreed.policy.reconciliation,
        agreed.version,
        today,
        asked,
        _sold_out(hub, differing),
    )
    changes = tuple(_met(clocks, met, today)) if resolved.resolutions.num_rows else ()
    rows = _recorded(hub, retailer, resolved, differing) if resolved.resolutions.num_rows else {}
    hub.store.record(Outcome("resolve", retailer.id, rows, changes, done))
    return len(resolved.resolutions)


def _clocks(hub: Hub, retailer: str) -> list[Row]:
    """The clocks of questions that nobody answered yet."""
    rows: list[Row] = hub.store.table(DueEvent, partner=retailer, event=ANSWER, met=False).to_pylist()
    return rows


def _to_look_at(hub: Hub, marks: pa.Table, clocks: Iterable[Row]) -> list[str]:
    """The returns that are marked, those that share a box with them, and those of which the retailer was asked."""
    asked = hub.store.questions_named(row["subject"] for row in clocks)["return_id"].to_pylist()
    return hub.store.returns_sharing_boxes({*marks["subject"].to_pylist(), *asked})


def _read(hub: Hub, name: str, shape: pa.Schema, retailer: str | None) -> pa.Table:
    return hub.store.query(f"reports/{name}.sql", retailer=retailer).select(shape.names).cast(shape)


def _styles(hub: Hub, gtins: Iterable[str | None]) -> dict[str, str]:
    """The style of each item, as our item list or a retailer names it: what stands before colour and size."""
    names = hub.store.names_of({gtin for gtin in gtins if gtin}, STYLE).to_pylist()
    names.sort(key=lambda row: (row["retailer"] != "", row["retailer"], row["name"]), reverse=True)
    return {row["gtin"]: row["name"].rsplit("/", 2)[0] for row in names}


def _asked(hub: Hub, retailer: str, returns: Collection[str]) -> tuple[Asked, list[str]]:
    """The retailer's questions about these returns, and those of them that have been answered since."""
    questions = hub.store.questions_of(returns).to_pylist()
    answers = hub.store.answers_to(retailer, [row["question"] for row in questions]).to_pylist()
    agreed = {row["request_number"]: row["verdict"] == _AGREES for row in answers}
    by = {row["question"]: row["answer_by"] for row in questions}
    return Asked(by, agreed), sorted(agreed)


def _sold_out(hub: Hub, differing: pa.Table) -> set[str]:
    """Lines of which units are missing whose sales have less left than these units took."""
    missing = differing.filter(pc.is_in(differing["kind"], pa.array(MISSING)))
    shorts = hub.store.shorts_in(distinct(missing["return_id"])).to_pylist()
    left = hub.store.left_of([row["invoice_line"] for row in shorts if row["invoice_line"]])
    found = set()
    for row in sorted(shorts, key=lambda row: row["portion"]):
        wanted = [row[name] for name in ("units", "net_minor", "tax_minor")]
        there = left.get(row["invoice_line"], [0, 0, 0])
        if row["invoice_line"] is None or any(more > has for more, has in zip(wanted, there, strict=True)):
            found.add(row["return_line"])
        else:
            left[row["invoice_line"]] = [has - more for more, has in zip(wanted, there, strict=True)]
    return found


# --- what is recorded


def _recorded(hub: Hub, retailer: Partner, resolved: Resolved, differing: pa.Table) -> dict[str, pa.Table]:
    messages, due = written_questions(hub, retailer, resolved.questions, _asked_about(differing, resolved))
    rows = {
        "resolution": resolved.resolutions,
        "question": resolved.questions,
        "finding": _findings(hub, retailer, resolved.new),
        "outbound_message": messages,
        "due_event": due,
    }
    return {name: table for name, table in rows.items() if table.num_rows}


def _asked_about(differing: pa.Table, resolved: Resolved) -> pa.Table:
    """The differences about which the retailer is asked now."""
    rows = resolved.resolutions.to_pylist()
    asking = {tuple(row[name] for name in _KEY) for row in rows if row["action"] == "ask"}
    keys = zip(*(differing[name].to_pylist() for name in _KEY), strict=True)
    return differing.filter(pa.array([key in asking for key in keys], pa.bool_()))


def _met(clocks: Iterable[Row], answered: list[str], today: date) -> Iterable[Change]:
    """Clocks of questions that were answered, or that nobody answered in time: nothing is awaited any more."""
    for row in clocks:
        if row["subject"] in answered or row["due_on"] < today:
            key = {"subject": row["subject"], "event": ANSWER}
            yield Change("due_event", key, {"met": True}, {"met": False})


def _findings(hub: Hub, retailer: Partner, new: pa.Table) -> pa.Table:
    """Each difference that no receipt tells by itself, at the line that shows it."""
    rows = [row for row in new.to_pylist() if row["kind"] not in _TOLD_BY_RECEIPTS]
    places = _places(hub, {row["receipt_document"] for row in rows})
    told = [as_records(as_table([]), retailer.id)]
    for row in rows:
        at = (row["receipt_document"], row["receipt_line_no"])
        if at in places:
            found = as_table([Finding(KINDS[row["kind"]].finding, places[at], _detail(row), *at)])
            # a receipt's line may differ from several announced ones, of which some become known later
            told.append(as_records(found, retailer.id, f"{row['return_line']} differs:"))
    return pa.concat_tables(told)


def _places(hub: Hub, documents: set[str]) -> dict[tuple[str, int], Place]:
    """Where the lines of these receipts and notices stand."""
    found = {}
    for lines in (hub.store.receipt_lines_of(documents), hub.store.notice_lines_of(documents)):
        for row in lines.to_pylist():
            path = f"line {row['line_no']}"
            found[row["document"], row["line_no"]] = Place(row["file"], row["offset"], row["length"], path)
    return found


def _detail(row: Row) -> str:
    instead = (
        f"; {row['other_gtin'] or 'an unknown item'} as {row['other_line']} came instead" if row["other_line"] else ""
    )
    condition = f" as {row['condition']}" if row["condition"] else ""
    return f"{row['units']} of {row['gtin'] or 'an unknown item'} in {row['return_line']}{condition}{instead}"
