"""Open this when a retailer got no word, or a wrong one, on what it announced: our word before shipping.

Only retailers whose policy says so (``authorisation.since``) are given a word. The word, the movements that follow and
the answer to the retailer are one transaction. What is left to a person waits with a clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, groupby
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from mappings.answers.answer import name_of
from mappings.answers.authorisations import word_rows
from mappings.outbound.interchanges import written_file
from pipelines.steps import authorise as steps
from pipelines.steps.movements import move
from pipelines.wiring import Hub
from pipelines.work.letters import letters, of_words, together
from pipelines.work.placing import distinct
from pipelines.work.window_starts import starts_of
from schemas.errors import PermanentError
from schemas.findings import Finding, Place, as_records, as_table
from schemas.handling_tables import SENT
from schemas.ledger import Bucket
from schemas.marks import Kind
from schemas.outcome import Change, Outcome
from schemas.partners import Partner
from schemas.tables import MOVEMENTS, empty

KIND = "authorisation"
EVENT = "authorisation"
SENT_VERSION = "sent-1"
_CODE = "FILE-ANSWER-UNWRITTEN"
_UNAUTHORISED = "LINE-UNAUTHORISED"
Row = dict[str, Any]


@dataclass
class Words:
    """How many portions were given which word, and how many are on their way since."""

    authorise: int = 0
    refuse: int = 0
    keep: int = 0
    dispose: int = 0
    ask: int = 0
    sent: int = 0


def authorise(hub: Hub, retailer: Partner) -> Words:
    """Our word on everything that the retailer announced and that needs one; then what is on its way, is."""
    told = Words()
    terms = retailer.policy.authorisation
    if terms.since is not None:
        waiting = hub.store.waiting(retailer.id, terms.since)
        if waiting.num_rows:
            policies = hub.catalog.partner(retailer.id).policies
            starts = starts_of(hub, [retailer.policy], waiting)
            words = steps.authorise(waiting, policies, standing_of(hub, retailer, waiting), starts)
            _record(hub, retailer, words, waiting)
            for row in pc.value_counts(words["outcome"].combine_chunks()).to_pylist():
                setattr(told, row["values"], row["counts"])
        _forget_moved(hub, retailer, waiting)
        flag_unauthorised(hub, retailer, terms.since)
    told.sent = note_sent(hub, retailer)
    return told


def standing_of(hub: Hub, retailer: Partner, waiting: pa.Table) -> steps.Standing:
    """What stands with the retailer before these words. Waiting units are no part of what it returned before."""
    today = local_day(hub, retailer)
    units, net = hub.store.on_its_way(retailer.id)
    share = retailer.policy.authorisation.share
    if share is None:
        return steps.Standing(today, open_units=units, open_net=net)
    since = today - timedelta(days=share.days)
    bought, taken = hub.store.bought_and_returned(retailer.id, since)
    own = waiting.filter(pc.fill_null(pc.greater_equal(waiting["sold_on"], pa.scalar(since)), False))
    return steps.Standing(today, bought, taken - (pc.sum(own["units"]).as_py() or 0), units, net)


def local_day(hub: Hub, partner: Partner) -> date:
    """Today, where the partner is."""
    return hub.now().astimezone(ZoneInfo(partner.timezone)).date()


def answer_asked(hub: Hub, line: str, outcome: str, by: str, reason: str) -> str:
    """A person's word, `authorise` or `refuse`, on what was asked about a return line; answers its number, if any.

    PermanentError: nothing of the line waits for a person.
    """
    asked = hub.store.asked(line)
    if not asked.num_rows:
        raise PermanentError(
            f"Nothing of {line} waits for a word of ours. Next: `backhaul status` lists what does, "
            f"`backhaul explain {line}` tells what became of it."
        )
    folder = hub.catalog.partner(asked["retailer"][0].as_py())
    standing = steps.Standing(local_day(hub, folder.partner))
    words = steps.by_a_person(asked, outcome, by, reason, folder.policies, standing)
    _record(hub, folder.partner, words, asked, by)
    return str(words["number"][0].as_py() or "")


def _record(hub: Hub, retailer: Partner, words: pa.Table, waiting: pa.Table, by: str | None = None) -> None:
    """Words, movements, clocks and answers, at once."""
    if not words.num_rows:
        return
    messages, findings = _answers(hub, retailer, words, waiting)
    clocks, met = _clocks(hub, retailer, words)
    rows = {
        "authorisation": words,
        "movement": steps.carry_out(words, waiting),
        "outbound_message": together(messages, letters(hub, retailer, of_words(hub, retailer, words, waiting))),
        "finding": findings,
        "due_event": clocks,
    }
    hub.store.record(Outcome("authorise", retailer.id, rows, met), actor=by)


def _forget_moved(hub: Hub, retailer: Partner, waiting: pa.Table) -> None:
    """Nobody's word is due any more on units that came, were taken back or were placed anew meanwhile."""
    due = hub.store.table("due_event", partner=retailer.id, event=EVENT, met=False)["subject"].to_pylist()
    still = set(waiting["return_line"].to_pylist())
    met = tuple(
        Change("due_event", {"subject": line, "event": EVENT}, {"met": True}, {"met": False})
        for line in due
        if line not in still
    )
    hub.store.record(Outcome("authorisation no longer due", retailer.id, changes=met))


