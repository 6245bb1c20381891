"""Open this when you ask what became of a document: accepted, quarantined, a duplicate, or held for a person."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.amend import AMENDED, AMENDS, CANCEL, Version, outdone_by
from pipelines.steps.content import digest_of_documents
from pipelines.steps.items import ItemFacts, exploded, identify
from pipelines.steps.lines import (
    SALE,
    bad_quantities,
    lines_with_errors,
    mask_of,
    usable_sales,
    without_units_where,
)
from pipelines.steps.standing import WITHDRAWN, after, said, stands
from schemas.findings import Finding, Place, as_table
from schemas.tables import DOCUMENTS, SALE_LINES

ACCEPTED, QUARANTINED, DUPLICATE, HELD = "accepted", "quarantined", "duplicate", "held"
SUPERSEDED = "superseded"

CHECKED_DOCUMENTS = pa.schema(
    [
        *DOCUMENTS,
        pa.field("content", pa.string()),
        pa.field("state", pa.string()),
        pa.field("duplicate_of", pa.string()),
    ]
)
# A remittance that takes nothing from what it pays has nothing to say here; any other document without lines is wrong.
WITHOUT_LINES = frozenset({("deduction", "820")})
DOUBTS = frozenset({"LINE-CASE-DOUBTFUL", "LINE-SOLD-IN-PACKS"})  # they say what is wrong with the quantity
NO_NAMES: Mapping[str, str] = MappingProxyType({})
NO_OTHERS: Mapping[str, pa.Table] = MappingProxyType({})
NO_SALES = pa.schema([pa.field("invoice_line", pa.string()), *(SALE_LINES.field(name) for name in SALE)]).empty_table()
NO_RETURNS = pa.schema([("retailer", pa.string()), ("number", pa.string()), ("document", pa.string())]).empty_table()


@dataclass(frozen=True, slots=True)
class Checked:
    """What is left to work with: documents with content, state and duplicate_of; lines of accepted ones; findings.

    ``notice_parts`` and ``receipt_parts`` are the same lines with those of assortments taken apart (``exploded``).
    ``others`` are lines by kind of which nothing is worked out yet: orders, shipments, invoices, deductions, answers.
    ``cancelled_sales`` are lines of invoices that hold no longer; ``outdated`` names earlier documents, stored as
    accepted, whose place one of this batch takes (``standing``).
    """

    documents: pa.Table
    notice_lines: pa.Table
    receipt_lines: pa.Table
    sale_lines: pa.Table
    findings: pa.Table
    others: Mapping[str, pa.Table]
    notice_parts: pa.Table
    receipt_parts: pa.Table
    cancelled_sales: pa.Table = field(default_factory=SALE_LINES.empty_table)
    outdated: tuple[str, ...] = ()


def check(
    documents: pa.Table,
    notice_lines: pa.Table,
    receipt_lines: pa.Table,
    sale_lines: pa.Table,
    findings: pa.Table,
    known_documents: pa.Table,
    facts: ItemFacts,
    known_sales: pa.Table = NO_SALES,
    known_returns: pa.Table = NO_RETURNS,
    others: Mapping[str, pa.Table] = NO_OTHERS,
    retailer_of: Mapping[str, str] = NO_NAMES,
) -> Checked:
    """Judge the documents of one batch against each other and against what is known; findings go in and come out.

    ``known_documents`` has document, partner, kind, number, purpose, issued_on, content, state (only accepted ones
    count); ``facts`` are of the items that lines may mean; ``known_sales`` has invoice_line and the columns of
    ``lines.SALE``; ``known_returns`` retailer, number and the document that opened the return; ``retailer_of`` names
    by which warehouses call retailers. Among documents of one number the first row is the original; of notices and
    receipts that cancel or replace the latest counts (``amend``), also before it. Lines with an error come out without
    units, and so do lines of notices and receipts without a usable quantity.
    """
    tables = (notice_lines, receipt_lines, sale_lines, *others.values())
    content = digest_of_documents(documents, *tables)
    filled = _with_lines(*tables)
    verdicts, told, outdated = _judge(documents, content, filled, findings, known_documents, known_returns)
    held = lines_with_errors(findings)
    accepted = pa.array([v.document for v in verdicts if v.state == ACCEPTED], pa.string())
    telling = _without(documents, accepted, CANCEL)
    standing = _without(documents, accepted, WITHDRAWN)
    notices, told_notices = _lines(notice_lines, telling, held, facts, _senders(documents, notice_lines), least=1)
    receipts, told_receipts = _lines(receipt_lines, telling, held, facts, _named(receipt_lines, retailer_of), least=0)
    sales, told_sales = usable_sales(_sound(_of(sale_lines, standing), held), known_sales)
    cancelled = _of(sale_lines, accepted.filter(pc.invert(pc.is_in(accepted, standing))))
    told = [*told, *told_notices, *told_receipts, *told_sales]
    found = pa.concat_tables([findings, as_table(told)])
    kept = {kind: _held_back(_of(lines, standing), held) for kind, lines in others.items()}
    judged = _checked(documents, content, verdicts)
    notice_parts, receipt_parts = (exploded(lines, facts.components) for lines in (notices, receipts))
    cancelled = _sound(cancelled, held)
    return Checked(judged, notices, receipts, sales, found, kept, notice_parts, receipt_parts, cancelled, outdated)


@dataclass(frozen=True, slots=True)
class _Verdict:
    document: str
    state: str
    duplicate_of: str | None = None
    code: str | None = None
    detail: str = ""


@dataclass(slots=True)
class _Known:
    """Accepted documents by their business key: earlier ones, and those of this batch as they are judged."""

    by_key: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    returns: dict[tuple[str, str], str] = field(default_factory=dict)
    amended: dict[tuple[str, str, str], list[Version]] = field(default_factory=dict)
    outdated: list[str] = field(default_factory=list)


def _judge(
    documents: pa.Table,
    content: list[str],
    filled: set[str],
    findings: pa.Table,
    known_documents: pa.Table,
    known_returns: pa.Table,
) -> tuple[list[_Verdict], list[Finding], tuple[str, ...]]:
    known = _known(known_documents, known_returns)
    fatal = _fatal(documents, findings)
    verdicts, told = list[_Verdict](), list[Finding]()
    rows = list(zip(documents.to_pylist(), content, strict=True))
    amendments = _amendments(rows, fatal, filled, known)
    for row, digest in rows:
        verdict = amendments.get(row["document"])
        if verdict is None:
            verdict = _verdict(row, digest, row["document"] in fatal, row["document"] in filled, known)
            if verdict.state == ACCEPTED and row["kind"] != "sales":
                known.by_key[_key(row)] = (row["document"], said(row["purpose"], digest))
        if verdict.code:
            place = Place(row["file"], row["offset"], row["length"])
            told.append(Finding(verdict.code, place, verdict.detail, row["document"]))
        verdicts.append(verdict)
    verdicts, outdated = _with_outdated(verdicts, known.outdated)
    return verdicts, told, outdated


def _with_outdated(verdicts: list[_Verdict], outdated: list[str]) -> tuple[list[_Verdict], tuple[str, ...]]:
    """The verdicts when a later version took the place of these documents; and those that are not of this batch."""
    gone, here = set(outdated), {one.document for one in verdicts}
    told = [replace(one, state=SUPERSEDED) if one.document in gone else one for one in verdicts]
    return told, tuple(sorted(gone - here))


def _amendments(
    rows: list[tuple[dict[str, Any], str]], fatal: set[str], filled: set[str], known: _Known
) -> dict[str, _Verdict]:
    """Notices and receipts that cancel or replace, judged before the others and the latest of them first."""
    own = [pair for pair in reversed(rows) if pair[0]["kind"] in AMENDED and pair[0]["purpose"] in AMENDS]
    own.sort(key=lambda pair: pair[0]["issued_on"] or date.max, reverse=True)
    verdicts = {}
    for row, digest in own:
        document, purpose = row["document"], row["purpose"]
        if document in fatal or not row["number"]:
            verdict = _verdict(row, digest, document in fatal, True, known)
        elif purpose != CANCEL and document not in filled:
            verdict = _Verdict(document, QUARANTINED, code="DOC-NO-LINES", detail=f"{row['kind']} {row['number']}")
        else:
            verdict = _amendment(row, digest, known)
        verdicts[document] = verdict
        if verdict.state == ACCEPTED:
            version = Version(document, purpose, row["issued_on"], digest, here=True)
            known.amended.setdefault(_key(row), []).append(version)
    return verdicts


def _amendment(row: dict[str, Any], digest: str, known: _Known) -> _Verdict:
    """The state of a notice or receipt that cancels or replaces the earlier ones of its number."""
    document, purpose, number = row["document"], row["purpose"], row["number"]
    others = known.amended.get(_key(row), [])
    for other in others:
        if (other.purpose, other.content) == (purpose, digest):
            detail = f"{purpose} of {number} came as {other.document}"
            return _Verdict(document, DUPLICATE, other.document, "DOC-DUPLICATE", detail)
    if by := outdone_by(purpose, row["issued_on"], others):
        return _Verdict(document, SUPERSEDED, None, "DOC-SUPERSEDED", f"{purpose} of {number} by {by}")
    opened_by = known.returns.get((row["partner"], number)) if row["kind"] == "notice" else None
    if opened_by is not None and not others and _key(row) not in known.by_key:
        return _Verdict(document, HELD, None, "DOC-CONFLICT", f"return {number} was opened by {opened_by}")
    return _Verdict(document, ACCEPTED)


def _verdict(row: dict[str, Any], digest: str, fatal: bool, filled: bool, known: _Known) -> _Verdict:
    """The state of one document. What cannot be trusted is quarantined before it is compared with anything."""
    document, number, purpose = row["document"], row["number"], row["purpose"]
    if fatal:
        return _Verdict(document, QUARANTINED)
    if row["kind"] != "sales" and not number:
        return _Verdict(document, QUARANTINED, code="DOC-NO-NUMBER", detail=f"no number in this {row['kind']}")
    if stands(row) and (filled or purpose == WITHDRAWN):
        return _standing(row, digest, known)
    if purpose in ("cancel", "replace"):
        return _Verdict(document, HELD, code="DOC-PURPOSE-HELD", detail=f"purpose {purpose} of {number}")
    if not filled and (row["kind"], row["message_type"]) not in WITHOUT_LINES:
        return _Verdict(document, QUARANTINED, code="DOC-NO-LINES", detail=f"{row['kind']} {number or ''}".strip())
    if row["kind"] == "sales":
        return _Verdict(document, ACCEPTED)
    return _compared(row, digest, known)


def _standing(row: dict[str, Any], digest: str, known: _Known) -> _Verdict:
    """The state of an order or shipment as it stands in our ERP; the version before it is noted as outdated."""
    last = known.by_key.get(_key(row), (None, None))
    found = after(row, digest, last)
    if not found.new:
        return _Verdict(row["document"], DUPLICATE, last[0])
    if found.outdated is not None:
        known.outdated.append(found.outdated)
    return _Verdict(row["document"], ACCEPTED)


def _compared(row: dict[str, Any], digest: str, known: _Known) -> _Verdict:
    """The state of a sound document that may have been sent before."""
    document, number = row["document"], row["number"]
    original, content = known.by_key.get(_key(row), (None, None))
    if original is not None and content == digest:
        return _Verdict(document, DUPLICATE, original, "DOC-DUPLICATE", f"{row['kind']} {number} came as {original}")
    if original is not None:
        return _Verdict(
            document, HELD, None, "DOC-CONFLICT", f"{row['kind']} {number} came with other lines as {original}"
        )
    if by := outdone_by("original", None, known.amended.get(_key(row), ())):
        return _Verdict(
            document, SUPERSEDED, None, "DOC-SUPERSEDED", f"{row['kind']} {number} by {by}, which came before it"
        )
    opened_by = known.returns.get((row["partner"], number)) if row["kind"] == "notice" else None
    if opened_by is not None:
        return _Verdict(document, HELD, None, "DOC-CONFLICT", f"return {number} was opened by {opened_by}")
    return _Verdict(document, ACCEPTED)


def _known(known_documents: pa.Table, known_returns: pa.Table) -> _Known:
    accepted = known_documents.filter(pc.equal(known_documents["state"], ACCEPTED))
    by_key, amended = {}, defaultdict(list)
    for row in accepted.to_pylist():
        if row["kind"] in AMENDED and row["purpose"] in AMENDS:
            version = Version(row["document"], row["purpose"], row["issued_on"], row["content"])
            amended[_key(row)].append(version)
        elif row["kind"] != "sales":
            by_key[_key(row)] = (row["document"], said(row["purpose"], row["content"]))
    returns = {(row["retailer"], row["number"]): row["document"] for row in known_returns.to_pylist()}
    return _Known(by_key, returns, dict(amended))


def _without(documents: pa.Table, accepted: pa.Array, purpose: str) -> pa.Array:
    """Lines of a document that takes an earlier one back (cancel) or holds no longer (withdrawn) tell nothing."""
    cancels = documents.filter(pc.fill_null(pc.equal(documents["purpose"], purpose), False))["document"]
    return accepted.filter(pc.invert(pc.is_in(accepted, cancels.combine_chunks())))


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["partner"], row["kind"], row["number"]


def _fatal(documents: pa.Table, findings: pa.Table) -> set[str]:
    """Documents with a fatal finding: their own, or one without a document whose place covers theirs."""
    fatal = findings.filter(pc.equal(findings["severity"], "fatal")).to_pylist()
    named = {row["document"] for row in fatal if row["document"] is not None}
    places = [(row["file"], row["offset"], row["offset"] + row["length"]) for row in fatal if row["document"] is None]
    return named | set(_covered(documents, places)) if places else named


def _covered(documents: pa.Table, places: list[tuple[str, int, int]]) -> Iterator[str]:
    for row in documents.select(["document", "file", "offset"]).to_pylist():
        if any(file == row["file"] and start <= row["offset"] < end for file, start, end in places):
            yield row["document"]


def _with_lines(*tables: pa.Table) -> set[str]:
    return {document for table in tables for document in table["document"].unique().to_pylist()}


def _lines(
    lines: pa.Table,
    accepted: pa.Array,
    held: set[tuple[str, int]],
    facts: ItemFacts,
    retailers: pa.ChunkedArray,
    least: int,
) -> tuple[pa.Table, list[Finding]]:
    """Notice or receipt lines of accepted documents with their items as they were sold, and what is wrong with them.

    Doubts hold what is announced, never what was counted: goods that came are there.
    """
    chosen = pc.is_in(lines["document"], accepted)
    own, told = identify(lines.filter(chosen), retailers.filter(chosen), facts, holds=least > 0)
    faulty = mask_of(own, held)
    doubted = mask_of(own, [(one.document or "", one.line_no or 0) for one in told if one.code in DOUBTS])
    few = pc.fill_null(pc.less(own["units"], least), True)
    quantities = bad_quantities(own.filter(pc.and_(few, pc.invert(pc.or_(faulty, doubted)))))
    usable = without_units_where(own, pc.or_(faulty, few))
    return usable, sorted([*quantities, *told], key=lambda f: (f.place.file, f.place.offset, f.line_no or 0))


def _senders(documents: pa.Table, lines: pa.Table) -> pa.ChunkedArray:
    """The partner of each line's document."""
    row = pc.index_in(lines["document"], documents["document"].combine_chunks())
    return pa.chunked_array([documents["partner"].take(row).combine_chunks()], pa.string())


