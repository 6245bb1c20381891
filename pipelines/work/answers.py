"""Open this when an answer is wrong or missing: acknowledgements of a batch, as rows of the outbox."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pyarrow as pa

from mappings.answers.acknowledge import Answer, Batch, acknowledge
from mappings.formats.segments import RawFile
from mappings.translation import Translation
from pipelines.steps.check import Checked
from pipelines.steps.decide import refused_before
from pipelines.wiring import Hub
from pipelines.work.window_starts import starts_of
from schemas.findings import Finding, Place, as_table
from schemas.partners import Partner
from schemas.tables import FINDINGS, empty

_ACKNOWLEDGED = frozenset({"824", "APERAK"})


def answers_to(
    hub: Hub,
    partner: Partner,
    files: Sequence[RawFile],
    translation: Translation,
    checked: Checked,
    found: pa.Table,
    recorded: Mapping[str, pa.Table],
) -> tuple[pa.Table, pa.Table]:
    """Outbox rows for the answers to these files, and findings of what in them could not be written.

    None where the partner has no mailbox to be answered in. The bytes go to the vault first. An answer's key is made of
    what it answers, so that the same file is never answered twice with other bytes.
    """
    channel = next((one for one in partner.channels if one.outbox), None)
    if channel is None:
        return pa.table({}), empty(FINDINGS)
    batch = Batch(
        files=files,
        readings=tuple(translation.readings.values()),
        rejections=translation.rejections,
        findings=found,
        documents=checked.documents,
        notices=checked.notice_lines,
        refused=_refused(hub, partner, recorded),
        decided_later=_decided_later(partner, recorded),
    )
    maps = hub.catalog.partner(partner.id).outbound
    answers = acknowledge(batch, partner, hub.now(), hub.store.next_control(partner.id), maps)
    written = [answer for answer in answers if answer.data]
    unwritten = [
        Finding("FILE-ANSWER-UNWRITTEN", Place(answer.file), problem)
        for answer in answers
        for problem in answer.problems
    ]
    return _rows(hub, partner, channel.id, written), as_table(unwritten)


def _refused(hub: Hub, partner: Partner, recorded: Mapping[str, pa.Table]) -> dict[tuple[str, int], str]:
    """The lines announced with these rows that the policy refuses wherever their goods are, each with its rule."""
    if not partner.authorises or not {"return", "return_line", "allocation"} <= recorded.keys():
        return {}
    lines = recorded["return_line"].select(["return_line", "return_id", "document", "line_no"])
    returns = recorded["return"].select(["return_id", "returned_on"])
    portions = recorded["allocation"].select(["return_line", "invoice_line"])
    sales = hub.store.known_invoice_lines([one for one in portions["invoice_line"].to_pylist() if one])
    placed = portions.join(lines, "return_line", join_type="inner").join(returns, "return_id", join_type="inner")
    placed = placed.join(sales.select(["invoice_line", "sold_on"]), "invoice_line")
    policies = hub.catalog.partner(partner.id).policies
    starts = starts_of(hub, [one.policy for one in policies], placed)
    told = refused_before(placed, policies, hub.now().date(), starts)
    return {(document, line_no): rule for document, line_no, rule in told}


def _decided_later(partner: Partner, recorded: Mapping[str, pa.Table]) -> list[str]:
    """The notices among these rows whose returns need our word: it is given, and answered, by ``work.authorise``."""
    since = partner.policy.authorisation.since
    if since is None or not {"return", "return_line"} <= recorded.keys():
        return []
    days = recorded["return"].select(["return_id", "returned_on"])
    lines = recorded["return_line"].select(["return_id", "document"])
    rows = lines.join(days, "return_id", join_type="inner").to_pylist()
    return sorted({row["document"] for row in rows if row["returned_on"] is None or row["returned_on"] >= since})


def acknowledgements_due(hub: Hub, partner: Partner, answers: pa.Table) -> pa.Table:
    """When the partner's acknowledgement of each business answer is due; nothing answers an answer of syntax."""
    days = partner.acknowledges_within_days
    if days is None:
        return pa.table({})
    due_on = hub.now().date() + timedelta(days=days)
    rows = [
        {"subject": answer["key"], "event": "acknowledgement", "partner": partner.id, "due_on": due_on}
        for answer in answers.to_pylist()
        if answer["kind"] in _ACKNOWLEDGED
    ]
    return pa.Table.from_pylist(rows) if rows else pa.table({})


def _rows(hub: Hub, partner: Partner, channel: str, answers: Sequence[Answer]) -> pa.Table:
    times: Counter[tuple[str, str]] = Counter()
    rows = []
    for answer in answers:
        times[answer.file, answer.kind] += 1
        rows.append({
            "key": f"{partner.id}/{answer.file[:12]}/{answer.kind}#{times[answer.file, answer.kind]}",
            "partner": partner.id,
            "channel": channel,
            "kind": answer.kind,
            "name": answer.name,
            "file": hub.vault.put(answer.data),
            "control": answer.control,
            "in_answer_to": answer.file,
            "state": "pending",
        })  # fmt: skip
    return pa.Table.from_pylist(rows) if rows else pa.table({})
