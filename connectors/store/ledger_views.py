"""Open this when a view must follow schemas/ledger.py: legal moves and columns of buckets, written out as SQL.

The laws of sql/checks ask ``legal_move`` and ``decided_into``; nothing else in sql/ lists moves.
"""

from collections.abc import Iterable, Iterator

from schemas.ledger import COLUMNS, DECIDED_INTO, EXPECTED, LEGAL_MOVES, OPEN_COLUMNS, Bucket

_AMOUNTS = {"units": "units", "net": "net_minor", "tax": "tax_minor"}  # the end of a column's name, and what it sums
_FINISHED = [name for name in COLUMNS if name not in OPEN_COLUMNS and name != Bucket.MOVED]


def ledger_views() -> dict[str, str]:
    """The text of each view that is made from schemas/ledger.py, by name."""
    return {
        "legal_move": _rows(
            f"select '{frm}' as from_bucket, '{to}' as to_bucket, {move.takes} as takes, {move.credits} as credits"
            for (frm, to), move in LEGAL_MOVES.items()
        ),
        "decided_into": _rows(
            f"select '{outcome}' as outcome, '{bucket}' as bucket" for outcome, bucket in DECIDED_INTO.items()
        ),
        "expected_bucket": _rows(f"select '{bucket}' as bucket" for bucket in EXPECTED),
        "expected_step": f"select portion, to_bucket as bucket from movement where to_bucket in ({_names(EXPECTED)})",
        "expected_movement": _expected_movement(),
        "portion_state": _portion_state(),
        "line_state": _line_state(),
        "returned_portion": _portions(),
        "open_portion": _open_portions(),
    }


def _rows(selects: Iterable[str]) -> str:
    return "\nunion all ".join(selects)


def _expected_movement() -> str:
    """What became expected (positive), or came or was given up (negative), one row a movement."""
    into, out_of = (f"{column} in ({_names(EXPECTED)})" for column in ("to_bucket", "from_bucket"))
    signed = (f"case when {into} then {amount} else -{amount} end as {amount}" for amount in _AMOUNTS.values())
    return f"select\n  {_listed(['portion', *signed])}\nfrom movement\nwhere ({into}) <> ({out_of})"


def _portion_state() -> str:
    """The balances of each portion, one row a portion, with a column for each of COLUMNS and amount.

    ``expected_in`` is where its units are that have not come: the furthest that any of them came on the way. EXPECTED
    is in the order of its names, so that this is the last name.
    """
    columns = [
        f"cast(sum({_signed(buckets, amount)}) as bigint) as {name}_{end}"
        for name, buckets in COLUMNS.items()
        for end, amount in _AMOUNTS.items()
    ]
    return f"select\n  portion,\n  {_listed([*columns, _expected_in()])}\nfrom movement\ngroup by portion"


def _signed(buckets: Iterable[Bucket], amount: str) -> str:
    """What came into these buckets less what left them."""
    names = _names(buckets)
    into, out_of = f"to_bucket in ({names})", f"from_bucket in ({names})"
    if "," not in names:
        return f"case when {into} then {amount} when {out_of} then -{amount} else 0 end"
    return f"case when {into} then {amount} else 0 end - case when {out_of} then {amount} else 0 end"


def _expected_in() -> str:
    return f"max(case when to_bucket in ({_names(EXPECTED)}) then to_bucket end) as expected_in"


def _portions() -> str:
    """All portions with the balances of their open buckets, and what of them did not come.

    Where it says `cross join`, the tables are looked up in this order: from the lines of a return to the movements of
    their portions, never through all movements.
    """
    shown = _listed([*_PORTION, *_sums_of_portions()])
    tables = f"from return_line as l\ncross join allocation as a\n{_REST}"
    return f"select\n  {shown}\n{tables}\nwhere {_SAME}\ngroup by {', '.join(_PORTION)}"


def _open_portions() -> str:
    """The portions that are not finished, read from the marks on (schemas/marks.py): schemas.tables.OPEN_PORTIONS."""
    shown = ["k.retailer" if name == "l.retailer" else name for name in _PORTION]
    still = " or ".join(f"sum({_signed(COLUMNS[name], 'm.units')}) > 0" for name in _STILL)
    return (
        f"select\n  {_listed([*shown, *_sums_of_portions()])}\n"
        f"from mark as k\ncross join allocation as a\ncross join return_line as l\n{_REST}\n"
        f"where k.kind = 'open' and a.portion = k.subject and {_SAME}\n"
        f"group by {', '.join(shown)}\nhaving {still}"
    )


def _sums_of_portions() -> Iterator[str]:
    for name in (*_STILL, "short"):
        for end, amount in _AMOUNTS.items():
            yield f"cast(sum({_signed(COLUMNS[name], f'm.{amount}')}) as bigint) as {name}_{end}"
    yield _expected_in()


_STILL = ("announced", "received", "accepted")
_PORTION = (
    "a.portion", "a.return_line", "l.return_id", "l.retailer", "r.number", "r.store", "l.gtin", "l.carton",
    "l.disposition", "l.reason", "r.returned_on", "l.origin", "a.invoice_line", "i.company", "a.currency", "a.evidence",
    "a.rank", "a.spread_low", "a.spread_high", "i.sold_on", "a.unplaced",
)  # fmt: skip
_REST = """cross join "return" as r
cross join movement as m
left join invoice_line as i on i.invoice_line = a.invoice_line"""
_SAME = "l.return_line = a.return_line and r.return_id = l.return_id and m.portion = a.portion"


def _line_state() -> str:
    """Each return line with the units and money of its portions, one row for each currency of its portions.

    total is what was announced or found; open is still to be finished. What was placed anew counts where it went on.
    """
    own = ["l.return_line", "l.return_id", "l.retailer", "r.number", "l.origin", "l.gtin", "l.units", "a.currency"]
    return (
        f"select\n  {_listed([*own, *_sums_of_lines()])}\n"
        "from return_line as l\n"
        'join "return" as r on r.return_id = l.return_id\n'
        "join allocation as a on a.return_line = l.return_line\n"
        "join portion_state as s on s.portion = a.portion and s.moved_units < a.units\n"
        f"group by {', '.join(own)}"
    )


def _sums_of_lines() -> Iterator[str]:
    for end, amount in _AMOUNTS.items():
        still = " + ".join(f"sum(s.{name}_{end})" for name in OPEN_COLUMNS)
        yield f"cast(sum(a.{amount}) - sum(s.moved_{end}) as bigint) as total_{end}"
        yield from (f"cast(sum(s.{name}_{end}) as bigint) as {name}_{end}" for name in (*OPEN_COLUMNS, *_FINISHED))
        yield f"cast({still} as bigint) as open_{end}"


def _names(buckets: Iterable[Bucket]) -> str:
    return ", ".join(f"'{bucket}'" for bucket in buckets)


def _listed(columns: Iterable[str]) -> str:
    return ",\n  ".join(columns)
