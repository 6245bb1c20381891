"""Open this when a difference was resolved in a way that nobody agreed to: what holds of it, by policy or word.

A difference is resolved once, and again when it changes, when a person or the retailer speaks, or when the time for an
answer is over. What waits for an answer or a person is decided by nobody else.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from schemas.differences import ACTIONS, KINDS, Action
from schemas.money import to_minor
from schemas.reconciliation import Reconciliation
from schemas.tables import RESOLUTIONS

Row = dict[str, Any]
Key = tuple[str, str, str, int]
_KEY = ("return_line", "kind", "receipt_document", "receipt_line_no")
# A resolution speaks of these; when one of them changes, the difference is another one.
_SAME = ("units", "other_line")
_SILENT = "reconciliation.unanswered."  # the rules that hold while nobody answers: an answer that comes late ends them

QUESTIONS = pa.schema([
    ("question", pa.string()), ("retailer", pa.string()), ("return_id", pa.string()), ("asks", pa.string()),
    ("answer_by", pa.date32()), ("unanswered", pa.string()),
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of questions: the last day for an answer of each, and what the retailer answered.

    ``agreed`` says of an answered question whether the retailer agrees with our count.
    """

    answer_by: Mapping[str, date] = field(default_factory=dict)
    agreed: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resolved:
    """New rows of ``RESOLUTIONS`` and ``QUESTIONS``, and the rows of ``HELD_DIFFERENCES`` that are new as such."""

    resolutions: pa.Table
    questions: pa.Table
    new: pa.Table


def resolve(
    held: pa.Table,
    known: pa.Table,
    policy: Reconciliation,
    version: str,
    today: date,
    asked: Asked | None = None,
    sold_out: Collection[str] = (),
) -> Resolved:
    """What holds of the ``HELD_DIFFERENCES`` of one retailer that ``known`` (``RESOLUTIONS``) does not resolve yet.

    ``sold_out`` are return lines whose sales have been taken by others, so that `accept` finds nothing to credit.
    """
    asked = asked or Asked()
    last = _last(known)
    small = _within(held, policy)
    rows: list[Row] = []
    fresh: list[bool] = []
    for row in held.to_pylist():
        before = last.get(_key(row))
        said = _answered(row, before, policy, asked, today) if _still(row, before) else _by_policy(row, policy, small)
        if said is not None:
            rows.append(_resolution(row, said, before, version, sold_out))
        fresh.append(before is None)
    questions = _questions(rows, held, policy, today, _asked_before(known))
    return Resolved(pa.Table.from_pylist(rows, RESOLUTIONS), questions, held.filter(pa.array(fresh, pa.bool_())))


@dataclass(frozen=True, slots=True)
class _Said:
    """An action, and who says so."""

    action: Action
    rule: str
    because: str


def _key(row: Row) -> Key:
    return row["return_line"], row["kind"], row["receipt_document"], row["receipt_line_no"]


def _last(known: pa.Table) -> dict[Key, Row]:
    """The resolution in force of each difference."""
    return {_key(row): row for row in known.sort_by("turn").to_pylist()}


def _still(row: Row, before: Row | None) -> bool:
    """Whether the difference is the one that was resolved before."""
    return before is not None and all(row[name] == before[name] for name in _SAME)


def _within(held: pa.Table, policy: Reconciliation) -> set[tuple[str, str]]:
    """Return and kind of the differences that together are small."""
    sums: dict[tuple[str, str], list[Any]] = defaultdict(lambda: [0, 0, ""])
    for row in held.to_pylist():
        one = sums[row["return_id"], row["kind"]]
        one[0] += row["units"]
        one[1] += row["net_minor"] or 0
        one[2] = row["currency"] or one[2]
    most = policy.tolerance
    return {
        key
        for key, (units, net, currency) in sums.items()
        if units <= most.units and net <= to_minor(most.money, currency)
    }