def _clocks(hub: Hub, retailer: Partner, words: pa.Table) -> tuple[pa.Table, tuple[Change, ...]]:
    """When a person's word is due on each line that was left to one; met when somebody gave it."""
    rows = words.to_pylist()
    named = sorted(set(words["return_line"].to_pylist()))
    known = {row["subject"]: row["met"] for row in hub.store.clocks(EVENT, named).to_pylist()}
    due_on = local_day(hub, retailer) + timedelta(days=retailer.policy.authorisation.answer_days)
    asked = sorted({row["return_line"] for row in rows if row["outcome"] == "ask"})
    new = [
        {"subject": line, "event": EVENT, "partner": retailer.id, "due_on": due_on}
        for line in asked
        if line not in known
    ]
    again: list[tuple[str, Row]] = [(line, {"met": False, "due_on": due_on}) for line in asked if known.get(line)]
    ended = sorted({row["return_line"] for row in rows if row["answers"]} - set(asked))
    done: list[tuple[str, Row]] = [(line, {"met": True}) for line in ended if known.get(line) is False]
    changes = tuple(
        Change("due_event", {"subject": line, "event": EVENT}, values, {"met": known[line]})
        for line, values in (*again, *done)
    )
    return pa.Table.from_pylist(new) if new else pa.table({}), changes


# --- what the retailer is told


def _answers(hub: Hub, retailer: Partner, words: pa.Table, waiting: pa.Table) -> tuple[pa.Table, pa.Table]:
    """An answer for each file that announced what is now answered, as rows of the outbox; findings where it cannot be.

    What was authorised before, and only found another sale, is no news.
    """
    channel = next((one for one in retailer.channels if one.outbox), None)
    own = hub.catalog.partner(retailer.id).outbound
    by = next((one for one in own if one.rules.kind == "answer"), None)
    news = words.filter(pc.not_equal(words["rule"], "given"))
    if channel is None or by is None or not retailer.authorises or not news.num_rows:
        return pa.table({}), pa.table({})
    numbers = count(hub.store.next_control(retailer.id))
    messages, findings = [], []
    for file, documents in _by_file(hub, retailer, news, waiting):
        control = next(numbers)
        told = [rows | {"number": f"AN{control}-{n}"} for n, rows in enumerate(documents, 1)]
        written = written_file(by, retailer, told, hub.now(), control)
        if written.problems:
            why = f"authorisation of {told[0]['request_number']}: {written.problems[0]}"
            findings.append(Finding(_CODE, Place(file), why))
            continue
        ending = ".csv" if by.standard == "csv" else ".edi"
        messages.append({
            "key": f"{retailer.id}/{told[0]['first']}/{KIND}",
            "partner": retailer.id,
            "channel": channel.id,
            "kind": KIND,
            "name": name_of(KIND, file[:12], control, ending=ending),
            "file": hub.vault.put(written.data),
            "control": control,
            "in_answer_to": file,
            "state": "pending",
        })  # fmt: skip
    new = [one for one in findings if not _told_before(hub, retailer, one)]
    return (
        pa.Table.from_pylist(messages) if messages else pa.table({}),
        as_records(as_table(new), retailer.id, f"{KIND}:") if new else pa.table({}),
    )


