"""Open this when a retailer was not asked or reminded: questions and reminders, as files for its mailbox.

A question is a small table that anybody can open and answer in the last column. A retailer without a mailbox for
answers is asked by a person: the question waits in ``backhaul status`` all the same.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from mappings.answers.answer import name_of
from pipelines.steps.policy_days import policy_on
from pipelines.wiring import Hub
from pipelines.work.letters import letters, of_question, together
from schemas.differences import KINDS
from schemas.partners import Partner
from schemas.resolutions import Guess

Row = dict[str, Any]
QUESTION, REMINDER = "question", "reminder"
ANSWER = "answer"  # the due event of a question

_COLUMNS = ("question", "return", "store", "carton", "item", "description", "units", "what_differs", "came_instead",
            "may_belong_to", "answer_by", "if_you_do_not_answer", "your_answer")  # fmt: skip


def written_questions(
    hub: Hub, retailer: Partner, questions: pa.Table, differing: pa.Table
) -> tuple[pa.Table, pa.Table]:
    """Rows of the outbox and the clocks of these questions; ``differing`` are ``HELD_DIFFERENCES``."""
    of_return: dict[str, list[Row]] = defaultdict(list)
    for row in differing.to_pylist():
        of_return[row["return_id"]].append(row)
    asked = questions.to_pylist()
    due = [
        {"subject": row["question"], "event": ANSWER, "partner": retailer.id, "due_on": row["answer_by"]}
        for row in asked
    ]
    files = [(row["question"], _COLUMNS, _lines(hub, row, of_return[row["return_id"]])) for row in asked]
    policy = policy_on(hub.catalog.partner(retailer.id).policies, hub.now().date()).policy.reconciliation
    mails = [
        of_question(row, of_return[row["return_id"]], policy, _table(_COLUMNS, lines))
        for row, (_, _, lines) in zip(asked, files, strict=True)
    ]
    messages = together(outbox(hub, retailer, QUESTION, files), letters(hub, retailer, mails))
    return messages, pa.Table.from_pylist(due)


def _lines(hub: Hub, question: Row, differing: Iterable[Row]) -> list[Sequence[Any]]:
    return [
        (
            question["question"], row["number"], row["store"], row["carton"], row["gtin"], row["description"],
            row["units"], KINDS[row["kind"]].meaning, row["other_description"] or row["other_gtin"], _guessed(hub, row),
            question["answer_by"], question["unanswered"], "",
        )
        for row in differing
    ]  # fmt: skip


def _guessed(hub: Hub, row: Row) -> str | None:
    """The number of the retailer's notice that a box nobody announced may be of."""
    for guess in hub.store.table(Guess, document=row["receipt_document"], box=row["carton"] or "").to_pylist():
        if guess["retailer"] == row["retailer"] and guess["return_id"]:
            return str(guess["return_id"]).partition("/")[2]
    return None


def outbox(
    hub: Hub, retailer: Partner, kind: str, files: Iterable[tuple[str, Sequence[str], Sequence[Sequence[Any]]]]
) -> pa.Table:
    """Outbox rows of tables for a retailer: what each is about, its columns and its rows. The bytes go to the vault.

    None where the retailer has no mailbox to be answered in, or where it was told the same before.
    """
    channel = next((one for one in retailer.channels if one.outbox), None)
    if channel is None:
        return pa.table({})
    control = hub.store.next_control(retailer.id)
    rows: list[Mapping[str, Any]] = []
    for subject, columns, lines in files:
        key = f"{retailer.id}/{subject}/{kind}"
        if hub.store.table("outbound_message", key=key).num_rows:
            continue
        number = f"{kind[0].upper()}{control}"
        rows.append({
            "key": key, "partner": retailer.id, "channel": channel.id, "kind": kind,
            "name": name_of(kind, number, control, ending=".csv"),
            "file": hub.vault.put(_table(columns, lines)), "control": control, "in_answer_to": subject,
            "state": "pending",
        })  # fmt: skip
        control += 1
    return pa.Table.from_pylist(rows)


def _table(columns: Sequence[str], lines: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(columns)
    table.writerows([["" if cell is None else cell for cell in line] for line in lines])
    return text.getvalue().encode()
