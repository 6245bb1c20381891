"""The split said once more, slowly and plainly: what holds for a claim and a sale, and the best of all placements.

Nothing here is taken from the engine. Each unit tries every sale and none, and what remains is remembered, so that all
placements are judged. Money is that of worlds in which each unit of a sale is worth the same.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from schemas.partners import Policy
from tests.steps.split_worlds import Row, World, day

Placement = Mapping[tuple[int, int], int]  # units by claim and sale of a group
_LARGE = 10**6  # more than any sum of a small world


def plainly(text: str | None) -> str | None:
    return text.strip().upper() if text else None


def without_zeros(text: str | None) -> str | None:
    return plainly(text).lstrip("0") if text else None  # type: ignore[union-attr]


def same(left: str | None, right: str | None) -> bool:
    return left is not None and left == right


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of a retailer beside one claim and one sale."""

    pos: frozenset[str | None]
    repaired: Mapping[str, str | None]
    pos_of_return: Mapping[str, frozenset[str | None]]
    mates: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, claims: Sequence[Row], sales: Sequence[Row]) -> "Around":
        """From all claims and sales of one retailer."""
        pos = frozenset(plainly(s["po_number"]) for s in sales)
        repaired = {c["return_line"]: repaired_po(c, pos, sales) for c in claims}
        of_return = _sets((c["return_id"], stated_po(c, pos) or repaired[c["return_line"]]) for c in claims)
        return cls(pos, repaired, of_return, _mates(claims, sales))


def _sets(pairs: Iterable[tuple[Any, str | None]]) -> dict[Any, frozenset[Any]]:
    found = defaultdict(set)
    for key, value in pairs:
        found[key].add(value)
    return {key: frozenset(values) for key, values in found.items()}


def stated_po(claim: Row, pos: frozenset[str | None]) -> str | None:
    """The stated order, where the retailer has it."""
    stated = plainly(claim.get("po_number"))
    return stated if stated in pos else None


def repaired_po(claim: Row, pos: frozenset[str | None], sales: Sequence[Row]) -> str | None:
    """The order of a sale that the claim may stand on. The only errors of these worlds are zeros in front."""
    stated = plainly(claim.get("po_number"))
    if stated is None or stated in pos:
        return None
    near = {plainly(s["po_number"]) for s in sales if s["gtin"] == claim["gtin"] and eligible(claim, s)}
    return stated.lstrip("0") if stated.lstrip("0") in near else None


def eligible(claim: Row, sale: Row) -> bool:
    return claim["returned_on"] is None or sale["sold_on"] <= claim["returned_on"]


def holds(claim: Row, sale: Row, around: Around, window_days: int) -> set[str]:
    """The kinds of evidence that hold for a unit of this claim on this sale."""
    po = plainly(sale["po_number"])
    po_line = without_zeros(sale["po_line"])
    exact = same(stated_po(claim, around.pos), po)
    line = same(without_zeros(claim.get("po_line")), po_line)
    stated = plainly(claim.get("invoice_number"))
    invoice = same(stated and stated.partition("/")[0], plainly(sale["invoice_number"]))
    whole_invoice_line = same(stated, plainly(sale["invoice_line"].partition("/")[2]))
    packed = [(plainly(one["po_number"]), without_zeros(one["po_line"])) for one in claim.get("packed_for") or ()]
    price = claim.get("unit_price")
    said = {
        "assigned": same(claim.get("assigned"), sale["invoice_line"]),
        "invoice_and_line": whole_invoice_line or (invoice and exact and line),
        "po_and_line": exact and line,
        "carton_line": po is not None and po_line is not None and (po, po_line) in packed,
        "invoice": invoice,
        "po": exact,
        "carton": po is not None and po in {one for one, _ in packed},
        "delivery_note": same(plainly(claim.get("delivery_note")), plainly(sale.get("delivery_note"))),
        "repaired": same(around.repaired[claim["return_line"]], po),
        "header": same(plainly(claim.get("header_po")), po),
        "box": po is not None and po in around.pos_of_return[claim["return_id"]],
        "price": price is not None and Decimal(price) == Decimal(sale["unit_price"]),
        "store": same(without_zeros(claim.get("store")), without_zeros(sale["store"])),
        "mates": sale["invoice_number"] in around.mates[claim["return_line"]],
        "whole_line": claim["units"] == sale["units"],
        "window": claim["returned_on"] is not None and (claim["returned_on"] - sale["sold_on"]).days <= window_days,
    }
    return {kind for kind, held in said.items() if held}


