"""The store as posting sees it, in memory: compare-and-set under a fence, unique ids, leases that may not hold."""

import hashlib
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pyarrow as pa

from connectors.store import StaleError
from schemas.credits import CreditRequest
from schemas.money import to_minor
from schemas.outcome import Change, Outcome
from tests.erp.credit_requests import credit_request

_EMPTY = {
    "state": "ready", "attempts": 0, "lease_owner": None, "lease_fence": 0, "lease_until": None,
    "look_again_at": None, "draft_id": None, "problem": None, "kind": None,
}  # fmt: skip


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.moment += timedelta(seconds=seconds)


class Rows(list[dict[str, Any]]):
    """Rows that are asked for like an Arrow table's; building one takes longer than all the rest of a drill."""

    def to_pylist(self) -> list[dict[str, Any]]:
        """The rows."""
        return self


class IntentBook:
    """Credit intents, credit notes and movements in memory."""

    def __init__(self, now: Callable[[], datetime], leases_hold: bool = True) -> None:
        self._now = now
        self._leases_hold = leases_hold
        self.rows: dict[str, dict[str, Any]] = {}
        self.lines: dict[str, pa.Table] = {}
        self.reversals: dict[str, pa.Table] = {}
        self.notes: list[dict[str, Any]] = []
        self.movements: list[dict[str, Any]] = []
        self.actions: list[str] = []

    def add(self, request: CreditRequest | None = None, **changed: Any) -> str:
        """An intent for this request, ready to be posted; answers its reference."""
        request = request or credit_request()
        text = request.canonical()
        self.rows[request.reference] = _EMPTY | {
            "reference": request.reference,
            "company": request.company,
            "retailer": request.retailer,
            "return_id": f"{request.retailer}/{request.return_number}",
            "currency": request.currency,
            "net_minor": to_minor(request.net, request.currency),
            "tax_minor": to_minor(request.tax, request.currency),
            "request": text,
            "request_hash": hashlib.sha256(text.encode()).hexdigest(),
        } | changed  # fmt: skip
        if request.charges:
            self.rows[request.reference] |= {"kind": request.kind}
            self.reversals[request.reference] = _reversals(request)
        self.lines[request.reference] = _lines(request)
        return request.reference

    def intents(self, states: str | Collection[str], retailer: str | None = None) -> "Rows":
        """Intents in one of these states, by reference."""
        wanted = [states] if isinstance(states, str) else states
        rows = [dict(self.rows[key]) for key in sorted(self.rows)]
        chosen = [row for row in rows if row["state"] in wanted and retailer in (None, row["retailer"])]
        return Rows(chosen)

    def intent_lines(self, reference: str) -> pa.Table:
        """Lines of an intent."""
        return self.lines[reference]

    def reversal_lines(self, reference: str) -> pa.Table:
        """Lines of a counter-document."""
        return self.reversals[reference]

    def lease(self, reference: str, owner: str, seconds: float) -> int | None:
        """The next fence, or None while a lease holds."""
        row = self.rows[reference]
        held = self._leases_hold and row["lease_until"] is not None and row["lease_until"] > self._now()
        if held or row["state"] == "posted":
            return None
        until = self._now() + timedelta(seconds=seconds)
        row |= {"lease_owner": owner, "lease_fence": row["lease_fence"] + 1, "lease_until": until}
        return int(row["lease_fence"])

    def record(self, outcome: Outcome) -> None:
        """All of the outcome or nothing."""
        for change in outcome.changes:
            self._ensure_possible(change)
        notes = outcome.rows.get("credit_note", pa.table({})).to_pylist()
        if any(note["reference"] == known["reference"] for note in notes for known in self.notes):
            raise StaleError("the credit note is there already. Next: read again.")
        for change in outcome.changes:
            self.rows[change.key["reference"]] |= change.values
        self.notes += notes
        self.movements += outcome.rows.get("movement", pa.table({})).to_pylist()
        self.actions.append(outcome.action)

    def _ensure_possible(self, change: Change) -> None:
        row = self.rows[change.key["reference"]]
        if any(row[name] != value for name, value in change.expected.items()):
            raise StaleError(f"{row['reference']} is no longer {change.expected}. Next: read again.")
        draft_id = change.values.get("draft_id")
        if draft_id and any(r["draft_id"] == draft_id for r in self.rows.values() if r is not row):
            raise StaleError(f"{draft_id} is bound to another intent. Next: read again.")


@cache
def _lines(request: CreditRequest) -> pa.Table:
    table = pa.Table.from_pylist([_line(request, line) for line in request.lines])
    for name in ("withheld_net", "withheld_tax"):
        table = table.set_column(table.schema.get_field_index(name), name, table[name].cast(pa.int64()))
    return table


def _reversals(request: CreditRequest) -> pa.Table:
    """The lines of a counter-document that takes whole lines back."""
    rows = [_line(request, line) | {"withheld_net": 0, "withheld_tax": 0} for line in request.lines]
    return pa.Table.from_pylist(rows)


def _line(request: CreditRequest, line: Any) -> dict[str, Any]:
    return {
        "reference": request.reference,
        "line_no": line.line_no,
        "portion": f"{line.return_line}#1",
        "return_line": line.return_line,
        "invoice_line": f"{request.company}/{line.invoice_number}/{line.invoice_line}",
        "units": line.units,
        "net_minor": to_minor(line.net, request.currency),
        "tax_minor": to_minor(line.tax, request.currency),
        "withheld_net": None,
        "withheld_tax": None,
    }
