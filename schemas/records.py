"""Open this when you ask what is stored: one SQLModel table for each noun, all of them written by the store alone.

Rows are never built from outside data by these classes: work hands Arrow tables to the store (schemas/outcome.py).
Tables in SEALED carry their content's digest into the audit chain; APPEND_ONLY ones refuse UPDATE and DELETE.
Foreign keys hold the path of the money: no line without its document, no credit line without its decision.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

import schemas.naming  # noqa: F401  (names of constraints, before the first table)
from schemas.day_totals import DayTotal  # noqa: F401  (stored, and not sealed)
from schemas.goods_documents import GoodsDocumentLine, GoodsDocumentRow
from schemas.handling import AuthorisationRow, ClaimEvidence, Recourse, ReplacementOrder, Routing
from schemas.items import ItemComponent, ItemName
from schemas.marks import Mark  # noqa: F401  (stored, and neither sealed)
from schemas.message_lines import AnswerLine, BillingLine, DeductionLine, OrderLine, ShipmentLine
from schemas.moments import UtcTime
from schemas.pricing import CapUse, Deciding, Pricing, Settlement  # noqa: F401  (Deciding: stored, and neither sealed)
from schemas.resolutions import Guess, Question, Resolution
from schemas.reversals import ReversalLine
from schemas.supplied import SaleCancelled, SupplyCursor  # noqa: F401  (SupplyCursor: stored, and not sealed)

# --- what arrived


class Listing(SQLModel, table=True):
    """A file seen in a mailbox, with the last size and time seen: how a half-written file is told from a whole one."""

    partner: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    size: int
    modified: float
    unchanged_since: datetime = Field(sa_type=UtcTime)


class Arrival(SQLModel, table=True):
    """A file taken from a mailbox. The same bytes under another name are another arrival of the same source file."""

    arrival: str = Field(primary_key=True)
    partner: str
    channel: str
    name: str
    size: int
    modified: float
    file: str = Field(index=True)
    arrived_at: datetime = Field(sa_type=UtcTime)
    duplicate: bool = False
    archived: bool = False


class SourceFile(SQLModel, table=True):
    """Bytes in the vault, once for each partner. state: received, processed, quarantined."""

    __tablename__ = "source_file"
    __table_args__ = (Index(None, "state", "partner"), Index(None, "partner", "arrived_at"))
    partner: str = Field(primary_key=True)
    file: str = Field(primary_key=True)
    name: str
    size: int
    arrived_at: datetime = Field(sa_type=UtcTime)
    state: str = "received"
    standard: str | None = None


class Interchange(SQLModel, table=True):
    """An envelope as it arrived: ISA..IEA or UNB..UNZ."""

    __table_args__ = (Index(None, "partner", "control"),)
    interchange: str = Field(primary_key=True)
    partner: str
    file: str
    offset: int
    length: int
    standard: str
    sender: str
    receiver: str
    control: str
    usage: str = ""
    state: str = "accepted"


class Document(SQLModel, table=True):
    """A business document. state: accepted, quarantined, duplicate, held, superseded."""

    __table_args__ = (ForeignKeyConstraint(["partner", "file"], ["source_file.partner", "source_file.file"]),)
    document: str = Field(primary_key=True)
    partner: str = Field(index=True)
    file: str = Field(index=True)
    offset: int
    length: int
    kind: str
    standard: str
    message_type: str
    interchange_control: str | None = None
    group_control: str | None = None
    message_control: str | None = None
    number: str | None = Field(None, index=True)
    purpose: str | None = None
    issued_on: date | None = None
    rule_version: str
    content: str = ""  # digest of the normalised lines: tells a repeat from a conflict
    state: str = "accepted"
    duplicate_of: str | None = None


class FindingRow(SQLModel, table=True):
    """A finding, as recorded."""

    __tablename__ = "finding"
    finding: str = Field(primary_key=True)
    partner: str = Field(index=True)
    code: str
    severity: str
    file: str = Field(index=True)
    offset: int
    length: int
    path: str
    document: str | None = Field(None, index=True)
    line_no: int | None = None
    detail: str
    found_at: datetime = Field(sa_type=UtcTime)


class NoticeLine(SQLModel, table=True):
    """A line of a notice, as the retailer said it."""

    __tablename__ = "notice_line"
    document: str = Field(primary_key=True, foreign_key="document.document")
    line_no: int = Field(primary_key=True)
    file: str
    offset: int
    length: int
    store: str | None = None
    gtin: str | None = None
    vendor_item: str | None = None
    buyer_item: str | None = None
    style: str | None = None
    colour: str | None = None
    size: str | None = None
    quantity_raw: str | None = None
    unit_raw: str | None = None
    units: int | None = None
    po_number: str | None = None
    po_line: str | None = None
    header_po: str | None = None
    invoice_number: str | None = None
    delivery_note: str | None = None
    reason: str | None = None
    disposition: str | None = None
    carton: str | None = None
    unit_price: str | None = None
    currency: str | None = None
    item_by: str | None = None  # how its item was found: schemas.items.FOUND_BY


class ReceiptLine(SQLModel, table=True):
    """A line of a warehouse receipt, as the warehouse said it."""

    __tablename__ = "receipt_line"
    document: str = Field(primary_key=True, foreign_key="document.document")
    line_no: int = Field(primary_key=True)
    file: str
    offset: int
    length: int
    retailer: str | None = None
    notice_number: str | None = Field(None, index=True)
    store: str | None = None
    received_on: date | None = None
    po_number: str | None = None
    po_line: str | None = None
    header_po: str | None = None
    gtin: str | None = None
    vendor_item: str | None = None
    buyer_item: str | None = None
    quantity_raw: str | None = None
    unit_raw: str | None = None
    units: int | None = None
    condition: str | None = None
    carton: str | None = Field(None, index=True)
    complete: bool = True
    item_by: str | None = None


class MapVersion(SQLModel, table=True):
    """A version of a mapping, as it was when it was first seen. state: test, live, retired.

    A live version without ``promoted_at`` is one of the partner's first mappings. ``content`` is the resolved rules and
    the code lists they use, as JSON, so that an old version can be shown, compared and replayed.
    """

    __tablename__ = "map_version"
    partner: str = Field(primary_key=True)
    map: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    state: str = "test"
    first_seen_at: datetime = Field(sa_type=UtcTime)
    promoted_at: datetime | None = Field(None, sa_type=UtcTime)
    promoted_by: str | None = None
    note: str | None = None
    content: str


class PolicyVersion(SQLModel, table=True):
    """A version of a retailer's policy, as it was when it was first seen. state: founding, waiting, approved.

    Credits go out by a founding or approved version without a person until ``stands_until``. ``content`` is the whole
    policy as JSON, so that an old version can be shown and tried again. Its author never approves it.
    """

    __tablename__ = "policy_version"
    __table_args__ = (
        CheckConstraint("state in ('founding', 'waiting', 'approved')", name="policy_version_state"),
        CheckConstraint("state <> 'approved' or approved_by is not null", name="policy_version_approved"),
        CheckConstraint("approved_by <> written_by", name="policy_version_four_eyes"),
    )
    partner: str = Field(primary_key=True)
    policy: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    state: str = "waiting"
    valid_from: date | None = None
    expires: date | None = None
    written_by: str | None = None
    first_seen_at: datetime = Field(sa_type=UtcTime)
    approved_at: datetime | None = Field(None, sa_type=UtcTime)
    approved_by: str | None = None
    stands_until: date | None = None
    note: str | None = None
    content: str


# --- what was sold


class Item(SQLModel, table=True):
    """An article of ours."""

    gtin: str = Field(primary_key=True)
    vendor_item: str = Field(index=True)
    description: str = ""


class InvoiceLine(SQLModel, table=True):
    """A sold line: order and invoice, units and exact money. The basis of credit."""

    __tablename__ = "invoice_line"
    __table_args__ = (Index(None, "gtin", "retailer"),)
    invoice_line: str = Field(primary_key=True)
    document: str = Field(foreign_key="document.document")
    line_no: int
    file: str
    offset: int
    length: int
    company: str
    retailer: str
    store: str | None = None
    invoice_number: str
    invoice_line_no: str
    po_number: str | None = Field(None, index=True)
    po_line: str | None = None
    delivery_note: str | None = None
    sold_on: date
    gtin: str
    units: int
    unit_price: str
    net_minor: int
    tax_minor: int
    tax_category: str
    tax_rate: str
    currency: str


class Creditable(SQLModel, table=True):
    """What returns have taken of an invoice line. The database itself refuses more units or money than were sold."""

    __table_args__ = (
        CheckConstraint("units_taken between 0 and units", name="creditable_units_taken"),
        CheckConstraint("net_taken between 0 and net_minor", name="creditable_net_taken"),
        CheckConstraint("tax_taken between 0 and tax_minor", name="creditable_tax_taken"),
        CheckConstraint("units_credited between 0 and units_taken", name="creditable_units_credited"),
        CheckConstraint("net_credited between 0 and net_taken", name="creditable_net_credited"),
        CheckConstraint("tax_credited between 0 and tax_taken", name="creditable_tax_credited"),
    )
    invoice_line: str = Field(primary_key=True, foreign_key="invoice_line.invoice_line")
    units: int
    net_minor: int
    tax_minor: int
    units_taken: int = 0
    net_taken: int = 0
    tax_taken: int = 0
    units_credited: int = 0
    net_credited: int = 0
    tax_credited: int = 0


# --- what we hold


class Return(SQLModel, table=True):
    """A return as we hold it. origin: notice, or dock for a provisional return from an unannounced box."""

    __tablename__ = "return"
    __table_args__ = (UniqueConstraint("retailer", "number"), Index(None, "retailer", "origin", "store"))
    return_id: str = Field(primary_key=True)
    retailer: str
    number: str = Field(index=True)
    origin: str
    document: str = Field(foreign_key="document.document")  # the notice, or the receipt of a provisional return
    store: str | None = None
    returned_on: date | None = None


class ReturnLine(SQLModel, table=True):
    """A line of a return, with what it claims."""

    __tablename__ = "return_line"
    return_line: str = Field(primary_key=True)
    return_id: str = Field(index=True, foreign_key="return.return_id")
    retailer: str = Field(index=True)
    document: str = Field(foreign_key="document.document")
    line_no: int
    origin: str
    gtin: str | None = None
    units: int
    carton: str | None = None
    reason: str | None = None
    disposition: str | None = None
    po_number: str | None = None
    unit_price: str | None = None


class Carton(SQLModel, table=True):
    """A box. state: expected, verified, discrepant, unexpected."""

    carton: str = Field(primary_key=True)
    return_id: str = Field(primary_key=True, foreign_key="return.return_id")
    state: str = "expected"


class Claim(SQLModel, table=True):
    """What a return line states, kept as it first looked for a sale, with the place where it is said.

    Later documents re-open the lines they touch; their claims are read again from here.
    """

    __table_args__ = (
        Index(None, "retailer", "gtin"),
        Index(None, "retailer", "po_number"),
        Index(None, "retailer", "invoice_number"),
        Index(None, "retailer", "delivery_note"),
        Index(None, "carton"),
    )
    return_line: str = Field(primary_key=True, foreign_key="return_line.return_line")
    return_id: str = Field(index=True, foreign_key="return.return_id")
    retailer: str
    document: str = Field(foreign_key="document.document")
    line_no: int
    file: str
    offset: int
    length: int
    store: str | None = None
    gtin: str | None = None
    units: int
    returned_on: date | None = None
    carton: str | None = None
    po_number: str | None = None
    po_line: str | None = None
    header_po: str | None = None
    invoice_number: str | None = None
    delivery_note: str | None = None
    unit_price: str | None = None


class Placing(SQLModel, table=True):
    """How often claims of a retailer were placed: two runs that place for one retailer at once see each other."""

    retailer: str = Field(primary_key=True)
    edition: int


class Assignment(SQLModel, table=True):
    """Units of a return line that a person put on an invoice line, or, with ``undoes``, took back from it."""

    assignment: str = Field(primary_key=True)
    return_line: str = Field(index=True, foreign_key="return_line.return_line")
    invoice_line: str = Field(foreign_key="invoice_line.invoice_line")
    units: int
    reason: str
    by: str
    at: datetime = Field(sa_type=UtcTime)
    undoes: str | None = Field(None, unique=True, foreign_key="assignment.assignment")


class Allocation(SQLModel, table=True):
    """Units of a return line on an invoice line: a portion, with its evidence."""

    portion: str = Field(primary_key=True)
    return_line: str = Field(index=True, foreign_key="return_line.return_line")
    invoice_line: str | None = Field(None, index=True, foreign_key="invoice_line.invoice_line")
    units: int
    net_minor: int
    tax_minor: int
    currency: str
    evidence: str
    rank: int
    held: str | None = None
    repair: str | None = None
    runner_up: str | None = None
    runner_up_held: str | None = None
    spread_low: int
    spread_high: int
    spread_currency: str | None = None
    unplaced: str | None = None
    nearest: str | None = None
    rule_version: str


# Only money that a credit leaves out moves without units.
MOVEMENT_UNITS = (
    "units > 0 or (units = 0 and 'withheld' in (from_bucket, to_bucket) and (net_minor > 0 or tax_minor > 0))"
)


class Movement(SQLModel, table=True):
    """Units and money from one bucket to another. Append-only; the truth of the ledger."""

    __table_args__ = (CheckConstraint(MOVEMENT_UNITS, name="movement_units"),)
    movement: str = Field(primary_key=True)
    portion: str = Field(index=True, foreign_key="allocation.portion")
    return_line: str = Field(foreign_key="return_line.return_line")  # as its portion's, by which it is looked up
    invoice_line: str | None = Field(None, foreign_key="invoice_line.invoice_line")  # as its portion's
    units: int
    net_minor: int
    tax_minor: int
    currency: str
    from_bucket: str
    to_bucket: str
    cause: str
    rule_version: str
    at: datetime = Field(sa_type=UtcTime)


class Inspection(SQLModel, table=True):
    """The condition in which a movement into `received` was counted.

    ``replaces`` is the inspection of the same units before they were placed anew.
    """

    __table_args__ = (
        Index(
            None, "replaces",
            sqlite_where=text("replaces is not null"), postgresql_where=text("replaces is not null"),
        ),
    )  # fmt: skip
    movement: str = Field(primary_key=True, foreign_key="movement.movement")
    portion: str = Field(index=True, foreign_key="allocation.portion")
    units: int
    condition: str
    receipt_document: str = Field(index=True, foreign_key="document.document")
    replaces: str | None = Field(None, foreign_key="inspection.movement")


class Difference(SQLModel, table=True):
    """Announced against received, as it was told: by a receipt, or where nothing came by the notice and the clock.

    What of it still holds, and as which kind, is ``pipelines.steps.differences``; ``receipt_document`` is who told it.
    """

    return_line: str = Field(primary_key=True, foreign_key="return_line.return_line")
    kind: str = Field(primary_key=True, index=True)
    receipt_document: str = Field(primary_key=True, index=True, foreign_key="document.document")
    receipt_line_no: int = Field(primary_key=True)
    units: int


class Decision(SQLModel, table=True):
    """What happens with units, and the rule that said so."""

    decision: str = Field(primary_key=True)
    portion: str = Field(index=True, foreign_key="allocation.portion")
    return_line: str = Field(foreign_key="return_line.return_line")  # as its portion's, by which it is looked up
    outcome: str
    units: int
    net_minor: int
    tax_minor: int
    currency: str
    credit_net: int | None = None  # empty in decisions from before there were terms: all of it
    credit_tax: int | None = None
    owed_net: int | None = None  # millionths of a minor unit that rounding left
    owed_tax: int | None = None
    rule: str
    because: str
    policy_version: str
    at: datetime = Field(sa_type=UtcTime)


# --- money


class CreditIntent(SQLModel, table=True):
    """A credit that must reach the ERP once. state: ready, needs_approval, sent, drafted, posted, uncertain, parked.

    A counter-document is one too: ``kind`` is reversal or correction (empty: a credit), ``reverses`` the posted credit
    that it takes back. Nobody approved it and nothing was sent: a person may withdraw it (state withdrawn).
    """

    __tablename__ = "credit_intent"
    __table_args__ = (
        UniqueConstraint("company", "return_id", "sequence"),
        Index(None, "retailer", "state"),
        CheckConstraint(
            "state = 'needs_approval' or coalesce(approvals, 0) >= coalesce(approvals_needed, 0)",
            name="credit_intent_approved",
        ),
    )
    reference: str = Field(primary_key=True)
    company: str
    retailer: str
    return_id: str = Field(index=True, foreign_key="return.return_id")
    sequence: int
    currency: str
    net_minor: int
    tax_minor: int
    request: str  # canonical JSON
    request_hash: str
    state: str = Field(index=True)
    attempts: int = 0
    lease_owner: str | None = None
    lease_fence: int = 0
    lease_until: datetime | None = Field(None, sa_type=UtcTime)
    look_again_at: datetime | None = Field(None, sa_type=UtcTime)
    draft_id: str | None = Field(None, unique=True)
    approved_by: str | None = None
    problem: str | None = None
    intended_on: date | None = Field(None, index=True)
    approvals_needed: int | None = None
    approvals: int | None = None
    kind: str | None = None
    reverses: str | None = Field(None, index=True, foreign_key="credit_intent.reference")


class Spending(SQLModel, table=True):
    """What went out by itself on a day, for a retailer or (``retailer`` empty) for all, against its limit.

    The database refuses more than the limit; of two runs that spend from one total the later reads again.
    """

    __table_args__ = (CheckConstraint("net_minor <= limit_minor", name="spending_limit"),)
    day: date = Field(primary_key=True)
    retailer: str = Field(primary_key=True)
    currency: str = Field(primary_key=True)
    net_minor: int
    limit_minor: int  # as it was agreed with the retailer that spent last


class CreditPart(SQLModel, table=True):
    """What a person has to do with a credit: preparer, rule_editor, receiver or approver.

    Nobody has two parts in one credit, so that whoever has one of the others cannot approve it: the key says so.
    ``person`` is the name in small letters, ``name`` as it was written.
    """

    __tablename__ = "credit_part"
    __table_args__ = (
        CheckConstraint("part in ('preparer', 'rule_editor', 'receiver', 'approver')", name="credit_part_part"),
    )
    reference: str = Field(primary_key=True, foreign_key="credit_intent.reference")
    person: str = Field(primary_key=True)
    part: str
    name: str
    at: datetime = Field(sa_type=UtcTime)


class PostingStop(SQLModel, table=True):
    """All posting was stopped until a person resumes it. kind: net, notes or erp; see schemas.control.Breakers."""

    __tablename__ = "posting_stop"
    __table_args__ = (CheckConstraint("(resumed_at is null) = (resumed_by is null)", name="posting_stop_resumed"),)
    stop: str = Field(primary_key=True)
    kind: str
    why: str
    at: datetime = Field(sa_type=UtcTime)
    resumed_at: datetime | None = Field(None, sa_type=UtcTime)
    resumed_by: str | None = None
    note: str | None = None


class CreditIntentLine(SQLModel, table=True):
    """A credit decision on an intent. A decision stands on one intent only; without a decision there is no line."""

    __tablename__ = "credit_intent_line"
    reference: str = Field(primary_key=True, foreign_key="credit_intent.reference")
    line_no: int = Field(primary_key=True)
    decision: str = Field(unique=True, foreign_key="decision.decision")
    portion: str = Field(index=True, foreign_key="allocation.portion")
    return_line: str = Field(index=True, foreign_key="return_line.return_line")
    invoice_line: str = Field(foreign_key="invoice_line.invoice_line")
    units: int
    net_minor: int
    tax_minor: int
    withheld_net: int | None = None  # what the units cost more than is credited; empty: nothing
    withheld_tax: int | None = None


class CreditNote(SQLModel, table=True):
    """A posted credit note, as read back from the ERP."""

    __tablename__ = "credit_note"
    __table_args__ = (Index(None, "posted_on", "number"),)
    reference: str = Field(primary_key=True, foreign_key="credit_intent.reference")
    number: str = Field(unique=True)
    draft_id: str = Field(unique=True)
    posted_on: date
    currency: str
    net_minor: int
    tax_minor: int
    document_digest: str  # sha256 of the posted document as read back


# --- answers, clocks, audit


class OutboundMessage(SQLModel, table=True):
    """An answer on its way; its bytes are in the vault. state: pending, sent, acknowledged, rejected.

    ``answered_by`` is the file in which the partner acknowledged or rejected it.
    """

    __tablename__ = "outbound_message"
    __table_args__ = (Index(None, "partner", "control"), Index(None, "partner", "state"), Index(None, "kind", "state"))
    key: str = Field(primary_key=True)
    partner: str
    channel: str
    kind: str
    name: str
    file: str
    control: int | None = None
    in_answer_to: str = Field(index=True)
    state: str = "pending"
    answered_by: str | None = None


class DueEvent(SQLModel, table=True):
    """What must happen next, and by when. Overdue ones are in somebody's queue."""

    __tablename__ = "due_event"
    __table_args__ = (Index(None, "event", "met", "partner"),)
    subject: str = Field(primary_key=True)
    event: str = Field(primary_key=True)
    partner: str
    due_on: date
    met: bool = False


