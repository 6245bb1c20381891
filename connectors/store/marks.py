"""Open this when a step misses what is not finished, or finds what is: which rows set a mark, and which take it away.

Marks are set in the transaction that writes the rows (schemas/marks.py says what each means). A step that has looked at
a mark takes it away with its outcome (``Outcome.seen``), unless there was new cause meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from connectors.store import database
from connectors.store.balances import MANY, chunks
from connectors.store.fresh_marks import When, mark_new, opens, retailers_of, where
from connectors.store.insert import Rows
from schemas.differences import MISSING
from schemas.ledger import OPEN, Bucket
from schemas.marks import Kind
from schemas.outcome import Change

_LABEL = r"^[0-9]{18}$"  # an SSCC names one box wherever it is read


@dataclass(frozen=True, slots=True)
class _Cause:
    """Rows of a table, those for which ``when`` holds, that set marks; ``marked`` finds these by a column of theirs."""

    table: str
    column: str
    kind: Kind
    marked: str
    when: When | None = None


def _differs(movements: pa.Table) -> pa.Array:
    """Whether units came, did not come, or were told anew: what a difference is made of."""
    came = where("to_bucket", Bucket.RECEIVED, Bucket.SHORT, Bucket.CANCELLED, Bucket.MOVED)(movements)
    anew = pc.equal(movements["to_bucket"], Bucket.ANNOUNCED.value)
    anew = pc.and_(anew, where("from_bucket", Bucket.RECEIVED, Bucket.SHORT)(movements))
    return pc.or_(pc.or_(came, anew), pc.equal(movements["from_bucket"], Bucket.SHORT.value))


def _names_a_box(lines: pa.Table) -> pa.Array:
    return pc.match_substring_regex(lines["carton"], _LABEL)


def _accepts_missing(resolutions: pa.Table) -> pa.Array:
    return pc.and_(where("action", "accept")(resolutions), where("kind", *MISSING)(resolutions))


def _is_said_again(resolutions: pa.Table) -> pa.Array:
    """Of what was said first nothing was decided before."""
    return pc.greater(resolutions["turn"], 1)


def _closes(movements: pa.Table) -> pa.Array:
    return pc.and_(where("from_bucket", *OPEN)(movements), pc.invert(where("to_bucket", *OPEN)(movements)))


_RETURN = "select distinct l.return_id as subject, l.retailer from return_line as l where {among}"
_PORTION = (
    "select distinct a.portion as subject, l.retailer from allocation as a "
    "join return_line as l on l.return_line = a.return_line where {among}"
)
_BOX = (
    "select distinct c.return_id as subject, r.retailer from carton as c "
    'join "return" as r on r.return_id = c.return_id where {among}'
)
_DECISION = (
    "select d.decision as subject, l.retailer from decision as d "
    "join return_line as l on l.return_line = d.return_line where {among}"
)
_NOTE = (
    "select n.reference as subject, i.retailer from credit_note as n "
    "join credit_intent as i on i.reference = n.reference and i.kind is null where {among}"
)
_MISSED_BY = (
    "select distinct l.return_id as subject, l.retailer from difference as f "
    "join return_line as l on l.return_line = f.return_line where {among}"
)
_LINE = "select l.return_line as subject, l.retailer from return_line as l where {among}"
# What came in place of the goods of another line.
_INSTEAD = (
    "select distinct l.return_line as subject, l.retailer from resolution as q "
    "join return_line as l on l.return_line = q.other_line where {among}"
)
_ASKED = (
    "select distinct q.return_id as subject, q.retailer from answer_line as s "
    "join question as q on q.question = s.request_number where {among}"
)
_DEDUCTION = (
    "select l.document || '|' || l.line_no as subject, g.partner as retailer from deduction_line as l "
    "join document as g on g.document = l.document where l.amount_minor < 0 and {among}"
)
_SELF_BILLED = (
    "select l.document || '|' || l.line_no as subject, g.partner as retailer from billing_line as l "
    "join document as g on g.document = l.document where l.bill = 'credit' and l.net_minor <> 0 and {among}"
)
_SHIPPED = (
    "select s.document || '|' || p.retailer as subject, p.retailer from document as s "
    'cross join "placing" as p where {among}'
)
_COUNTED_BY = (
    "select distinct l.return_id as subject, l.retailer from inspection as n "
    "join movement as m on m.movement = n.movement "
    "join return_line as l on l.return_line = m.return_line where {among}"
)

_CAUSES: tuple[_Cause, ...] = (
    _Cause("movement", "a.portion", Kind.OPEN, _PORTION, opens),  # of older portions; new ones are in fresh_marks.py
    _Cause("resolution", "a.return_line", Kind.SHORT, _PORTION, _accepts_missing),
    _Cause("return_line", "l.return_line", Kind.DIFFERING, _RETURN),
    _Cause("movement", "l.return_line", Kind.DIFFERING, _RETURN, _differs),
    _Cause("difference", "l.return_line", Kind.DIFFERING, _RETURN),
    _Cause("receipt_line", "c.carton", Kind.DIFFERING, _BOX, _names_a_box),
    _Cause("answer_line", "s.document", Kind.DIFFERING, _ASKED),
    _Cause("deduction_line", "l.document", Kind.TAKEN, _DEDUCTION),
    _Cause("billing_line", "l.document", Kind.TAKEN, _SELF_BILLED),
    _Cause("claim_evidence", "l.return_line", Kind.EVIDENCE, _LINE),
    _Cause("resolution", "l.return_line", Kind.EVIDENCE, _LINE, _is_said_again),
    _Cause("resolution", "q.return_line", Kind.EVIDENCE, _INSTEAD, _is_said_again),
    _Cause("document", "s.document", Kind.SHIPPED, _SHIPPED, where("kind", "shipment")),
    _Cause("decision", "d.decision", Kind.REFUSED, _DECISION + " and l.origin = 'notice'", where("outcome", "refuse")),
    _Cause("credit_note", "n.reference", Kind.UNTOLD, _NOTE),
)


@dataclass(frozen=True, slots=True)
class _End:
    """Rows that take marks away: the values of a column are their subjects.

    ``of`` is the column that says whose they are: a retailer, or a return line.
    """

    table: str
    column: str
    kind: Kind
    when: When | None = None
    of: str = "return_line"


_ENDS: tuple[_End, ...] = (
    _End("decision", "portion", Kind.SHORT, lambda rows: pc.ends_with(rows["decision"], ">short")),
    _End("routing", "inspection", Kind.UNROUTED),
    _End("recourse", "decision", Kind.UNCLAIMED),
    _End("replacement_order", "movement", Kind.UNORDERED, of="retailer"),
    _End("outbound_message", "in_answer_to", Kind.UNTOLD, where("kind", "credit note"), of="partner"),
    _End("movement", "cause", Kind.GOING_BACK, where("to_bucket", Bucket.SENT_BACK)),
)

_SET = """insert into mark (kind, retailer, subject, edition)
select '{kind}', c.retailer, c.subject, 1 from ({marked}) as c where true order by c.retailer, c.subject
on conflict (kind, retailer, subject) do update set edition = mark.edition + 1"""
_DROP = "delete from mark where kind = '{kind}' and retailer in ({retailers}) and {among}"
# Whoever draws on a portion holds its row of ``allocation``, so that of two that empty it the later sees it empty.
_CLOSE = """delete from mark where kind = 'open' and retailer in ({retailers}) and {among} and 0 >= (
  select sum(
    case when m.to_bucket in ({open}) then m.units else 0 end
    - case when m.from_bucket in ({open}) then m.units else 0 end
  ) from movement as m where m.portion = mark.subject
)"""
# An amount may be settled by several decisions: it goes with the last of it.
_SETTLED = """delete from mark where kind = 'taken' and retailer in ({retailers}) and {among} and not exists (
  select 1 from taken_open as t where t.retailer = mark.retailer and t.subject = mark.subject
)"""
_OPEN = ", ".join(f"'{bucket}'" for bucket in OPEN)


def follow(
    connection: Connection, rows: Sequence[Rows], changes: Iterable[Change], seen: Mapping[str, pa.Table]
) -> None:
    """Set and take away marks for what was written; ``seen`` are marks that a step is done with: ``MARKS``."""
    for kind, marks in seen.items():
        _drop_seen(connection, Kind(kind), marks)
    mark_new(connection, rows)
    made = next((part.data["portion"] for part in rows if part.table.name == "allocation"), pa.array([], pa.string()))
    for part in rows:
        for cause in _CAUSES:
            if cause.table == part.table.name:
                keys = _chosen(part, cause.when)[cause.column.partition(".")[2]]
                if cause.kind is Kind.OPEN:
                    keys = keys.filter(pc.invert(pc.is_in(keys, made)))
                _run(connection, _SET.replace("{marked}", cause.marked), cause.column, keys, kind=cause.kind)
        for end in _ENDS:
            if end.table == part.table.name:
                _end(connection, _DROP, end.column, end.of, _chosen(part, end.when), kind=end.kind)
        if part.table.name == "movement":
            _end(connection, _CLOSE, "portion", "return_line", _chosen(part, _closes), open=_OPEN)
        if part.table.name == "settlement":
            _settled(connection, part.data)
    ended = pa.array([str(change.key["document"]) for change in changes if change.table == "document"], pa.string())
    for marked, column in ((_MISSED_BY, "f.receipt_document"), (_COUNTED_BY, "n.receipt_document")):
        _run(connection, _SET.replace("{marked}", marked), column, ended, kind=Kind.DIFFERING)


def _drop_seen(connection: Connection, kind: Kind, marks: pa.Table) -> None:
    for edition in sorted(set(marks["edition"].to_pylist())):
        rows = marks.filter(pc.equal(marks["edition"], edition))
        _end(connection, f"{_DROP} and edition = {int(edition)}", "subject", "retailer", rows, kind=kind)


def _settled(connection: Connection, settlements: pa.Table) -> None:
    """Take away the marks of amounts of which nothing is open any more."""
    subjects = pc.binary_join_element_wise(settlements["document"], settlements["line_no"].cast(pa.string()), "|")
    among, given = database.of(connection).among("document", pc.unique(settlements["document"]).to_pylist())
    told = connection.exec_driver_sql(f"select distinct partner from document where {among}", (given,)).all()
    for (partner,) in told:
        rows = pa.table({"subject": subjects, "retailer": pa.repeat(partner, len(subjects))})
        _end(connection, _SETTLED, "subject", "retailer", rows)


def _end(connection: Connection, statement: str, column: str, of: str, rows: pa.Table, **named: str) -> None:
    """Take away the marks of which the subjects stand in a column of these rows."""
    if rows.num_rows:
        whose = retailers_of(connection, rows[of]) if of == "return_line" else pc.unique(rows[of]).to_pylist()
        retailers = ", ".join("'" + retailer.replace("'", "''") + "'" for retailer in whose)
        _run(connection, statement, "subject", rows[column], retailers=retailers, **named)


def _chosen(part: Rows, when: When | None) -> pa.Table:
    """The rows for which ``when`` holds."""
    return part.data if when is None else part.data.filter(when(part.data))


def _run(connection: Connection, statement: str, column: str, keys: pa.ChunkedArray, **named: str) -> None:
    for chunk in chunks(keys.to_pylist(), MANY):
        among, given = database.of(connection).among(column, chunk)
        connection.exec_driver_sql(statement.format(among=among, **named), (given,))
