"""Open this when units change buckets: it builds the rows of the ledger and cuts money for part of a portion."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from schemas.ledger import EXPECTED, LEGAL_MOVES, Bucket
from schemas.money import remainder_share
from schemas.tables import MOVEMENTS, empty

_CARRIED = ("portion", "return_line", "invoice_line", "units", "net_minor", "tax_minor", "currency")


@dataclass(frozen=True, slots=True)
class Amounts:
    """Units with their money, in minor units of one currency."""

    units: int = 0
    net_minor: int = 0
    tax_minor: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.units + other.units, self.net_minor + other.net_minor, self.tax_minor + other.tax_minor)

    def __sub__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.units - other.units, self.net_minor - other.net_minor, self.tax_minor - other.tax_minor)


NOTHING = Amounts()


def move(
    portions: pa.Table, frm: Bucket, to: Bucket, cause: "str | Sequence[str] | pa.Array", rule_version: str
) -> pa.Table:
    """``MOVEMENTS`` of these units and money, one row a portion, in the order given.

    ``portions`` has at least portion, return_line, invoice_line, units, net_minor, tax_minor, currency. ``cause`` is
    one id or one a row. ValueError: a move that ``schemas.ledger`` does not know, units that are not positive (none,
    but money, where it is ``withheld``), an invoice line missing (``sold``) or present (``unsold``), two movements of
    one id.
    """
    _ensure_legal(frm, to)
    _ensure_movable(portions, frm, to)
    causes = _column(cause, portions.num_rows)
    columns = {name: portions[name].cast(MOVEMENTS.field(name).type) for name in _CARRIED}
    columns["movement"] = _movement_ids(columns["portion"], to, causes)
    columns["from_bucket"] = _column(frm.value, portions.num_rows)
    columns["to_bucket"] = _column(to.value, portions.num_rows)
    columns["cause"] = causes
    columns["rule_version"] = _column(rule_version, portions.num_rows)
    return pa.table([columns[name] for name in MOVEMENTS.names], schema=MOVEMENTS)


def move_on(portions: pa.Table, to: Bucket, cause: "str | Sequence[str] | pa.Array", rule_version: str) -> pa.Table:
    """``move`` out of the bucket that each row's ``expected_in`` names: where its units are that have not come."""
    causes = _column(cause, portions.num_rows)
    moved = [empty(MOVEMENTS)]
    for frm in EXPECTED:
        mask = pc.equal(portions["expected_in"], frm.value)
        if pc.any(mask).as_py():
            moved.append(move(portions.filter(mask), frm, to, causes.filter(mask), rule_version))
    return pa.concat_tables(moved).sort_by("movement")


def announce(allocations: pa.Table, cause: "str | Sequence[str] | pa.Array", rule_version: str) -> pa.Table:
    """The first movements of new ``ALLOCATIONS``: from ``sold``, or from ``unsold`` where no sale was found."""
    causes = _column(cause, allocations.num_rows)
    placed = allocations["invoice_line"].is_valid()
    parts = [
        move(allocations.filter(mask), origin, Bucket.ANNOUNCED, causes.filter(mask), rule_version)
        for origin, mask in ((Bucket.SOLD, placed), (Bucket.UNSOLD, pc.invert(placed)))
    ]
    return pa.concat_tables(parts).sort_by("movement")


def part_of(whole: Amounts, units: int, before: Amounts = NOTHING) -> Amounts:
    """The money of the next ``units`` of a portion of which ``before`` was cut already (cumulative remainder).

    Parts that together have all units have all money, to the minor unit. ValueError: more units than are left.
    """
    if not 0 <= units <= whole.units - before.units:
        raise ValueError(f"{units} units cannot be cut from {whole.units} of which {before.units} are gone")
    if units == 0:
        return NOTHING
    net = remainder_share(whole.net_minor, before.net_minor, before.units, units, whole.units)
    tax = remainder_share(whole.tax_minor, before.tax_minor, before.units, units, whole.units)
    return Amounts(units, net, tax)


def cut(portions: pa.Table, units: "Sequence[int] | pa.Array") -> pa.Table:
    """The portions with ``units`` of each and the money of that part; the balance left is the rest, exactly."""
    wanted = units if isinstance(units, Sequence) else units.to_pylist()
    balances = zip(*(portions[name].to_pylist() for name in ("units", "net_minor", "tax_minor")), strict=True)
    parts = [part_of(Amounts(*balance), n) for balance, n in zip(balances, wanted, strict=True)]
    for name in ("units", "net_minor", "tax_minor"):
        column = pa.array([getattr(part, name) for part in parts], pa.int64())
        portions = portions.set_column(portions.column_names.index(name), name, column)
    return portions


def _ensure_legal(frm: Bucket, to: Bucket) -> None:
    if (frm, to) not in LEGAL_MOVES:
        raise ValueError(f"{frm.value} to {to.value} is no legal move; see schemas/ledger.py")


def _ensure_movable(portions: pa.Table, frm: Bucket, to: Bucket) -> None:
    units = portions["units"]
    if Bucket.WITHHELD in (frm, to):
        money = pc.greater(pc.max_element_wise(portions["net_minor"], portions["tax_minor"]), 0)
        if not pc.all(pc.and_(pc.equal(units, 0), money), skip_nulls=False).as_py():
            raise ValueError("what is withheld is money without units")
    elif units.null_count or pc.any(pc.less_equal(units, 0)).as_py():
        raise ValueError("only a positive number of units can be moved")
    without = portions["invoice_line"].null_count
    if frm is Bucket.SOLD and without:
        raise ValueError("units come from `sold` only with an invoice line; without one they come from `unsold`")
    if frm is Bucket.UNSOLD and without != portions.num_rows:
        raise ValueError("units with an invoice line come from `sold`, not from `unsold`")


def _movement_ids(portions: pa.ChunkedArray, to: Bucket, causes: pa.Array) -> pa.Array:
    ids = pc.binary_join_element_wise(portions, f">{to.value}@", causes, "")
    if pc.count_distinct(ids).as_py() != len(ids):
        raise ValueError("two movements of one portion into one bucket need two causes")
    return ids


def _column(value: "str | Sequence[str] | pa.Array", rows: int) -> pa.Array:
    if isinstance(value, str):
        return pa.repeat(pa.scalar(value), rows)
    return value if isinstance(value, pa.Array | pa.ChunkedArray) else pa.array(value, pa.string())
