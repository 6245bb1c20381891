"""Open this when units or money are refused: what movements do to invoice lines, and what portions have left."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import pyarrow as pa
from sqlalchemy import Connection, func, or_, select, union_all
from sqlalchemy.exc import IntegrityError

from connectors.store import database
from connectors.store.faults import StaleError
from connectors.store.insert import TABLES, Rows
from connectors.store.shapes import shape_of
from schemas.errors import PermanentError, TransientError
from schemas.ledger import LEGAL_MOVES, ORIGINS, Bucket

CHUNK = 5_000  # keys in one statement: databases limit the number of parameters
_AMOUNTS = ("units", "net_minor", "tax_minor")
_TAKEN = ("units_taken", "net_taken", "tax_taken")
_CREDITED = ("units_credited", "net_credited", "tax_credited")
_COLUMNS = ("invoice_line", *_AMOUNTS, *_TAKEN, *_CREDITED)
_CREDITABLE = TABLES["creditable"]
_SHAPE = pa.schema([shape_of(_CREDITABLE).field(name) for name in _COLUMNS])
_MOVEMENT = TABLES["movement"]
_K = TypeVar("_K")


def chunks(keys: Iterable[_K]) -> Iterator[list[_K]]:
    """The keys without repetitions, in order, in pieces that fit into one statement."""
    rest = iter(dict.fromkeys(keys))
    while chunk := list(islice(rest, CHUNK)):
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
    before = _balances(connection, sorted(deltas))
    rows = [_after(before, line, delta) for line, delta in deltas.items()]
    after = pa.Table.from_pylist([dict(zip(_COLUMNS, row, strict=True)) for row in rows], _SHAPE)
    if rows:
        try:
            database.of(connection).set_columns(
                connection, _CREDITABLE, "invoice_line", after.select(["invoice_line", *_TAKEN, *_CREDITED])
            )
        except IntegrityError as refused:
            raise _overdrawn(before, deltas, refused) from refused
    return Rows(_CREDITABLE, after)


def _picked(rows: Rows, *names: str) -> Iterator[tuple[Any, ...]]:
    """These columns of the rows."""
    places = [rows.columns.index(name) for name in names]
    return (tuple(row[place] for place in places) for row in rows.values)


def _ensure_legal(movements: Rows) -> None:
    for movement, line, frm, to in _picked(movements, "movement", "invoice_line", "from_bucket", "to_bucket"):
        wrong = ""
        if (frm, to) not in LEGAL_MOVES:
            wrong = "is no legal move of schemas/ledger.py"
        elif line is None and (frm == Bucket.SOLD or to == Bucket.CREDITED):
            wrong = "needs an invoice line"
        elif line is not None and frm == Bucket.UNSOLD:
            wrong = "has an invoice line and must come from sold"
        if wrong:
            raise PermanentError(f"Movement {movement}: {frm} to {to} {wrong}. Next: report it, nothing was written.")


def _deltas(movements: Rows) -> dict[str, list[int]]:
    """What is to be added to the balances of each invoice line: taken, then credited."""
    deltas: dict[str, list[int]] = defaultdict(lambda: [0] * 6)
    for line, frm, to, *amounts in _picked(movements, "invoice_line", "from_bucket", "to_bucket", *_AMOUNTS):
        move = LEGAL_MOVES[frm, to]
        if line is None or not (move.takes or move.credits):
            continue
        sums = deltas[line]
        for place, amount in enumerate(amounts):
            sums[place] += move.takes * amount
            sums[place + 3] += move.credits * amount
    return deltas


def _balances(connection: Connection, lines: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """The balances of these invoice lines, held until the transaction ends."""
    found: dict[str, tuple[Any, ...]] = {}
    for chunk in chunks(lines):
        rows = connection.execute(
            select(_CREDITABLE)
            .where(_CREDITABLE.c.invoice_line.in_(chunk))
            .order_by(_CREDITABLE.c.invoice_line)
            .with_for_update(key_share=True),
        )
        found |= {row[0]: tuple(row) for row in rows}
    return found


def _after(before: dict[str, tuple[Any, ...]], line: str, delta: Sequence[int]) -> tuple[Any, ...]:
    if line not in before:
        raise PermanentError(f"Invoice line {line} has no balance. Next: run `backhaul verify`.")
    row = before[line]
    return (*row[:4], *(old + change for old, change in zip(row[4:], delta, strict=True)))


def _overdrawn(
    before: dict[str, tuple[Any, ...]], deltas: dict[str, list[int]], refused: IntegrityError
) -> TransientError:
    """Names the first invoice line that has less left than is asked of it."""
    for line, delta in deltas.items():
        sold, taken, credited = before[line][1:4], before[line][4:7], before[line][7:]
        left = [s - t for s, t in zip(sold, taken, strict=True)]
        uncredited = [t - c for t, c in zip(taken, credited, strict=True)]
        for asked, there, what in ((delta[:3], left, "returned"), (delta[3:], uncredited, "credited")):
            if any(a > t for a, t in zip(asked, there, strict=True)):
                return TransientError(
                    f"Invoice line {line} has {_amounts(there)} left to be {what}, {_amounts(asked)} were asked: "
                    "another return took them meanwhile. Next: nothing, the files are placed again."
                )
    return TransientError(f"A balance was refused: {refused.orig}. Next: run `backhaul verify`.")


def _amounts(amounts: Sequence[int]) -> str:
    units, net, tax = amounts
    return f"{units} units, {net} net and {tax} tax (minor units)"


def _ensure_left_in_buckets(connection: Connection, movements: Rows) -> None:
    """Refuse to take more out of a portion's bucket than is in it, after these movements were inserted."""
    drawn = (portion for portion, frm in _picked(movements, "portion", "from_bucket") if frm not in ORIGINS)
    for chunk in chunks(sorted(set(drawn))):
        database.of(connection).hold_rows(connection, TABLES["allocation"].c.portion, chunk)
        for portion, bucket, units in connection.execute(_negative_buckets(chunk)):
            raise StaleError(
                f"Portion {portion} has less in {bucket} than is moved out of it ({units} units too few, or money): "
                "another run moved it meanwhile. Next: nothing, it is tried again with what is left."
            )


def _negative_buckets(portions: Sequence[str]) -> Any:
    own = _MOVEMENT.c.portion.in_(portions)
    amounts = [_MOVEMENT.c[name] for name in _AMOUNTS]
    into = select(_MOVEMENT.c.portion, _MOVEMENT.c.to_bucket.label("bucket"), *amounts).where(own)
    out_of = select(
        _MOVEMENT.c.portion, _MOVEMENT.c.from_bucket, *((-a).label(n) for a, n in zip(amounts, _AMOUNTS, strict=True))
    ).where(own)
    both = union_all(into, out_of).subquery()
    sums = [func.sum(both.c[name]) for name in _AMOUNTS]
    grouped = select(both.c.portion, both.c.bucket, -sums[0]).group_by(both.c.portion, both.c.bucket)
    return grouped.where(both.c.bucket.not_in(ORIGINS)).having(or_(*(s < 0 for s in sums))).order_by(both.c.portion)
