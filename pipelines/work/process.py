"""Open this when a file was received but nothing came of it: from bytes in the vault to rows in the ledger.

All pending files of a partner are read as one batch; everything found out is recorded in one transaction together with
the answers and the files' new state. A crash before leaves the files pending, and a second try gives the same rows.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from mappings.answers.repeats import with_repeats
from mappings.engine import Translation, translate
from mappings.formats.segments import RawFile
from pipelines.steps.acknowledged import acknowledge, controls_of
from pipelines.steps.amend import CANCEL, amending, as_versions
from pipelines.steps.check import Checked, check
from pipelines.steps.dock import FOUND
from pipelines.steps.item_names import listed_items
from pipelines.steps.pool import sold
from pipelines.steps.returns import open_returns
from pipelines.wiring import Hub
from pipelines.work.amending import Amended, amend
from pipelines.work.answers import acknowledgements_due, answers_to
from pipelines.work.counting import Counted, add_placed, count
from pipelines.work.guessing import guessed
from pipelines.work.item_facts import facts_of, learnt, retailers_of
from pipelines.work.late_notices import count_late, counts_due
from pipelines.work.placing import (
    Touched,
    distinct,
    places_of,
    touched_by_claims,
    touched_by_sales,
    touched_by_shipments,
)
from pipelines.work.rows import Rows
from pipelines.work.standing import cancel_sales, cancelled_among, outdated
from pipelines.work.versions import note_versions
from schemas.errors import TransientError
from schemas.findings import as_records
from schemas.message_lines import STORED
from schemas.outcome import Change, Outcome
from schemas.partners import Partner
from schemas.tables import empty

NOTHING_FOUND = empty(FOUND)
ATTEMPTS_MAX = 5
# What is sold must be known before what comes back, and a notice before its receipt; what speaks of others comes last.
KINDS = ("item", "order", "sales", "invoice", "shipment", "notice", "receipt", "deduction", "answer")


@dataclass
class Processed:
    """What became of the pending files of a partner."""

    files: int = 0
    documents: int = 0
    quarantined: int = 0
    lines: int = 0
    placed: int = 0
    findings: int = 0

    def add(self, recorded: Mapping[str, pa.Table], file_states: list[str]) -> None:
        """Count what one outcome recorded. ``placed`` counts portions on an invoice line."""
        self.files += len(file_states)
        self.quarantined += file_states.count("quarantined")
        for name, table in (("documents", "document"), ("lines", "return_line"), ("findings", "finding")):
            if table in recorded:
                setattr(self, name, getattr(self, name) + recorded[table].num_rows)
        if "allocation" in recorded:
            invoice_lines = recorded["allocation"]["invoice_line"]
            self.placed += len(invoice_lines) - invoice_lines.null_count


def process(hub: Hub, partner: Partner) -> Processed:
    """Read, translate, check, split and record every pending file of the partner."""
    total, failed = Processed(), 0
    while True:
        try:
            count_late(hub, partner)
            batch = _pending(hub, partner)
            if not batch:
                return total
            _process(hub, partner, batch, total)
            failed = 0
        except TransientError:
            # Another run took what we wanted, or did our files: what is pending is placed again on what is left.
            failed += 1
            if failed == ATTEMPTS_MAX:
                raise


def _process(hub: Hub, partner: Partner, batch: list[RawFile], total: Processed) -> None:
    """One batch of files, kind by kind."""
    folder = hub.catalog.partner(partner.id)
    note_versions(hub, folder)
    translation = translate(batch, folder, hub.catalog)
    for kind, files in _by_kind(batch, translation):
        part = translation if len(files) == len(batch) else translate(files, folder, hub.catalog)
        _record(hub, partner, kind, files, part, total)


def _pending(hub: Hub, partner: Partner) -> list[RawFile]:
    rows = hub.store.pending_files(partner.id, hub.settings.files_per_run).to_pylist()
    return [RawFile(row["file"], row["name"], hub.vault.get(row["file"])) for row in rows]


def _by_kind(batch: list[RawFile], translation: Translation) -> list[tuple[str, list[RawFile]]]:
    """The files of the batch by what they hold first. A file without documents goes with the first kind there is."""
    documents = [translation.documents[name].to_pylist()[::-1] for name in ("file", "kind")]
    kind_of = dict(zip(*documents, strict=True))
    default = next((kind for kind in KINDS if kind in kind_of.values()), "notice")
    kinds = {file.sha256: kind_of.get(file.sha256, default) for file in batch}
    grouped = [(kind, [file for file in batch if kinds[file.sha256] == kind]) for kind in KINDS]
    return [(kind, files) for kind, files in grouped if files]


def _record(
    hub: Hub, partner: Partner, kind: str, files: list[RawFile], translation: Translation, total: Processed
) -> None:
    """Carry one batch of one kind through the steps, and record the outcome at once."""
    controls = distinct(translation.interchanges["control"])
    translation = with_repeats(translation, hub.store.interchanges_of(partner.id, controls))
    checked = _check(hub, partner, translation)
    rows, changes = Rows(), tuple[Change, ...]()
    rows.add("interchange", _with(translation.interchanges, partner=partner.id))
    rows.add("document", checked.documents)
    findings, touched = [checked.findings], list[Touched]()
    found = NOTHING_FOUND
    if checked.sale_lines.num_rows:
        touched += _add_sales(hub, rows, checked)
    if checked.notice_lines.num_rows or amending(checked.documents).num_rows:
        amended = _add_notices(hub, partner, rows, checked)
        findings.append(amended.findings)
        changes += amended.changes
        touched.append(amended.touched)
    if checked.receipt_lines.num_rows or amending(checked.documents, "receipt").num_rows:
        counted = _add_receipts(hub, partner, rows, checked)
        findings.append(counted.told.findings)
        changes += counted.told.changes
        touched += counted.touched
        found = counted.told.found
    if checked.cancelled_sales.num_rows:
        cancelled = cancel_sales(hub, checked)
        rows.add("sale_cancelled", cancelled.rows)
        findings.append(cancelled.findings)
        touched += cancelled.touched
    touched += touched_by_shipments(hub, checked.others["shipment"], checked.outdated)
    changes += outdated(checked)
    told, changed = add_placed(hub, rows, touched, found)
    new, again = _by_batch(told, checked)
    findings.append(new)
    rows.add("finding", as_records(again, partner.id, f"{min(distinct(checked.documents['document']), default='')}:"))
    changes += changed
    for name, lines in checked.others.items():
        if name in STORED:
            rows.add(STORED[name], lines)
    for table, facts in learnt(hub, partner, {**checked.others, "notice": checked.notice_lines}):
        rows.add(table, facts)
    told, answered = _answered(hub, partner, translation)
    changes += answered
    found = pa.concat_tables([*findings, told])
    answers, unwritten = answers_to(hub, partner, files, translation, checked, found, rows.joined())
    rows.add("finding", as_records(pa.concat_tables([found, unwritten]), partner.id))
    rows.add("outbound_message", answers)
    rows.add("due_event", acknowledgements_due(hub, partner, answers))
    states = _file_states(files, checked)
    changes += tuple(
        Change("source_file", {"partner": partner.id, "file": file}, {"state": state}, {"state": "received"})
        for file, state in states.items()
    )
    recorded = rows.joined()
    hub.store.record(Outcome(f"process {kind}", partner.id, recorded, changes))
    total.add(recorded, list(states.values()))


def _check(hub: Hub, partner: Partner, translation: Translation) -> Checked:
    """The checks against what is known of these documents: earlier ones of their numbers, items, invoice lines."""
    lines = (translation.notice_lines, translation.receipt_lines)
    retailer_of = hub.catalog.retailer_names()
    retailers = retailers_of(translation.receipt_lines["retailer"].to_pylist(), retailer_of) | {partner.id}
    numbers = distinct(translation.documents["number"])
    return check(
        translation.documents,
        translation.notice_lines,
        translation.receipt_lines,
        translation.sale_lines,
        translation.findings,
        known_documents=hub.store.known_documents(partner.id, numbers),
        facts=facts_of(hub, sorted(retailers), *lines),
        known_sales=hub.store.known_invoice_lines(_invoice_line_ids(translation.sale_lines).to_pylist()),
        known_returns=hub.store.returns_of(partner.id, numbers).select(["retailer", "number", "document"]),
        others={kind: translation.lines[kind] for kind in (*STORED, "item")},
        retailer_of=retailer_of,
    )


def _add_sales(hub: Hub, rows: Rows, checked: Checked) -> Iterator[Touched]:
    """Invoice lines and items of a sales export; returns of these items are placed anew."""
    sales = checked.sale_lines
    rows.add("invoice_line", _invoice_lines(sales))
    rows.add("item", listed_items(sales))
    return _sold_to_each(hub, sales)


def _sold_to_each(hub: Hub, sales: pa.Table) -> Iterator[Touched]:
    """What the sales touch, retailer by retailer, of those that we know."""
    known, unsold = {one.id for one in hub.catalog.partners}, cancelled_among(hub, sales)
    for retailer in distinct(sales["retailer"]):
        if retailer in known:
            own = sales.filter(pc.equal(sales["retailer"], retailer))
            touched = touched_by_sales(hub, retailer, sold(own, _invoice_line_ids(own)), own["document"])
            yield replace(touched, unsold=unsold)


def _invoice_lines(sales: pa.Table) -> pa.Table:
    """Sale lines under their stored names and ids."""
    ids = _invoice_line_ids(sales)
    named = sales.drop_columns(["vendor_item", "description"]).rename_columns({"invoice_line": "invoice_line_no"})
    return named.append_column("invoice_line", ids)


def _invoice_line_ids(sales: pa.Table) -> pa.ChunkedArray:
    """company/invoice/line."""
    return pc.binary_join_element_wise(sales["company"], sales["invoice_number"], sales["invoice_line"], pa.scalar("/"))


def _add_notices(hub: Hub, partner: Partner, rows: Rows, checked: Checked) -> Amended:
    """Returns, their cartons and claims; what is cancelled or replaced is taken back."""
    opened = as_versions(open_returns(checked.documents, checked.notice_parts, partner.id), checked.documents)
    places = places_of(opened.return_lines, checked.notice_lines)
    amended = amend(hub, checked, opened, touched_by_claims(hub, partner.id, opened.claims, places))
    rows.add("notice_line", checked.notice_lines)
    rows.add("return", amended.opened.returns)
    rows.add("return_line", amended.opened.return_lines)
    rows.add("carton", amended.opened.cartons)
    for name, table in amended.rows:
        rows.add(name, table)
    rows.add("due_event", _receipts_due(partner, _announced(amended.opened.returns, checked.documents)))
    due, again = counts_due(hub, partner, opened)
    rows.add("due_event", due)
    return replace(amended, changes=(*amended.changes, *again))


def _add_receipts(hub: Hub, partner: Partner, rows: Rows, checked: Checked) -> Counted:
    """What the warehouse counted, against what is open; provisional returns for what nobody announced."""
    rows.add("receipt_line", checked.receipt_lines)
    counted = count(hub, partner, checked)
    for name in ("return", "return_line", "carton", "movement", "inspection", "difference"):
        rows.add(name, getattr(counted.told, f"{name}s"))
    rows.add("guess", guessed(hub, counted.told.strange))
    return counted


def _by_batch(findings: pa.Table, checked: Checked) -> tuple[pa.Table, pa.Table]:
    """Findings about documents of the batch; and those about lines of earlier receipts that were counted again."""
    own = pc.is_in(findings["document"], checked.documents["document"].combine_chunks())
    return findings.filter(own), findings.filter(pc.invert(own))


def _answered(hub: Hub, partner: Partner, translation: Translation) -> tuple[pa.Table, tuple[Change, ...]]:
    """What the partner says of what we sent: findings, and the new states of our messages."""
    controls = controls_of(translation.acknowledged)
    answered = acknowledge(translation.acknowledged, hub.store.outbound_of(partner.id, controls))
    return answered.findings, answered.changes


def _announced(returns: pa.Table, documents: pa.Table) -> pa.Table:
    """The returns that a notice opened, and not its cancel."""
    cancels = documents.filter(pc.equal(documents["purpose"], CANCEL))["document"]
    return returns.filter(pc.invert(pc.is_in(returns["document"], cancels.combine_chunks())))


def _receipts_due(partner: Partner, returns: pa.Table) -> pa.Table:
    """Each announced box is due at the dock some days after its notice."""
    days = pa.scalar(partner.policy.receipt_days * 24 * 60 * 60, pa.duration("s"))
    due = pc.add(returns["returned_on"].cast(pa.timestamp("s")), days).cast(pa.date32())
    table = pa.table({"subject": returns["return_id"], "due_on": due})
    return _with(table.filter(due.is_valid()), event="receipt", partner=partner.id)


def _file_states(files: Iterable[RawFile], checked: Checked) -> dict[str, str]:
    """A file is quarantined when something in it was fatal; its good documents are processed all the same."""
    fatal = checked.findings.filter(pc.equal(checked.findings["severity"], "fatal"))
    bad = set(fatal["file"].to_pylist())
    return {file.sha256: "quarantined" if file.sha256 in bad else "processed" for file in files}


def _with(table: pa.Table, **constants: str) -> pa.Table:
    """The table with columns that hold the same text in each row."""
    for name, value in constants.items():
        if name not in table.column_names:
            table = table.append_column(name, pa.repeat(value, table.num_rows))
    return table
