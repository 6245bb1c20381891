"""Open this when units are held because too much was credited: caps on credits, and which units still fit under them.

Units are asked in the order of their returns. A cap is used by everything that was credited before, and by the units
asked before; what does not fit is cut off, in whole units, and decided by itself.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.credit_terms import Cap
from schemas.day_totals import ALL_STYLES
from schemas.money import share, to_decimal, to_minor
from schemas.partners import Policy
from schemas.tables import CAP_USES

REST = ">over"  # the end of the id of a decision about units above a cap
_ALWAYS = date(1, 1, 1).toordinal()

Ask = tuple[int, int, int, int]  # the row, its units, their net and what is credited of it
Scope = tuple[str, str | None]  # currency and style; no style: all of the retailer


@dataclass(slots=True)
class Days:
    """Amounts by day, and their sums over spans of days."""

    days: list[int] = field(default_factory=list)
    sums: list[int] = field(default_factory=lambda: [0])

    @classmethod
    def of(cls, amounts: dict[int, int]) -> "Days":
        """From the amount of each day."""
        found = cls(sorted(amounts))
        for day in found.days:
            found.sums.append(found.sums[-1] + amounts[day])
        return found

    def after(self, day: int) -> int:
        """All amounts of later days."""
        return self.sums[-1] - self.sums[bisect_right(self.days, day)]

    def between(self, after: int, last: int) -> int:
        """The amounts of days later than the first and up to the last one."""
        return self.sums[bisect_right(self.days, last)] - self.sums[bisect_right(self.days, after)]

    def add(self, day: int, amount: int) -> None:
        """More on the last day, or on a later one."""
        self.days.append(day)
        self.sums.append(self.sums[-1] + amount)


@dataclass(frozen=True, slots=True)
class Room:
    """What a cap leaves to a row: its limit, and what is used of it."""

    limit: int
    used: int


class Counter:
    """One cap: what was bought and credited under it, by scope and day; ``totals`` are DAY_TOTALS."""

    def __init__(self, cap: Cap, totals: pa.Table) -> None:
        self.cap = cap
        mine = totals.filter((pc.not_equal if cap.per == "style" else pc.equal)(totals["style"], ALL_STYLES))
        self._bought = self._by_scope(mine, "sold_minor")
        self._credited = self._by_scope(mine, "of_sold_minor" if cap.sold_from else "of_returned_minor")
        self._asked: dict[Scope, Days] = defaultdict(Days)

    def _by_scope(self, totals: pa.Table, amount: str) -> dict[Scope, Days]:
        amounts: dict[Scope, dict[int, int]] = defaultdict(dict)
        for style, currency, day, net in zip(
            *(totals[name].to_pylist() for name in ("style", "currency", "day", amount)), strict=True
        ):
            if self._is_inside(day):
                amounts[currency, style or None][day.toordinal()] = net
        return {scope: Days.of(days) for scope, days in amounts.items()}

    def scope(self, row: dict[str, Any]) -> Scope:
        """The purse that the row is paid from."""
        return row["currency"], style_of(row["style"]) if self.cap.per == "style" else None

    def _is_inside(self, sold_on: date | None) -> bool:
        first, last = self.cap.sold_from, self.cap.sold_to
        return first is None or last is None or (sold_on is not None and first <= sold_on <= last)

    def room(self, row: dict[str, Any]) -> Room | None:
        """What is left for the row, None: the cap does not speak of it."""
        if not self._is_inside(row["sold_on"]) or (self.cap.per == "style" and style_of(row["style"]) is None):
            return None
        scope, day = self.scope(row), row["returned_on"].toordinal()
        since = day - self.cap.days if self.cap.days else _ALWAYS
        limits = []
        if self.cap.amount is not None:
            limits.append(to_minor(self.cap.amount, scope[0]))
        if self.cap.percent is not None:
            bought = self._bought.get(scope, _NOTHING)
            net = bought.between(since, day) if self.cap.days else bought.sums[-1]
            limits.append(int(net * self.cap.percent / 100))
        used = self._credited.get(scope, _NOTHING).after(since) + self._asked[scope].after(since)
        return Room(min(limits), used)

    def use(self, row: dict[str, Any], amount: int) -> None:
        """Count what the row is credited. Rows come in the order of their returns."""
        self._asked[self.scope(row)].add(row["returned_on"].toordinal(), amount)


_NOTHING = Days()
_ASKED = ("currency", "style", "sold_on", "returned_on", "decision", "units", "net_minor")


def style_of(style: str | None) -> str | None:
    """What a cap counts as one style: the part before the slash, OSLO of OSLO/NAVY/M; None: the item has none."""
    return (style or "").partition("/")[0] or None


def counted(caps: Iterable[Cap], undecided: pa.Table) -> tuple[list[str], date | None]:
    """The styles that caps count for ``UNDECIDED`` units, and the first day that any of them counts; None: all days."""
    caps = list(caps)
    styles = {style_of(style) for style in pc.unique(undecided["style"]).to_pylist()} - {None}
    first = pc.min(undecided["returned_on"]).as_py()
    spans = [cap.days for cap in caps]
    since = first - timedelta(days=max(filter(None, spans))) if first and all(spans) else None
    return sorted(filter(None, styles)) if any(cap.per == "style" for cap in caps) else [], since


def without(totals: pa.Table, credited: pa.Table) -> pa.Table:
    """``DAY_TOTALS`` less what was ``credited`` (CREDITED), for all items and by style."""
    less: dict[tuple[str, str, date, str], int] = defaultdict(int)
    for row in credited.to_pylist():
        for style in {ALL_STYLES, style_of(row["style"]) or ALL_STYLES}:
            for day, amount in ((row["sold_on"], "of_sold_minor"), (row["returned_on"], "of_returned_minor")):
                less[style, row["currency"], day, amount] += row["net_minor"]
    found = totals.to_pylist()
    for one in found:
        for amount in ("of_sold_minor", "of_returned_minor"):
            one[amount] -= less[one["style"], one["currency"], one["day"], amount]
    return pa.Table.from_pylist(found, totals.schema)


def within_caps(facts: pa.Table, credited: Any, credit: Any, policy: Policy, totals: pa.Table) -> pa.Table:
    """The facts with units above a cap cut off as rows of their own, with ``over`` (the cap) and ``over_told``.

    ``credit`` is the net that each ``credited`` row gets at most. ``totals`` are DAY_TOTALS of the retailer until then.
    The rest of a row has its id with REST behind it.
    """
    counters = [Counter(cap, totals) for cap in policy.caps]
    cuts: dict[int, tuple[int, str, str]] = {}
    for place, row, amount in _in_order(facts, credited, credit):
        units, cap, told = _fitting(counters, row, amount)
        if units < row["units"]:
            cuts[place] = (units, cap, told)
    return _cut(facts, cuts)


def about(decisions: pa.Table) -> Any:
    """The undecided units that each decision is about: its id, without REST."""
    ids = decisions["decision"]
    return pc.replace_substring_regex(ids, f"{REST}$", "") if pc.any(pc.ends_with(ids, REST)).as_py() else ids


def cap_uses(decisions: pa.Table, facts: pa.Table, policy: Policy, totals: pa.Table) -> pa.Table:
    """``CAP_USES`` of the credits among ``DECISIONS``; ``facts`` are of the same rows."""
    counters = [Counter(cap, totals) for cap in policy.caps]
    found = []
    for _, row, amount in _in_order(
        facts, pc.equal(decisions["outcome"], "credit"), decisions["credit_net"].to_numpy()
    ):
        for counter in counters:
            room = counter.room(row)
            if room is not None:
                scope = dict(zip(("currency", "style"), counter.scope(row), strict=True))
                limits = {"limit_minor": room.limit, "used_minor": room.used, "net_minor": amount}
                used = {"decision": row["decision"], "cap": counter.cap.name, "retailer": row["retailer"]}
                found.append(used | scope | limits)
                counter.use(row, amount)
    return pa.Table.from_pylist(found, CAP_USES)


def _in_order(facts: pa.Table, credited: Any, credit: Any) -> Iterator[tuple[int, dict[str, Any], int]]:
    """The rows that are credited, by the day of their return: place, facts and amount."""
    places = np.flatnonzero(credited.to_numpy(zero_copy_only=False) if isinstance(credited, pa.Array) else credited)
    rows = facts.select([*_ASKED, "retailer"]).take(pa.array(places)).to_pylist()
    listed = zip(places.tolist(), rows, credit[places].tolist(), strict=True)
    yield from sorted(listed, key=lambda one: (one[1]["returned_on"], one[1]["decision"]))


def _fitting(counters: list[Counter], row: dict[str, Any], amount: int) -> tuple[int, str, str]:
    """How many units of the row fit under all caps; and the cap with the least room, in words. The caps are used."""
    units, tightest, told = row["units"], "", ""
    rooms = [(counter, counter.room(row)) for counter in counters]
    for counter, room in rooms:
        fitting = _units_within(row, amount, room.limit - room.used) if room else units
        if room and fitting < units:
            units, tightest, told = fitting, counter.cap.name, _told(counter.cap, room, row["currency"])
    for counter, room in rooms:
        if room and units:
            counter.use(row, amount if units == row["units"] else _at_most(row, amount, units))
    return units, tightest, told


def _at_most(row: dict[str, Any], amount: int, units: int) -> int:
    """What so many of the row's units are credited with, whichever way it is rounded."""
    whole: int = row["units"]
    if amount == row["net_minor"]:
        return share(amount, units, whole)
    return -(-amount * units // whole) + 3


def _units_within(row: dict[str, Any], amount: int, left: int) -> int:
    """How many of the row's units are credited with no more than what is left."""
    units: int = row["units"]
    if amount <= left:
        return units
    fitting = max(0, min(units - 1, left * units // amount)) if left > 0 else 0
    while fitting and _at_most(row, amount, fitting) > left:
        fitting -= 1
    return fitting


def _told(cap: Cap, room: Room, currency: str) -> str:
    of = f"{cap.percent.normalize():f} % of purchases" if cap.percent is not None else "an amount"
    per = " of the style" if cap.per == "style" else ""
    limit, used = to_decimal(room.limit, currency), to_decimal(min(room.used, room.limit), currency)
    return f"the cap {cap.name} ({of}{per}: {limit} {currency}, of which {used} are used)"


def _cut(facts: pa.Table, cuts: dict[int, tuple[int, str, str]]) -> pa.Table:
    """Rows with fewer units, and behind them rows with the rest."""
    nobody = pa.nulls(facts.num_rows, pa.string())
    facts = facts.append_column("over", nobody).append_column("over_told", nobody)
    if not cuts:
        return facts
    cut = facts.take(pa.array(list(cuts))).to_pylist()
    kept, rest = [], []
    for row, (units, cap, told) in zip(cut, cuts.values(), strict=True):
        part = {name: share(row[name], units, row["units"]) for name in ("net_minor", "tax_minor")} | {"units": units}
        above = {name: row[name] - part[name] for name in part} | {"over": cap, "over_told": told}
        if units:
            kept.append(row | part)
            above |= {"decision": row["decision"] + REST}
        rest.append(row | above)
    others = facts.filter(pa.array(~np.isin(np.arange(facts.num_rows), list(cuts))))
    parts = [others, *(pa.Table.from_pylist(rows, facts.schema) for rows in (kept, rest))]
    return pa.concat_tables(parts).sort_by("decision").combine_chunks()
