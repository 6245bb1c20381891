"""Random worlds for the proofs of the split: a retailer, a few items, returns and sales that contend for each other.

The money of every sale divides evenly by its units, net and tax each, so that no cent depends on a sequence. Orders
need no repair but for zeros in front, and invoices need none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import get_args

from schemas.evidence import EVIDENCE
from schemas.partners import Order, Policy
from tests.steps.split_worlds import Row, World, claim, day, sale

KINDS = tuple(EVIDENCE)[:-1]
ORDERS: tuple[Order, ...] = get_args(Order)
ITEMS = ("09520000000011", "09520000000028", "09520000000035", "09520000000042")
POS = ("PA11", "QB22", "71003")
# No two of these become alike by one or two errors in writing.
MANY_POS = tuple(f"{a}{b}{(a + b) % 10}{(a + 2 * b) % 10}{(a + 3 * b) % 10}" for a in range(1, 6) for b in range(10))
PRICES = {"10.00": (1000, 200), "9.50": (950, 190), "12": (1200, 0)}
SAME_PRICES = {"10.00": "10", "9.50": "9.5", "12": "12.00"}


@dataclass(frozen=True, slots=True)
class Size:
    """How large a random world may be, or is, and how many days it spans."""

    items: int = 3
    claims: int = 5
    sales: int = 5
    units: int = 3
    returns: int = 2
    invoices: int = 3
    days: int = 5
    pos: tuple[str, ...] = POS
    exactly: bool = False

    def some(self, chance: Random, most: int) -> int:
        """From one to so many, or exactly so many."""
        return most if self.exactly else chance.randint(1, most)


THOUSAND_LINES = Size(
    items=4, claims=600, sales=400, units=6, returns=60, invoices=80, days=60, pos=MANY_POS, exactly=True
)


def random_policy(chance: Random) -> Policy:
    """Any order of sales, any kinds of evidence in any order, often all of them as we ship them."""
    kinds = list(KINDS)
    if chance.random() < 0.7:
        chance.shuffle(kinds)
    if chance.random() < 0.6:
        kinds = kinds[: chance.choice((0, 1, 2, 3, 5, 8, 12))]
    return Policy(order=chance.choice(ORDERS), evidence=tuple(kinds), window_days=chance.randint(0, 4))


def random_retailer(chance: Random, name: str = "nordstad", size: Size = Size()) -> tuple[list[Row], list[Row]]:
    """Claims and sales of one retailer. Some say much and some nothing; one in four has more room than claims."""
    items = ITEMS[: size.some(chance, size.items)]
    scarce = chance.random() < 0.75
    currencies = ("GBP", "EUR") if chance.random() < 0.2 else ("GBP",)
    sales = [_sale(chance, name, n, items, currencies, size, scarce) for n in range(size.some(chance, size.sales))]
    lines = [s["invoice_line"] for s in sales]
    says = chance.choice((0, 0.3, 1))
    claims = [_claim(chance, name, n, items, lines, size, says) for n in range(size.some(chance, size.claims))]
    return claims, sales


def _sale(
    chance: Random, name: str, n: int, items: tuple[str, ...], currencies: tuple[str, ...], size: Size, scarce: bool
) -> Row:
    invoice, units = f"I{chance.randrange(size.invoices)}", chance.randint(1, size.units)
    taken = chance.randint(0, units) if scarce else 0
    price = chance.choice(tuple(PRICES))
    net, tax = PRICES[price]
    return sale(
        invoice,
        units,
        retailer=name,
        invoice_line=f"WR-{name}/{invoice}/{n}",
        company=f"WR-{name}",
        gtin=chance.choice(items),
        store=chance.choice(("1", "2", None)),
        po_number=chance.choice((None, *size.pos)),
        po_line=chance.choice((None, "1", "2")),
        delivery_note=chance.choice((None, "N1", "N2")),
        sold_on=day(chance.randrange(size.days)),
        unit_price=price,
        currency=chance.choice(currencies),
        net_minor=net * units,
        tax_minor=tax * units,
        units_taken=taken,
        net_taken=net * taken,
        tax_taken=tax * taken,
    )


def _claim(chance: Random, name: str, n: int, items: tuple[str, ...], lines: list[str], size: Size, says: float) -> Row:
    number = f"R{chance.randrange(size.returns)}"

    def sometimes(share: float, *said: str) -> str | None:
        return chance.choice(said) if chance.random() < share * says else None

    price = sometimes(0.5, *PRICES)
    some_line = chance.choice(lines)
    return claim(
        n,
        chance.randint(1, size.units),
        retailer=name,
        return_line=f"{name}/{number}/{n}",
        return_id=f"{name}/{number}",
        gtin=chance.choice(items),
        store=sometimes(0.6, "1", "02", "9"),
        returned_on=None if chance.random() < 0.1 else day(chance.randrange(size.days)),
        po_number=sometimes(0.5, *size.pos, f"000{size.pos[-1]}"),
        po_line=sometimes(0.3, "1", "02"),
        invoice_number=sometimes(0.3, "I0", f"i{chance.randrange(size.invoices)}", some_line.partition("/")[2]),
        delivery_note=sometimes(0.2, "N1", "n2"),
        unit_price=price and chance.choice((price, SAME_PRICES[price])),
        header_po=sometimes(0.2, *size.pos),
        packed_for=_packed(chance, size) if chance.random() < 0.2 * says else None,
        assigned=sometimes(0.1, some_line),
    )


def _packed(chance: Random, size: Size) -> list[Row]:
    return [
        {"po_number": chance.choice(size.pos), "po_line": chance.choice((None, "1", "02"))}
        for _ in range(chance.randint(1, 2))
    ]


def random_world(chance: Random, retailers: int = 1, size: Size = Size()) -> World:
    """Some retailers of their own that share a policy."""
    parts = [random_retailer(chance, f"shop-{n:03}", size) for n in range(retailers)]
    return World([c for part, _ in parts for c in part], [s for _, part in parts for s in part], random_policy(chance))


def of_retailer(world: World, names: Iterable[str]) -> World:
    """The part of a world that concerns these retailers."""
    wanted = set(names)
    claims, sales = ([r for r in rows if r["retailer"] in wanted] for rows in (world.claims, world.sales))
    return World(claims, sales, world.policy)