def _told_before(hub: Hub, retailer: Partner, found: Finding) -> bool:
    told = hub.store.findings(partner=retailer.id, code=found.code, file=found.place.file)
    return found.detail in told["detail"].to_pylist()


def _by_file(hub: Hub, retailer: Partner, news: pa.Table, waiting: pa.Table) -> "Sequence[tuple[str, list[Row]]]":
    """The rows of an answer (``schemas.outbound.ANSWERS``) for each notice, by the file that it came in.

    The first answer to a notice speaks of all its lines, a later one of those that are answered now.
    """
    line_of = {row["portion"]: row for row in waiting.select(["portion", "document", "line_no"]).to_pylist()}
    documents = distinct(waiting["document"])
    before = {row["document"] for row in _lines_answered(hub, documents)}
    lines = hub.store.notice_rows(documents)
    findings = hub.store.findings_of(documents)
    known = {row["document"]: row for row in hub.store.documents_of(documents).to_pylist()}
    words = [{**word, **line_of[word["portion"]]} for word in news.to_pylist()]
    rows = list[tuple[str, Row]]()
    for name in sorted({word["document"] for word in words}):
        own = [word for word in words if word["document"] == name]
        spoken = {word["line_no"] for word in own}
        said = [
            row for row in lines.filter(pc.equal(lines["document"], name)).to_pylist()
            if name not in before or row["line_no"] in spoken
        ]  # fmt: skip
        told = word_rows(known[name], said, own, findings, retailer, "", hub.now())
        rows.append((known[name]["file"], told | {"first": own[0]["authorisation"]}))
    return [(file, [one for _, one in group]) for file, group in groupby(sorted(rows, key=_file), key=_file)]


def _file(row: tuple[str, Row]) -> str:
    return row[0]


def _lines_answered(hub: Hub, documents: Sequence[str]) -> list[Row]:
    """The notices on whose lines there was a word before."""
    said: list[Row] = hub.store.words_in(documents).to_pylist()
    return said


# --- what came without our word, and what is on its way


def flag_unauthorised(hub: Hub, retailer: Partner, since: date) -> None:
    """A finding, told once, for each line whose goods came without our word or after it had ended.

    Goods are held against our word once: what is counted is marked, and done with here.
    """
    marks = hub.store.marks(Kind.CAME, retailer.id)
    came = hub.store.unauthorised(retailer.id, since)
    earlier = hub.store.findings_of(hub.store.counted_by(set(came["return_line"].to_pylist())))
    known = set(earlier.filter(pc.equal(earlier["code"], _UNAUTHORISED))["detail"].to_pylist())
    found = dict[str, Finding]()
    for row in came.to_pylist():
        ended = f", our word had ended on {row['expired_on']}" if row["expired_on"] else ""
        detail = f"{row['return_line']}{ended}"
        place = Place(row["file"], row["offset"], row["length"])
        if detail not in known:
            found.setdefault(row["return_line"], Finding(_UNAUTHORISED, place, detail, row["document"]))
    rows = [as_records(as_table([one]), retailer.id, f"{line}:") for line, one in found.items()]
    told = {"finding": pa.concat_tables(rows)} if rows else {}
    hub.store.record(Outcome("flag unauthorised", retailer.id, told, seen={Kind.CAME: marks}))


def note_sent(hub: Hub, retailer: Partner) -> int:
    """Units of which the retailer or a carrier says that they were shipped go into transit; no money follows."""
    senders = [one.id for one in hub.catalog.partners if one.id == retailer.id or one.partner.role == "warehouse"]
    sent = hub.store.sent_portions(retailer.id, senders)
    if not sent.num_rows:
        return 0
    moves = [empty(MOVEMENTS)]
    for bucket in (Bucket.ANNOUNCED, Bucket.AUTHORISED):
        own = sent.filter(pc.equal(sent["bucket"], bucket.value)).cast(SENT)
        moves.append(move(own, bucket, Bucket.IN_TRANSIT, own["document"], SENT_VERSION))
    hub.store.record(Outcome("sent", retailer.id, {"movement": pa.concat_tables(moves)}))
    return len(sent)
