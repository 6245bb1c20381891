"""Open this when units or money are refused: what movements do to invoice lines, and what portions have left."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from connectors.store import database
from connectors.store.faults import StaleError
from connectors.store.insert import TABLES, Rows
from connectors.store.shapes import shape_of, to_arrow
from schemas.errors import PermanentError, TransientError
from schemas.ledger import LEGAL_MOVES, ORIGINS, Bucket

CHUNK = 5_000  # keys in one statement: databases limit the number of parameters
MANY = 50_000  # keys in one parameter, see ``Database.among``
_AMOUNTS = ("units", "net_minor", "tax_minor")
_TAKEN = ("units_taken", "net_taken", "tax_taken")
_CREDITED = ("units_credited", "net_credited", "tax_credited")
_COLUMNS = ("invoice_line", *_AMOUNTS, *_TAKEN, *_CREDITED)
_CREDITABLE = TABLES["creditable"]
_SHAPE = pa.schema([shape_of(_CREDITABLE).field(name) for name in _COLUMNS])
# What each legal move takes of an invoice line and credits of it, side by side.
_KINDS = pa.array([f"{origin} {to}" for origin, to in LEGAL_MOVES])
_TAKES = pa.array([move.takes for move in LEGAL_MOVES.values()], pa.int64())
_CREDITS = pa.array([move.credits for move in LEGAL_MOVES.values()], pa.int64())
_K = TypeVar("_K")


def chunks(keys: Iterable[_K], size: int = CHUNK) -> Iterator[list[_K]]:
    """The keys without repetitions, in order, in pieces that fit into one statement."""
    rest = iter(dict.fromkeys(keys))
    while chunk := list(islice(rest, size)):
        yield chunk


def opened(invoice_lines: Rows) -> Rows:
    """The balances of new invoice lines: all of them is left."""
    lines = invoice_lines.data.select(["invoice_line", *_AMOUNTS])
    nothing = pa.repeat(pa.scalar(0, pa.int64()), lines.num_rows)
    for name in (*_TAKEN, *_CREDITED):
        lines = lines.append_column(name, nothing)
    return Rows(_CREDITABLE, lines)


def moved(connection: Connection, movements: Rows) -> Rows:
    """Change the balances of the movements' invoice lines; answers them as they are now.

    PermanentError: a move that the ledger does not know. TransientError: an invoice line has less left than a
    movement takes, because another return was faster. StaleError: a portion has less left in its bucket.
    """
    _ensure_legal(movements)
    _ensure_left_in_buckets(connection, movements)
    deltas = _deltas(movements)
    before = _balances(connection, deltas["invoice_line"])
    changed = {name: pc.add(before[name], deltas[name]) for name in (*_TAKEN, *_CREDITED)}
    if deltas.num_rows:
        try:
            database.of(connection).set_columns(
                connection, _CREDITABLE, "invoice_line", pa.table({"invoice_line": before["invoice_line"], **changed})
            )
        except IntegrityError as refused:
            raise _overdrawn(before, deltas, refused) from refused
    return Rows(_CREDITABLE, pa.table({name: before[name] for name in _COLUMNS[:4]} | changed))


def _ensure_legal(movements: Rows) -> None:
    moves = movements.data.select(["from_bucket", "to_bucket"]).append_column(
        "placed", pc.is_valid(movements.data["invoice_line"])
    )
    for kind in moves.group_by(moves.column_names).aggregate([]).to_pylist():
        wrong = _wrong(**kind)
        if wrong:
            same = pc.and_(*(pc.equal(moves[name], value) for name, value in kind.items() if name != "placed"))
            first = movements.data.filter(pc.and_(same, pc.equal(moves["placed"], kind["placed"])))["movement"][0]
            raise PermanentError(
                f"Movement {first}: {kind['from_bucket']} to {kind['to_bucket']} {wrong}. "
                "Next: report it, nothing was written."
            )


def _wrong(from_bucket: str, to_bucket: str, placed: bool) -> str:
    """What is wrong with such a move, of a portion that is placed on an invoice line or not."""
    if (from_bucket, to_bucket) not in LEGAL_MOVES:
        return "is no legal move of schemas/ledger.py"
    if not placed and (from_bucket == Bucket.SOLD or to_bucket == Bucket.CREDITED):
        return "needs an invoice line"
    return "has an invoice line and must come from sold" if placed and from_bucket == Bucket.UNSOLD else ""


def _deltas(movements: Rows) -> pa.Table:
    """What is to be added to the balances of each invoice line, by invoice line."""
    placed = movements.data.filter(pc.is_valid(movements.data["invoice_line"]))
    kind = pc.index_in(pc.binary_join_element_wise(placed["from_bucket"], placed["to_bucket"], " "), _KINDS)
    takes, credits = _TAKES.take(kind), _CREDITS.take(kind)
    by = {"invoice_line": placed["invoice_line"]}
    by |= {name: pc.multiply(placed[of], takes) for name, of in zip(_TAKEN, _AMOUNTS, strict=True)}
    by |= {name: pc.multiply(placed[of], credits) for name, of in zip(_CREDITED, _AMOUNTS, strict=True)}
    matters = pc.or_(pc.not_equal(takes, 0), pc.not_equal(credits, 0))
    names = [*_TAKEN, *_CREDITED]
    sums = pa.table(by).filter(matters).group_by("invoice_line").aggregate([(name, "sum") for name in names])
    return sums.rename_columns(["invoice_line", *names]).sort_by("invoice_line")


def _balances(connection: Connection, lines: pa.ChunkedArray) -> pa.Table:
    """The balances of these sorted invoice lines, held until the transaction ends. PermanentError: one has none."""
    rows: list[Sequence[Any]] = []
    keys = lines.to_pylist()
    names = ", ".join(_COLUMNS)
    for chunk in chunks(keys, MANY):
        rows += database.of(connection).rows_of(connection, f"select {names} from creditable", "invoice_line", chunk)
    before = to_arrow(rows, _SHAPE).sort_by("invoice_line")
    missing = set(keys).difference(before["invoice_line"].to_pylist())
    if missing:
        raise PermanentError(f"Invoice line {min(missing)} has no balance. Next: run `backhaul verify`.")
    return before


def _overdrawn(before: pa.Table, deltas: pa.Table, refused: IntegrityError) -> TransientError:
    """Names the first invoice line that has less left than is asked of it."""
    for was, delta in zip(before.to_pylist(), deltas.to_pylist(), strict=True):
        left = [was[sold] - was[taken] for sold, taken in zip(_AMOUNTS, _TAKEN, strict=True)]
        uncredited = [was[taken] - was[credited] for taken, credited in zip(_TAKEN, _CREDITED, strict=True)]
        for names, there, what in ((_TAKEN, left, "returned"), (_CREDITED, uncredited, "credited")):
            asked = [delta[name] for name in names]
            if any(a > t for a, t in zip(asked, there, strict=True)):
                return TransientError(
                    f"Invoice line {was['invoice_line']} has {_amounts(there)} left to be {what}, {_amounts(asked)} "
                    "were asked: another return took them meanwhile. Next: nothing, the files are placed again."
                )
    return TransientError(f"A balance was refused: {refused.orig}. Next: run `backhaul verify`.")


def _amounts(amounts: Sequence[int]) -> str:
    units, net, tax = amounts
    return f"{units} units, {net} net and {tax} tax (minor units)"


def _ensure_left_in_buckets(connection: Connection, movements: Rows) -> None:
    """Refuse to take more out of a portion's bucket than is in it, after these movements were inserted."""
    data, here = movements.data, database.of(connection)
    drawn = data.filter(pc.invert(pc.is_in(data["from_bucket"], pa.array([str(one) for one in ORIGINS]))))
    for chunk in chunks(pc.unique(drawn["portion"]).sort().to_pylist(), MANY):
        here.hold_rows(connection, "allocation", "portion", chunk)
    for bucket in pc.unique(drawn["from_bucket"]).to_pylist():
        portions = pc.unique(drawn.filter(pc.equal(drawn["from_bucket"], bucket))["portion"])
        for chunk in chunks(portions.to_pylist(), MANY):
            among, keys = here.among("m.portion", chunk)
            found = connection.exec_driver_sql(_overdrawn_portions(bucket, among), (keys,)).first()
            if found:
                raise StaleError(
                    f"Portion {found.portion} has less in {bucket} than is moved out of it ({found.missing} units "
                    "too few, or money): another run moved it meanwhile. "
                    "Next: nothing, it is tried again with what is left."
                )


def _overdrawn_portions(bucket: str, among: str) -> str:
    """SQL for the portions of which more went out of this bucket than came into it."""
    units, net, tax = (f"sum(case when m.to_bucket = '{bucket}' then m.{name} else -m.{name} end)" for name in _AMOUNTS)
    return (
        f"select m.portion, -{units} as missing from movement as m "
        f"where {among} and (m.to_bucket = '{bucket}' or m.from_bucket = '{bucket}') "
        f"group by m.portion having {units} < 0 or {net} < 0 or {tax} < 0 order by m.portion"
    )
