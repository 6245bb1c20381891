"""Open this when a law says that day totals do not tie: what new rows add to them (schemas/day_totals.py).

Amounts are grouped in Arrow and added while the head of the audit chain is held: whoever adds to the totals sees what
all others added before, so that no amount is lost. An item that gets a style, or another one, takes along what was sold
and credited of it, and a return that is told anew with another day what was credited of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from connectors.store import database
from connectors.store.balances import MANY, chunks
from connectors.store.insert import TABLES, Rows, insert_rows, key_of
from connectors.store.shapes import stored_column, to_arrow
from schemas.day_totals import ALL_STYLES
from schemas.items import STYLE
from schemas.outcome import Change

_TOTALS = TABLES["day_total"]
_KEY = key_of(_TOTALS)
_AMOUNTS = ("sold_minor", "of_sold_minor", "of_returned_minor")
_T, _D, _I = pa.string(), pa.date32(), pa.int64()
_CREDITED = pa.schema([("retailer", _T), ("currency", _T), ("gtin", _T), ("sold_on", _D), ("returned_on", _D),
                       ("net_minor", _I)])  # fmt: skip
_FACTS = pa.schema([("retailer", _T), ("currency", _T), ("gtin", _T), ("day", _D), *((one, _I) for one in _AMOUNTS)])
_NAMES = pa.schema([("gtin", _T), ("name", _T)])

_CREDITS = """select l.retailer, d.currency, i.gtin, i.sold_on, r.returned_on, cast(sum({net}) as bigint) as net_minor
from {start}
join allocation as a on a.portion = d.portion
join invoice_line as i on i.invoice_line = a.invoice_line
join return_line as l on l.return_line = a.return_line
join "return" as r on r.return_id = l.return_id
where d.outcome = 'credit' and {said} and {among}
group by l.retailer, d.currency, i.gtin, i.sold_on, r.returned_on"""
_SOLD = """select retailer, currency, gtin, sold_on as day, cast(sum(net_minor) as bigint) as sold_minor,
  0 as of_sold_minor, 0 as of_returned_minor
from invoice_line where {among} group by retailer, currency, gtin, sold_on"""


@dataclass(frozen=True, slots=True)
class _Credit:
    """What credits, or takes back: the statement's start, and the column by which new rows are found."""

    start: str
    column: str
    net: str
    said: str = "1 = 1"

    def statement(self, column: str) -> tuple[str, str]:
        """The statement for keys of a column, and that column."""
        return _CREDITS.replace("{start}", self.start).replace("{net}", self.net).replace("{said}", self.said), column


_DECIDED = "coalesce(d.credit_net, d.net_minor)"
_CREDIT = _Credit("decision as d", "d.decision", _DECIDED)
_BY_PERSON = _Credit(
    "movement as b join decision as d on d.decision = b.cause and d.portion = b.portion",
    "b.movement",
    f"-{_DECIDED}",
    "b.from_bucket = 'accepted' and b.to_bucket = 'refused'",
)
_BY_COUNTER_DOCUMENT = _Credit(
    "reversal_line as v join credit_intent as c on c.reference = v.reference and c.state = 'posted' "
    "join credit_intent_line as o on o.reference = v.of_reference and o.line_no = v.of_line_no "
    "join decision as d on d.decision = o.decision",
    "v.reference",
    "-v.net_minor",
)


@dataclass(slots=True)
class Styles:
    """Items of an outcome that get another style by it: the one before and the one from now on, by GTIN."""

    before: dict[str, str] = field(default_factory=dict)
    now: dict[str, str] = field(default_factory=dict)


def restyled(connection: Connection, rows: Sequence[Rows]) -> Styles:
    """What the outcome's item names make of styles; nobody else changes any until this transaction ends.

    It is asked before they are written, and before anything else is.
    """
    named = next((part.data for part in rows if part.table.name == "item_name"), None)
    if named is None:
        return Styles()
    ours = pc.and_(pc.equal(named["kind"], STYLE), pc.equal(named["retailer"], ""))
    told = _by_item(named.filter(ours).select(_NAMES.names))
    if not told or not _news(told, _names(connection, told)):
        return Styles()
    database.of(connection).hold_styles(connection)
    known = _names(connection, told)
    before = {gtin: _style(known.get(gtin, ())) for gtin in told}
    now = {gtin: _style((*known.get(gtin, ()), *told[gtin])) for gtin in told}
    changed = [gtin for gtin in told if before[gtin] != now[gtin]]
    return Styles({gtin: before[gtin] for gtin in changed}, {gtin: now[gtin] for gtin in changed})