class AuditEvent(SQLModel, table=True):
    """One recorded outcome: who did what, the digests of the rows it wrote, and the hash of the event before.

    ``rows`` is JSON: how many rows of which tables, and the digest of the packed ``roll`` that lists them with theirs.
    In the first form of events, which have no roll, it is table → row key → digest.
    """

    __tablename__ = "audit_event"
    seq: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcTime)
    actor: str
    action: str
    subject: str
    rows: str
    roll: bytes | None = None
    prev_hash: str
    hash: str


SEALED: tuple[type[SQLModel], ...] = (
    SourceFile, Document, NoticeLine, ReceiptLine, OrderLine, ShipmentLine, BillingLine, DeductionLine, AnswerLine,
    InvoiceLine, Creditable, Return, ReturnLine, Assignment, Allocation, Movement, Inspection, Difference, Decision,
    Pricing, CapUse, Settlement,
    CreditIntent, CreditIntentLine, ReversalLine, CreditNote, OutboundMessage, MapVersion, PolicyVersion,
    CreditPart, PostingStop, AuthorisationRow, Routing, Question, Resolution, Guess,
    ClaimEvidence, ReplacementOrder, Recourse, SaleCancelled, GoodsDocumentRow, GoodsDocumentLine,
)  # fmt: skip

APPEND_ONLY: tuple[type[SQLModel], ...] = (
    NoticeLine, ReceiptLine, OrderLine, ShipmentLine, BillingLine, DeductionLine, AnswerLine, InvoiceLine, Claim,
    Assignment, Allocation, Movement, Inspection, Difference, Decision, Pricing, CapUse, Settlement,
    CreditIntentLine, ReversalLine, CreditPart, CreditNote,
    AuditEvent, AuthorisationRow, Routing, Question, Resolution, Guess,
    ClaimEvidence, SaleCancelled, GoodsDocumentLine,
)  # fmt: skip

# Facts that may be told again: a row whose key is known is left as it is, or (LATEST) takes its other columns anew.
TOLD_AGAIN: tuple[type[SQLModel], ...] = (Item, ItemName)
LATEST: tuple[type[SQLModel], ...] = (ItemComponent,)
