"""Open this when a difference waits for a person: somebody says what holds of it, and the next run acts on it."""

from typing import Any

import pyarrow as pa

from pipelines.wiring import Hub
from pipelines.work.differences import held, resolutions
from pipelines.work.questions import ANSWER
from schemas.differences import ACTIONS, KINDS, WAITING
from schemas.errors import PermanentError
from schemas.outcome import Change, Outcome
from schemas.records import DueEvent
from schemas.tables import RESOLUTIONS

Row = dict[str, Any]
_KEY = ("return_line", "kind", "receipt_document", "receipt_line_no")


def resolve_by_person(hub: Hub, line: str, action: str, reason: str, by: str, kind: str | None = None) -> list[Row]:
    """Resolve the differences of a return line, or those of one kind, in the name of a person; answers them.

    PermanentError: there is no such difference, or the action means nothing for it.
    """
    differing = _of_line(hub, line, kind)
    for row in differing:
        if action not in KINDS[row["kind"]].actions or action in WAITING:
            allowed = [one for one in KINDS[row["kind"]].actions if one not in WAITING]
            raise PermanentError(
                f"`{action}` is no way to resolve {row['kind']}. Next: say one of {', '.join(allowed)}."
            )
    known = resolutions(hub, differing[0]["retailer"]).to_pylist()
    rows = [_resolution(row, known, action, reason, by) for row in differing]
    table = pa.Table.from_pylist(rows, RESOLUTIONS)
    questions = {one["question"] for one in known if one["question"] and _in_force(one, known, differing)}
    hub.store.record(Outcome("resolve", line, {"resolution": table}, tuple(_met(hub, questions))), actor=by)
    return differing


def _of_line(hub: Hub, line: str, kind: str | None) -> list[Row]:
    """The differences of the line, those in which its goods came in place of others too."""
    retailer = line.partition("/")[0]
    rows: list[Row] = held(hub, retailer).to_pylist()
    found = [row for row in rows if line in (row["return_line"], row["other_line"]) and kind in (None, row["kind"])]
    if not found:
        what = f"no difference of kind {kind}" if kind else "no difference"
        raise PermanentError(f"{line} has {what}. Next: `backhaul differences` lists them with their lines.")
    return found


def _resolution(row: Row, known: list[Row], action: str, reason: str, by: str) -> Row:
    turns = [one["turn"] for one in known if all(one[name] == row[name] for name in _KEY)]
    said = {"action": action, "rule": "person", "because": f"{by}: {reason}. {ACTIONS[action].capitalize()}."}
    told = {name: row[name] for name in (*_KEY, "retailer", "other_line", "condition", "units")}
    return told | said | {"turn": max(turns, default=0) + 1, "question": None, "policy_version": "person", "by": by}


def _in_force(one: Row, known: list[Row], differing: list[Row]) -> bool:
    """Whether all that a question asked is resolved with these differences."""
    keys = [tuple(row[name] for name in _KEY) for row in differing]
    same = [row for row in known if row["question"] == one["question"]]
    return all(tuple(row[name] for name in _KEY) in keys for row in same)


def _met(hub: Hub, questions: set[str]) -> list[Change]:
    return [
        Change("due_event", {"subject": question, "event": ANSWER}, {"met": True}, {"met": False})
        for question in sorted(questions)
        if hub.store.table(DueEvent, subject=question, event=ANSWER, met=False).num_rows
    ]