def count(connection: Connection, rows: Sequence[Rows], changes: Iterable[Change], styles: Styles) -> None:
    """Add what was written to the totals of its days; the rows stand in the database already."""
    found = [facts for facts in (*_sold(rows), *_credited(connection, rows, changes)) if facts.num_rows]
    days = _days_told_anew(changes)
    if not found and not styles.now and not days:
        return
    database.of(connection).hold_chain(connection)
    found += [facts for facts in _with_other_days(connection, days) if facts.num_rows]
    parts = [_nothing()]
    for facts in found:
        items = pc.unique(facts["gtin"]).to_pylist()
        known = {gtin: _style(names) for gtin, names in _names(connection, items).items()} | styles.before
        parts += [_of_all(facts), _of_styles(facts, known)]
    if styles.now:
        facts = _of_items(connection, styles.now)
        parts += [_of_styles(facts, styles.now), _of_styles(_negative(facts), styles.before)]
    _add(connection, pa.concat_tables(parts))


def _sold(rows: Sequence[Rows]) -> Iterable[pa.Table]:
    for part in rows:
        if part.table.name == "invoice_line":
            lines = part.data.select(["retailer", "currency", "gtin", "sold_on", "net_minor"])
            sums = lines.group_by(["retailer", "currency", "gtin", "sold_on"]).aggregate([("net_minor", "sum")])
            nothing = pa.repeat(pa.scalar(0, _I), sums.num_rows)
            day = sums["sold_on"].cast(_D)
            columns = [*(sums[name] for name in ("retailer", "currency", "gtin")), day, sums["net_minor_sum"]]
            yield pa.table([*columns, nothing, nothing], schema=_FACTS)


def _credited(connection: Connection, rows: Sequence[Rows], changes: Iterable[Change]) -> Iterable[pa.Table]:
    for part in rows:
        if part.table.name == "decision":
            own = part.data.filter(pc.equal(part.data["outcome"], "credit"))["decision"].to_pylist()
            yield from _credits(connection, _CREDIT, _CREDIT.column, own)
        if part.table.name == "movement":
            back = pc.and_(pc.equal(part.data["from_bucket"], "accepted"), pc.equal(part.data["to_bucket"], "refused"))
            own = part.data.filter(back)["movement"].to_pylist()
            yield from _credits(connection, _BY_PERSON, _BY_PERSON.column, own)
    posted = [
        str(change.key["reference"])
        for change in changes
        if change.table == "credit_intent" and change.values.get("state") == "posted"
    ]
    yield from _credits(connection, _BY_COUNTER_DOCUMENT, _BY_COUNTER_DOCUMENT.column, posted)


def _credits(connection: Connection, credit: _Credit, column: str, keys: Iterable[str]) -> Iterable[pa.Table]:
    """What these keys credit or take back: by the day of the sale, and by that of the return where it is known."""
    rows = _asked(connection, *credit.statement(column), keys, _CREDITED)
    if not rows.num_rows:
        return
    nothing = pa.repeat(pa.scalar(0, _I), rows.num_rows)
    whose = [rows[name] for name in ("retailer", "currency", "gtin")]
    yield pa.table([*whose, rows["sold_on"], nothing, rows["net_minor"], nothing], schema=_FACTS)
    yield _by_return(rows)


def _days_told_anew(changes: Iterable[Change]) -> dict[date | None, list[str]]:
    """Returns that get another day, by the day before; such an outcome credits nothing of them."""
    found: dict[date | None, list[str]] = {}
    for change in changes:
        if change.table == "return" and "returned_on" in change.values:
            before = change.expected["returned_on"]
            if before != change.values["returned_on"]:
                found.setdefault(before, []).append(str(change.key["return_id"]))
    return found


def _with_other_days(connection: Connection, before: Mapping[date | None, Sequence[str]]) -> Iterable[pa.Table]:
    """What was credited of returns goes with them from the day before to the one that stands in the database now."""
    for day, returns in before.items():
        for credit in (_CREDIT, _BY_PERSON, _BY_COUNTER_DOCUMENT):
            rows = _asked(connection, *credit.statement("r.return_id"), returns, _CREDITED)
            was = pa.repeat(pa.scalar(day, _D), rows.num_rows)
            yield _by_return(rows)
            yield _negative(_by_return(rows.set_column(rows.column_names.index("returned_on"), "returned_on", was)))


