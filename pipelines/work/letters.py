"""Open this when a retailer did not get a letter: questions, reminders and our word, as mail in its mailbox.

Letters go beside the tables and messages that programs read, to retailers whose partner.yaml says ``letters``. The
mailbox is the one of its other answers; what carries the files on as mail stands there.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mappings.answers.answer import name_of
from mappings.letters.letter import Letter, mail
from pipelines.steps.overdue import Reminder
from pipelines.wiring import Hub
from schemas.partners import Partner
from schemas.reconciliation import Reconciliation

LETTER = "letter"
Row = Mapping[str, Any]


def letters(hub: Hub, retailer: Partner, written: Iterable[Letter]) -> pa.Table:
    """Outbox rows of these letters; none to a retailer that gets no letters, or was written the same before."""
    channel = next((one for one in retailer.channels if one.outbox), None)
    if retailer.letters is None or channel is None:
        return pa.table({})
    own = list(written)
    keys = [f"{retailer.id}/{one.subject}/{LETTER}" for one in own]
    known = hub.store.messages_with(keys)
    rows = [
        {
            "key": key, "partner": retailer.id, "channel": channel.id, "kind": LETTER,
            "name": name_of(LETTER, one.kind, one.subject.partition("/")[2], ending=".eml"),
            "file": hub.vault.put(mail(one, retailer.letters, hub.now())), "in_answer_to": one.subject,
            "state": "pending",
        }
        for key, one in zip(keys, own, strict=True)
        if key not in known
    ]  # fmt: skip
    return pa.Table.from_pylist(rows) if rows else pa.table({})


def together(*parts: pa.Table) -> pa.Table:
    """Outbox rows of several kinds as one table."""
    filled = [part for part in parts if part.num_rows]
    return pa.concat_tables(filled, promote_options="default") if filled else pa.table({})


def of_question(question: Row, differing: Sequence[Row], policy: Reconciliation, table: bytes) -> Letter:
    """A question about what differs in a return, with its table."""
    lines = [
        {
            "units": row["units"], "item": row["description"] or row["gtin"], "carton": row["carton"],
            "code": row["kind"], "instead": row["other_description"] or row["other_gtin"],
        }
        for row in differing
    ]  # fmt: skip
    kinds = dict.fromkeys(row["kind"] for row in differing)
    return Letter(
        "question", question["question"], differing[0]["number"], differing[0]["store"], lines, question["answer_by"],
        reference=question["question"], otherwise=[(kind, policy.silence(kind)[1]) for kind in kinds], table=table,
    )  # fmt: skip


def of_reminder(subject: str, one: Reminder, policy: Reconciliation) -> Letter:
    """A reminder of goods that did not come; with the day on which they are given up, if they are."""
    days, first = policy.close_after_days, one.lines[0]
    lines = [{"units": row["announced_units"], "item": row["gtin"], "carton": row["carton"]} for row in one.lines]
    ends = one.due_on + timedelta(days=days) if days is not None else None
    return Letter("reminder", subject, first["number"], first["store"], lines, one.due_on, ends)


def of_words(hub: Hub, retailer: Partner, words: pa.Table, waiting: pa.Table) -> list[Letter]:
    """Our word on what was announced, a letter a return. What was authorised before is no news."""
    if retailer.letters is None:
        return []
    news = words.filter(pc.not_equal(words["rule"], "given"))
    of_portion = {row["portion"]: row for row in waiting.to_pylist()}
    said: dict[str, list[Row]] = defaultdict(list)
    for row in news.to_pylist():
        said[of_portion[row["portion"]]["return_id"]].append(row | of_portion[row["portion"]] | {
            "units": row["units"], "number": of_portion[row["portion"]]["number"], "authorised_as": row["number"],
        })  # fmt: skip
    numbers = {row["number"] for own in said.values() for row in own}
    returns = {row["return_id"]: row for row in hub.store.returns_of(retailer.id, numbers).to_pylist()}
    boxes = {row["return_line"]: row["carton"] for row in hub.store.lines_of(said).to_pylist()}
    return [_word(returns[name], own, boxes) for name, own in sorted(said.items())]


def _word(of: Row, own: Sequence[Row], boxes: Mapping[str, str | None]) -> Letter:
    lines = [
        {
            "units": row["units"], "item": row["vendor_item"] or row["gtin"], "carton": boxes.get(row["return_line"]),
            "code": row["outcome"], "percent": row["percent"],
        }
        for row in own
    ]  # fmt: skip
    coming = [row for row in own if row["outcome"] == "authorise"]
    ends = max((row["expires_on"] for row in coming if row["expires_on"]), default=None)
    number = next((row["authorised_as"] for row in coming), None)
    return Letter("word", own[0]["authorisation"], of["number"], of["store"], lines, ends=ends, reference=number)