def _named(lines: pa.Table, retailer_of: Mapping[str, str]) -> pa.ChunkedArray:
    """The retailer of each line, as the warehouse names it."""
    names = pa.array(list(retailer_of), pa.string())
    row = pc.index_in(lines["retailer"], names, skip_nulls=True)
    return pa.chunked_array([pa.array(list(retailer_of.values()), pa.string()).take(row.combine_chunks())])


def _of(lines: pa.Table, accepted: pa.Array) -> pa.Table:
    return lines.filter(pc.is_in(lines["document"], accepted))


def _held_back(lines: pa.Table, held: set[tuple[str, int]]) -> pa.Table:
    """The lines as they were said; those with an error have no units."""
    return without_units_where(lines, mask_of(lines, held))


def _sound(lines: pa.Table, held: set[tuple[str, int]]) -> pa.Table:
    return lines.filter(pc.invert(mask_of(lines, held)))


def _checked(documents: pa.Table, content: list[str], verdicts: list[_Verdict]) -> pa.Table:
    added = [
        pa.array(content, pa.string()),
        pa.array([v.state for v in verdicts], pa.string()),
        pa.array([v.duplicate_of for v in verdicts], pa.string()),
    ]
    return pa.table([*(documents[name] for name in DOCUMENTS.names), *added], schema=CHECKED_DOCUMENTS)