def _by_return(rows: pa.Table) -> pa.Table:
    """What is credited by the day of the return, where it has one."""
    nothing = pa.repeat(pa.scalar(0, _I), rows.num_rows)
    whose = [rows[name] for name in ("retailer", "currency", "gtin")]
    returned = pa.table([*whose, rows["returned_on"], nothing, nothing, rows["net_minor"]], schema=_FACTS)
    return returned.filter(pc.is_valid(returned["day"]))


def _of_items(connection: Connection, gtins: Iterable[str]) -> pa.Table:
    """All that was ever sold and credited of these items, what this transaction wrote too."""
    items = list(gtins)
    sold = _asked(connection, _SOLD, "gtin", items, _FACTS)
    credits = (_CREDIT, _BY_PERSON, _BY_COUNTER_DOCUMENT)
    return pa.concat_tables([sold, *(one for each in credits for one in _credits(connection, each, "i.gtin", items))])


def _negative(facts: pa.Table) -> pa.Table:
    for place, name in enumerate(facts.column_names):
        if name in _AMOUNTS:
            facts = facts.set_column(place, name, pc.negate(facts[name]))
    return facts


def _nothing() -> pa.Table:
    return _of_all(_FACTS.empty_table())


def _of_all(facts: pa.Table) -> pa.Table:
    return facts.append_column("style", pa.repeat(ALL_STYLES, facts.num_rows)).select([*_KEY, *_AMOUNTS])


def _of_styles(facts: pa.Table, styles: Mapping[str, str]) -> pa.Table:
    """The amounts of items that have a style."""
    known = {gtin: style for gtin, style in styles.items() if style != ALL_STYLES}
    place = pc.index_in(facts["gtin"], pa.array(known, _T))
    rows = facts.append_column("style", pa.array(known.values(), _T).take(place))
    return rows.filter(pc.is_valid(rows["style"])).select([*_KEY, *_AMOUNTS])


def _add(connection: Connection, parts: pa.Table) -> None:
    """Add these amounts to the totals, which are there afterwards, each of them once."""
    sums = parts.group_by(list(_KEY), use_threads=False).aggregate([(name, "sum") for name in _AMOUNTS])
    sums = sums.rename_columns([*_KEY, *_AMOUNTS]).sort_by([(name, "ascending") for name in _KEY])
    sold, of_sold, of_returned = (pc.not_equal(sums[name], 0) for name in _AMOUNTS)
    sums = sums.filter(pc.or_(sold, pc.or_(of_sold, of_returned)))
    if not sums.num_rows:
        return
    at = sums.column_names.index("day")
    sums = sums.set_column(at, "day", stored_column(sums["day"], _D, "day"))
    zeros = pa.repeat(pa.scalar(0, _I), sums.num_rows)
    insert_rows(connection, Rows(_TOTALS, pa.table([*(sums[name] for name in _KEY), *[zeros] * 3], sums.column_names)))
    database.of(connection).add_to(connection, _TOTALS, _KEY, sums)


# --- styles


def _by_item(names: pa.Table) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in names.to_pylist():
        found[row["gtin"]] = (*found.get(row["gtin"], ()), row["name"])
    return found


def _names(connection: Connection, gtins: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The styles that items are called by, each with colour and size."""
    said = f"select gtin, name from item_name where kind = '{STYLE}' and retailer = '' and {{among}}"
    return _by_item(_asked(connection, said, "gtin", gtins, _NAMES))


def _news(told: Mapping[str, tuple[str, ...]], known: Mapping[str, tuple[str, ...]]) -> bool:
    return any(not set(names) <= set(known.get(gtin, ())) for gtin, names in told.items())


def _style(names: Iterable[str]) -> str:
    """The style of an item that is called so: the part before the slash of its first name."""
    return min(names, default=ALL_STYLES).partition("/")[0]


def _asked(connection: Connection, statement: str, column: str, keys: Iterable[str], shape: pa.Schema) -> pa.Table:
    """The rows that a question about many keys brings."""
    here, found = database.of(connection), list[Any]()
    for chunk in chunks(keys, MANY):
        among, given = here.among(column, chunk)
        found += connection.exec_driver_sql(statement.replace("{among}", among), (given,)).all()
    return to_arrow(found, shape)
