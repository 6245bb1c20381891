"""What a split must be, whoever made it: each claim of a result against the plain rules."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise

from pipelines.steps.split import Split
from tests.steps.plain_split import Doubt, Group, Placement, best_wishes, doubt, eligible, groups
from tests.steps.split_worlds import Row, World

SOLD = "sold"


class Judged:
    """A result beside its world, group by group."""

    def __init__(self, world: World, result: Split) -> None:
        self.world, self.groups = world, list(groups(world))
        self.rows: dict[str, list[Row]] = defaultdict(list)
        for row in result.allocations.to_pylist():
            self.rows[row["return_line"]].append(row)

    def faults(self) -> Iterator[str]:
        """Everything that is wrong with it, with the world that shows it."""
        for group in self.groups:
            faults = list(self._of_group(group))
            if faults:
                yield "\n".join([*faults, _agreed(self.world), *map(_told, (*group.claims, *group.sales))])

    def placement(self, group: Group) -> Placement:
        """Units by claim and sale."""
        at = {s["invoice_line"]: n for n, s in enumerate(group.sales)}
        return {(c, at[row["invoice_line"]]): row["units"] for c, row in self.placed(group)}

    def placed(self, group: Group) -> Iterator[tuple[int, Row]]:
        for c, claim in enumerate(group.claims):
            yield from ((c, row) for row in self.rows[claim["return_line"]] if row["invoice_line"])

    def _of_group(self, group: Group) -> Iterator[str]:
        broken = list(self.broken(group))
        if broken:
            yield from broken
            return
        placement = self.placement(group)
        if group.wishes(placement) != (best := best_wishes(group)):
            yield f"is {group.wishes(placement)}, and {best} can be had"
            return
        yield from self.mistold(group)
        for c in {c for c, _ in placement}:
            yield from self.doubt_wrong(group, c, lambda claim: doubt(group, placement, claim))

    def broken(self, group: Group) -> Iterator[str]:
        """What no placement may do: lose units, take what is not there, or place where it is not allowed."""
        for claim in group.claims:
            yield from _not_whole(claim, self.rows[claim["return_line"]])
        placement = self.placement(group)
        forbidden = [pair for pair in placement if pair not in group.held]
        if forbidden or len(placement) != sum(1 for _ in self.placed(group)):
            yield f"pairs that may not be, or stand twice: {forbidden}"
        for s, room in enumerate(group.room):
            if sum(units for (_, sale), units in placement.items() if sale == s) > room:
                yield f"{group.sales[s]['invoice_line']} gives more than it has"

    def mistold(self, group: Group) -> Iterator[str]:
        """What portions say wrongly of their evidence and money, or of why there is no sale."""
        for c, row in self.placed(group):
            yield from _wrongly_told(group, group.sales.index(_sale(group, row)), c, row)
        yield from (fault for c, _ in enumerate(group.claims) for fault in self._why_wrong(group, c))

    def doubt_wrong(self, group: Group, c: int, doubt_of: Callable[[int], Doubt]) -> Iterator[str]:
        """A claim's spread that is not what equally good placements give; it is dealt over the claim's portions."""
        rows = [row for claim, row in self.placed(group) if claim == c]
        expected = doubt_of(c)
        told = {row["spread_currency"] for row in rows} - {None}
        low, high = (sum(row[name] for row in rows) for name in ("spread_low", "spread_high"))
        if expected.currencies:
            right = bool(told) and told <= expected.currencies
        else:
            right = not told and (low, high) == (expected.low, expected.high)
        inside = all(row["spread_low"] <= row["net_minor"] + row["tax_minor"] <= row["spread_high"] for row in rows)
        if not right or not inside:
            yield f"{group.claims[c]['return_line']} may give {low} to {high}, or {told}; it is {expected}: {rows}"

    def _why_wrong(self, group: Group, c: int) -> Iterator[str]:
        """The code of what finds no sale."""
        claim = group.claims[c]
        later = "LINE-SOLD-LATER" if group.sales else "LINE-NEVER-SOLD"
        why = "LINE-BEYOND-SOLD" if any(eligible(claim, sale) for sale in group.sales) else later
        told = {row["unplaced"] for row in self.rows[claim["return_line"]]} - {None}
        if told - {why}:
            yield f"{claim['return_line']} is unplaced for {told}, not {why}"


def _agreed(world: World) -> str:
    policy = world.policy
    return f"{policy.order}, window {policy.window_days}, {','.join(policy.evidence)}"


def _told(row: Row) -> str:
    return str({key: value for key, value in row.items() if value is not None})


def _not_whole(claim: Row, rows: list[Row]) -> Iterator[str]:
    """Every unit is in one portion; portions are numbered, the strongest first, what has no sale last."""
    if sum(row["units"] for row in rows) != claim["units"] or any(row["units"] <= 0 for row in rows):
        yield f"{claim['return_line']} has {claim['units']} units, portions {[row['units'] for row in rows]}"
    if [row["portion"] for row in rows] != [f"{claim['return_line']}#{n}" for n in range(1, len(rows) + 1)]:
        yield f"portions of {claim['return_line']} are named {[row['portion'] for row in rows]}"
    if any(a > b for a, b in pairwise((row["rank"], row["invoice_line"] or "~") for row in rows)):
        yield f"portions of {claim['return_line']} are not sorted"
    if sum(row["unplaced"] is not None for row in rows) > 1 or any(
        (row["unplaced"] is None) != (row["invoice_line"] is not None) for row in rows
    ):
        yield f"{claim['return_line']}: one portion at most has no sale, and says why"


def _sale(group: Group, row: Row) -> Row:
    (found,) = (sale for sale in group.sales if sale["invoice_line"] == row["invoice_line"])
    return found


def _wrongly_told(group: Group, s: int, c: int, row: Row) -> Iterator[str]:
    """What a portion says of its evidence and money."""
    kinds = group.policy.evidence
    held = [kind for kind, holds in zip(kinds, group.held[c, s], strict=True) if holds]
    evidence = held[0] if held else SOLD
    rank = kinds.index(evidence) if held else len(kinds)
    told = [kind for kind in (row["held"] or "").split(",") if kind and kind != SOLD]
    if (told, row["evidence"], row["rank"]) != (held, evidence, rank):
        yield f"{row['portion']} says {row['evidence']} ({row['rank']}), {row['held']!r}; {held} hold, rank {rank}"
    sale = group.sales[s]
    money = row["net_minor"] * sale["units"], row["tax_minor"] * sale["units"], row["currency"]
    if money != (sale["net_minor"] * row["units"], sale["tax_minor"] * row["units"], sale["currency"]):
        yield f"{row['portion']}: {row['units']} units are worth {money}"
