"""Open this when nothing is posted: what stops all posting, and how a person lets it go on.

A stop holds until a person resumes it; what was resumed today does not stop posting again before tomorrow.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pyarrow as pa

from connectors.store import StaleError
from pipelines.steps.breakers import Stop, too_much
from pipelines.wiring import Hub
from pipelines.work.erp_differences import differs_from_erp
from pipelines.work.intent_book import DUE_STATES
from schemas.errors import PermanentError, TransientError, UncertainError
from schemas.outcome import Change, Outcome
from schemas.records import PostingStop

_STOPS = pa.schema([(name, pa.string()) for name in ("stop", "kind", "why")])

Row = dict[str, Any]


def open_stops(hub: Hub) -> list[Row]:
    """The ``posting_stop`` rows that nobody resumed."""
    rows: list[Row] = hub.store.table(PostingStop, resumed_at=None).to_pylist()
    return rows


def posting_is_stopped(hub: Hub, retailer: str) -> bool:
    """Whether nothing may be posted: it was stopped before, or is now, by what is due for this retailer."""
    if open_stops(hub):
        return True
    due = hub.store.intents(DUE_STATES, retailer).to_pylist()
    if not due:
        return False
    resumed = _resumed_today(hub)
    stops = [one for one in (*_today(hub, due), *_in_erp(hub)) if one.kind not in resumed]
    if stops:
        _stop(hub, stops)
    return bool(stops)


def resume(hub: Hub, stop: str, by: str, note: str | None) -> str:
    """Let posting go on, in the name of a person; answers why it had stopped. PermanentError: there is no such stop."""
    rows = [row for row in open_stops(hub) if row["stop"] == stop]
    if not rows:
        raise PermanentError(f"Posting is not stopped by {stop!r}. Next: `backhaul status` shows what stops it.")
    if not by.strip():
        raise PermanentError("Whoever lets posting go on needs a name. Next: write it behind --by.")
    values = {"resumed_at": hub.now(), "resumed_by": by.strip(), "note": note}
    change = Change("posting_stop", {"stop": stop}, values, {"resumed_at": None})
    hub.store.record(Outcome("resume posting", stop, changes=(change,)), actor=by.strip())
    return str(rows[0]["why"])


def _resumed_today(hub: Hub) -> set[str]:
    rows = hub.store.table(PostingStop).to_pylist()
    return {row["kind"] for row in rows if row["resumed_at"] and row["resumed_at"].date() == hub.now().date()}


def _today(hub: Hub, due: list[Row]) -> Iterator[Stop]:
    """What was posted today and is due now, against the days before."""
    today, breakers = hub.now().date(), hub.settings.breakers
    since = today - timedelta(days=breakers.days)
    posted = hub.store.query("reports/posted_days.sql", since=since).to_pylist()
    now = {row["currency"]: dict(row) for row in posted if row["day"] == today}
    for intent in due:
        row = now.setdefault(intent["currency"], {"currency": intent["currency"], "notes": 0, "net_minor": 0})
        row["notes"] += 1
        row["net_minor"] += intent["net_minor"]
    yield from too_much([row for row in posted if row["day"] < today], list(now.values()), breakers)


def _in_erp(hub: Hub) -> Iterator[Stop]:
    """The first of the last posted notes that the ERP has otherwise; when the ERP is away, posting finds out itself."""
    notes = hub.store.query("reports/last_notes.sql", most=hub.settings.breakers.read_back).to_pylist()
    try:
        for note in notes:
            for violation in differs_from_erp(hub.erp, note):
                yield Stop("erp", f"credit note {note['number']} of {note['reference']}: {violation.what}")
                return
    except (TransientError, UncertainError):
        return


def _stop(hub: Hub, stops: list[Stop]) -> None:
    """Record the stops."""
    today = hub.now().date()
    earlier = hub.store.table(PostingStop).num_rows
    rows = [
        {"stop": f"{one.kind}@{today}#{earlier + number}", "kind": one.kind, "why": one.why}
        for number, one in enumerate(stops, 1)
    ]
    with suppress(StaleError):  # another run has just stopped it
        hub.store.record(Outcome("stop posting", "all", {"posting_stop": pa.Table.from_pylist(rows, _STOPS)}))