def _mates(claims: Sequence[Row], sales: Sequence[Row]) -> dict[str, frozenset[str]]:
    """For each claim those invoices of its item on which most other items of the same return were sold.

    A sale counts that the item's claim may stand on.
    """
    on_invoice = _sets(
        ((c["return_id"], s["invoice_number"]), c["gtin"])
        for c in claims
        for s in sales
        if s["gtin"] == c["gtin"] and eligible(c, s)
    )
    found = {}
    for c in claims:
        own = {s["invoice_number"] for s in sales if s["gtin"] == c["gtin"] and eligible(c, s)}
        counts = {invoice: len(on_invoice[c["return_id"], invoice] - {c["gtin"]}) for invoice in own}
        most = max(counts.values(), default=0)
        found[c["return_line"]] = frozenset(i for i, count in counts.items() if count == most and most)
    return found


class Wishes(NamedTuple):
    """What is wished of a placement: the most, the least, the least, and the most for the first claims."""

    goodness: list[int]  # units placed, then units for which each kind of evidence holds
    cost: int  # what the order rule looks at, over all units
    place: int  # the places of their sales, over all units
    served: list[int]  # the units of each claim, those of the first return first


class Group:
    """The claims and sales of one retailer and item, and how good each pair is."""

    def __init__(self, claims: Iterable[Row], sales: Iterable[Row], policy: Policy, around: Around) -> None:
        self.claims = sorted(claims, key=_first_come)
        self.sales = sorted(sales, key=lambda s: (s["sold_on"], s["invoice_line"]))
        self.policy = policy
        self.room = tuple(s["units"] - s["units_taken"] for s in self.sales)
        self.worth = [(s["net_minor"] + s["tax_minor"]) // s["units"] for s in self.sales]
        self.held = {
            (c, s): [kind in held for kind in policy.evidence]
            for c, claim in enumerate(self.claims)
            for s, sale in enumerate(self.sales)
            if eligible(claim, sale)
            for held in [holds(claim, sale, around, policy.window_days)]
        }
        rule = _ORDERS[policy.order]
        self.cost = [[rule(sale, claim) for sale in self.sales] for claim in self.claims]
        self.place = [self._places(claim) for claim in self.claims]

    def _places(self, claim: Row) -> list[int]:
        """Sales by age, the oldest first, then by id; where a price should be near, the newest first."""
        newest_first = self.policy.order == "nearest_price"
        ranked = sorted(self.sales, key=lambda s: (-_day(s) if newest_first else _day(s), s["invoice_line"]))
        return [ranked.index(sale) for sale in self.sales]

    def goodness(self, placement: Placement) -> list[int]:
        """Units placed, then units for which each kind holds, in the policy's order: the more the better."""
        counts = Counter({"placed": 0})
        for pair, units in placement.items():
            counts["placed"] += units
            for kind, held in zip(self.policy.evidence, self.held[pair], strict=True):
                counts[kind] += units * held
        return [counts["placed"], *(counts[kind] for kind in self.policy.evidence)]

    def wishes(self, placement: Placement) -> Wishes:
        """All that is wished, in its order."""
        cost = sum(units * self.cost[c][s] for (c, s), units in placement.items())
        place = sum(units * self.place[c][s] for (c, s), units in placement.items())
        return Wishes(self.goodness(placement), cost, place, served(self, placement))


def _first_come(claim: Row) -> tuple[bool, object, str]:
    return claim["returned_on"] is None, claim["returned_on"] or day(0), claim["return_line"]


def _day(sale: Row) -> int:
    return int((sale["sold_on"] - day(0)).days)


def _distance(sale: Row, claim: Row) -> int:
    """To the stated price, in cents."""
    stated = claim.get("unit_price")
    return int(abs(Decimal(sale["unit_price"]) - Decimal(stated)) * 100) if stated else 0


def _unit_net(sale: Row) -> int:
    return int(sale["net_minor"] // sale["units"])


_ORDERS: dict[str, Callable[[Row, Row], int]] = {
    "newest": lambda sale, _: -_day(sale),
    "oldest": lambda sale, _: _day(sale),
    "cheapest": lambda sale, _: _unit_net(sale),
    "dearest": lambda sale, _: -_unit_net(sale),
    "nearest_price": _distance,
}


def groups(world: World) -> Iterator[Group]:
    """The world by retailer and item; items that nobody returns are left out."""
    for retailer in sorted({c["retailer"] for c in world.claims}):
        claims = [c for c in world.claims if c["retailer"] == retailer]
        sales = [s for s in world.sales if s["retailer"] == retailer]
        around = Around.of(claims, sales)
        for gtin in sorted({c["gtin"] for c in claims}):
            own = ([row for row in rows if row["gtin"] == gtin] for rows in (claims, sales))
            yield Group(*own, world.policy, around)


# --- all placements, unit by unit


def best(units: Sequence[int], value: Callable[[int, int], int | None], room: Sequence[int]) -> int:
    """The highest sum of values of any placement. ``units`` has a claim for each unit; None: not on this sale."""

    @cache
    def rest(at: int, free: tuple[int, ...]) -> int:
        if at == len(units):
            return 0
        found = rest(at + 1, free)
        for sale, left in enumerate(free):
            if left and (here := value(units[at], sale)) is not None:
                found = max(found, here + rest(at + 1, (*free[:sale], left - 1, *free[sale + 1 :])))
        return found

    return rest(0, tuple(room))


def unit_by_unit(group: Group) -> list[int]:
    return [c for c, claim in enumerate(group.claims) for _ in range(claim["units"])]


def _number(digits: Iterable[int]) -> int:
    """Wishes in their order as one number: no sum of a later one reaches one of an earlier."""
    total = 0
    for digit in digits:
        total = total * _LARGE + digit
    return total


def digits(number: int, count: int) -> list[int]:
    found = []
    for _ in range(count):
        number, digit = divmod(number, _LARGE)
        found.append(digit)
    return found[::-1]


def good_values(group: Group) -> dict[tuple[int, int], int]:
    """What a unit of each pair adds to goodness."""
    return {pair: _number([1, *held]) for pair, held in group.held.items()}


def best_goodness(group: Group) -> list[int]:
    """The best that any placement of the group gives: units placed, then units of each kind."""
    values = good_values(group)
    number = best(unit_by_unit(group), lambda c, s: values.get((c, s)), group.room)
    return digits(number, 1 + len(group.policy.evidence))


def best_wishes(group: Group) -> Wishes:
    """What the best of all placements gives, by all that is wished."""
    kinds, dearest, last = 1 + len(group.policy.evidence), _dearest(group), len(group.sales)
    values = {}
    for (c, s), held in group.held.items():
        own = [int(c == one) for one in range(len(group.claims))]
        values[c, s] = _number([1, *held, dearest - group.cost[c][s], last - group.place[c][s], *own])
    found = digits(
        best(unit_by_unit(group), lambda c, s: values.get((c, s)), group.room), kinds + 2 + len(group.claims)
    )
    cost, place = found[0] * dearest - found[kinds], found[0] * last - found[kinds + 1]
    return Wishes(found[:kinds], cost, place, found[kinds + 2 :])


def _dearest(group: Group) -> int:
    return max((cost for costs in group.cost for cost in costs), default=0)


# --- doubt in money


class Doubt(NamedTuple):
    """What the placed units of a claim would be credited in other, equally good placements.

    ``currencies`` are those in which some of them credit more units of the claim than the placement does. Where there
    are any, a person is asked whatever the lowest and highest are, and these are not said.
    """

    low: int | None
    high: int | None
    currencies: frozenset[str]


def served(group: Group, placement: Placement) -> list[int]:
    """The units of each claim that are placed."""
    return [sum(units for (c, _), units in placement.items() if c == one) for one in range(len(group.claims))]


def doubt(group: Group, placement: Placement, claim: int) -> Doubt:
    """Over all placements that are as good as this one, and in which each claim has as many units placed."""
    units = [c for c, count in enumerate(served(group, placement)) for _ in range(count)]
    good = good_values(group)
    most = _LARGE * _LARGE * max(group.worth, default=1)

    def reach(money: Sequence[int]) -> int:
        """The most that the claim's units are worth, by the worth of a unit on each sale."""
        values = {(c, s): number * most + (money[s] if c == claim else 0) for (c, s), number in good.items()}
        total = best(units, lambda c, s: values.get((c, s)), group.room)
        return (total + most // 2) % most - most // 2

    return doubt_by(reach, group, placement, claim)


def doubt_by(reach: Callable[[Sequence[int]], int], group: Group, placement: Placement, claim: int) -> Doubt:
    """The doubt, by the most that the claim's units may reach."""
    currency = [sale["currency"] for sale in group.sales]
    own = Counter(currency[s] for (c, s), units in placement.items() if c == claim for _ in range(units))
    others = {one for one in set(currency) if reach([int(one == other) for other in currency]) > own[one]}
    if others:
        return Doubt(None, None, frozenset(others))
    return Doubt(-reach([-worth for worth in group.worth]), reach(group.worth), frozenset())