def _by_policy(row: Row, policy: Reconciliation, small: set[tuple[str, str]]) -> _Said:
    kind = row["kind"]
    units = _units(row["units"])
    if kind in policy.within and (row["return_id"], kind) in small:
        action = policy.within[kind]
        size = f"up to {policy.tolerance.units} units and {policy.tolerance.money} {row['currency'] or ''}".rstrip()
        because = f"{units}: {KINDS[kind].meaning}. Within the tolerance ({size}): {ACTIONS[action]}."
        return _Said(action, f"reconciliation.within.{kind}", because)
    rule, action = policy.beyond(kind)
    return _Said(action, rule, f"{units}: {KINDS[kind].meaning}. By the policy: {ACTIONS[action]}.")


def _answered(row: Row, before: Row | None, policy: Reconciliation, asked: Asked, today: date) -> _Said | None:
    """What holds of a question now: the retailer's word, also a late one, or what holds without it; None: no news."""
    if before is None or not (before["action"] == "ask" or before["rule"].startswith(_SILENT)):
        return None
    question = before["question"]
    if question in asked.agreed:
        if asked.agreed[question]:
            return _Said("count", "answer", f"{_units(row['units'])}: the retailer agrees with our count.")
        return _Said(
            "hold", "answer", f"{_units(row['units'])}: the retailer does not agree; a person says what holds."
        )
    if before["action"] == "ask" and question in asked.answer_by and today > asked.answer_by[question]:
        rule, action = policy.silence(row["kind"])
        because = (
            f"{_units(row['units'])}: no answer came by {asked.answer_by[question]}. {_sentence(ACTIONS[action])}."
        )
        return _Said(action, rule, because)
    return None


def _resolution(row: Row, said: _Said, before: Row | None, version: str, sold_out: Collection[str]) -> Row:
    """The row; what cannot be credited any more is for a person."""
    if said.action == "accept" and row["return_line"] in sold_out:
        said = _Said("hold", said.rule, f"{said.because} But its sale has been taken by another return meanwhile.")
    return {
        **{name: row[name] for name in (*_KEY, "retailer", "other_line", "condition", "units")},
        "turn": before["turn"] + 1 if before else 1,
        "action": said.action, "rule": said.rule, "because": said.because,
        "question": before["question"] if before and said.rule.startswith(_SILENT) else None,
        "policy_version": version, "by": None,
    }  # fmt: skip


# --- questions


def _asked_before(known: pa.Table) -> dict[str, int]:
    """How many questions there were about each return."""
    asked: dict[str, set[str]] = defaultdict(set)
    for question in known["question"].to_pylist():
        if question is not None:
            asked[question.rpartition("?")[0]].add(question)
    return {return_id: len(questions) for return_id, questions in asked.items()}


def _questions(
    rows: list[Row], held: pa.Table, policy: Reconciliation, today: date, before: Mapping[str, int]
) -> pa.Table:
    """One question a return, about all that is asked of it today; the resolutions name it."""
    differing = {_key(row): row for row in held.to_pylist()}
    asking: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["action"] == "ask":
            asking[differing[_key(row)]["return_id"]].append(row)
    questions = []
    for return_id, own in sorted(asking.items()):
        question = f"{return_id}?{before.get(return_id, 0) + 1}"
        for row in own:
            row["question"] = question
        questions.append({
            "question": question, "retailer": own[0]["retailer"], "return_id": return_id,
            "asks": " ".join(_asks(differing[_key(row)]) for row in own),
            "answer_by": today + timedelta(days=policy.answer_days),
            "unanswered": "; ".join(_silences(own, policy)),
        })  # fmt: skip
    return pa.Table.from_pylist(questions, QUESTIONS)


def _asks(row: Row) -> str:
    what = row["description"] or row["gtin"] or "an unknown item"
    instead = f" (in its place came {row['other_description'] or row['other_gtin']})" if row["other_gtin"] else ""
    return f"{_units(row['units'])} of {what}{instead}: {KINDS[row['kind']].meaning}."


def _silences(rows: Iterable[Row], policy: Reconciliation) -> Iterator[str]:
    """What holds of each kind when nobody answers."""
    for kind in dict.fromkeys(row["kind"] for row in rows):
        yield f"{kind.replace('_', ' ')}: {ACTIONS[policy.silence(kind)[1]]}"


def _units(units: int) -> str:
    return "1 unit" if units == 1 else f"{units} units"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
