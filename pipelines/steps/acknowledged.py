"""Open this when a partner's answer did not reach the message it is about: what we sent, by control number.

A message goes from sent to acknowledged, and from either to rejected; never back, so that the order in which answers
come makes no difference, and the same answer twice changes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from mappings.answers.answer import control_in, control_of
from schemas.findings import Finding, Place, as_table
from schemas.outcome import Change

Row = Mapping[str, Any]

_STATES = ("sent", "acknowledged", "rejected")  # each outweighs those before it; what is pending has not gone out
_NEW_STATE = {"accepted": "acknowledged", "remarked": "acknowledged", "rejected": "rejected"}
_CODES = {"remarked": "ACK-REMARKED", "rejected": "ACK-REJECTED"}


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What answers come to: findings for what a person must see, and our messages' new states."""

    findings: pa.Table
    changes: tuple[Change, ...]


def controls_of(acknowledged: pa.Table) -> list[int]:
    """The control numbers of ours that these answers (``ACKNOWLEDGED``) name, in order, each once."""
    return sorted({control for row in acknowledged.to_pylist() if (control := _control(row)) is not None})


def acknowledge(acknowledged: pa.Table, outbound: pa.Table) -> Acknowledged:
    """Answers against what we sent: ``outbound`` has the ``outbound_message`` rows of their control numbers."""
    by_control: dict[int | None, list[Row]] = {}
    for message in outbound.to_pylist():
        by_control.setdefault(message["control"], []).append(message)
    rows, states = acknowledged.to_pylist(), dict[str, tuple[str, str]]()
    for row in rows:
        for message in by_control.get(_control(row), ()):
            _advance(states, message, row)
    return Acknowledged(as_table(_findings(rows, set(by_control))), _changes(outbound, states))


def _findings(rows: Sequence[Row], known: Set[int | None]) -> Iterator[Finding]:
    """What a person must see. A group is rejected because its messages are: then these alone are told."""
    below = {_answer(row) for row in rows if row["level"] == "message" and row["verdict"] in _CODES}
    unknown = set[tuple[str, str, int | None]]()
    for row in rows:
        answer, place = _answer(row), Place(row["file"], row["offset"], row["length"], row["kind"])
        if answer[-1] not in known:
            if answer[-1] is None or answer not in unknown:
                yield Finding("ACK-UNKNOWN", place, _words(row))
            unknown.add(answer)
        elif row["verdict"] in _CODES and (row["level"] in ("message", "document") or answer not in below):
            yield Finding(_CODES[row["verdict"]], place, _words(row))


def _answer(row: Row) -> tuple[str, str, int | None]:
    return row["file"], row["kind"], _control(row)


def _control(row: Row) -> int | None:
    """The control number of ours that an answer names. Our groups have the number of their interchange.

    A business answer may name nothing but the document's own number, which tells ours only where we made it.
    """
    named = row["interchange_control"] or row["group_control"]
    if named or row["level"] != "document":
        return control_of(named or "")
    return control_in(row["reference"] or "")


def _advance(states: dict[str, tuple[str, str]], message: Row, row: Row) -> None:
    """The message's state after this answer, with the file that gave it; nothing where it is no step forward."""
    state = states.get(message["key"], (message["state"], ""))[0]
    new = _NEW_STATE[row["verdict"]]
    if state in _STATES and _STATES.index(new) > _STATES.index(state):
        states[message["key"]] = (new, row["file"])


def _changes(outbound: pa.Table, states: Mapping[str, tuple[str, str]]) -> tuple[Change, ...]:
    return tuple(
        Change(
            "outbound_message",
            {"key": message["key"]},
            {"state": states[message["key"]][0], "answered_by": states[message["key"]][1]},
            {"state": message["state"]},
        )
        for message in outbound.to_pylist()
        if message["key"] in states
    )


def _words(row: Row) -> str:
    """What is answered and how, for a person."""
    names = ("interchange", "group", "message")
    what = [f"{name} {row[f'{name}_control']}" for name in names if row[f"{name}_control"]]
    about = [*([row["reference"]] if row["reference"] else []), *what]
    said = "; ".join(filter(None, (row["codes"], row["places"])))
    return f"{row['kind']} on {', '.join(about) or 'nothing named'}: {row['verdict']}{f' ({said})' if said else ''}"
