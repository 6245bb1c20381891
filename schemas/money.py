"""Open this when an amount becomes an integer or text: exact money, in minor units of its currency."""

from decimal import ROUND_HALF_UP, Decimal

# ISO 4217 currencies whose exponent is not 2.
_EXPONENTS = {
    "BHD": 3, "BIF": 0, "CLF": 4, "CLP": 0, "DJF": 0, "GNF": 0, "IQD": 3, "ISK": 0, "JOD": 3, "JPY": 0, "KMF": 0,
    "KRW": 0, "KWD": 3, "LYD": 3, "OMR": 3, "PYG": 0, "RWF": 0, "TND": 3, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0,
    "XAF": 0, "XOF": 0, "XPF": 0,
}  # fmt: skip


def exponent(currency: str) -> int:
    """Decimal places of the currency (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def to_minor(amount: Decimal, currency: str) -> int:
    """The amount in minor units, rounded half up to the currency's places."""
    return int(amount.scaleb(exponent(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_decimal(minor: int, currency: str) -> Decimal:
    """Minor units as an exact decimal with the currency's places."""
    return Decimal(minor).scaleb(-exponent(currency))


def share(total: int, part: int, whole: int) -> int:
    """``total * part / whole`` rounded half up, in integers; half goes away from zero.

    >>> share(1000, 1, 3), share(1000, 2, 3), share(5, 1, 2)
    (333, 667, 3)
    """
    sign = -1 if total < 0 else 1
    return sign * ((2 * abs(total) * part + whole) // (2 * whole))


def remainder_share(total: int, already: int, units_already: int, units_now: int, units_total: int) -> int:
    """The part of ``total`` for the next units, so that all parts of a fully returned line sum to it exactly.

    Cumulative remainder: the share of all units so far, less what earlier units got.

    >>> [remainder_share(100, a, u, 1, 3) for a, u in ((0, 0), (33, 1), (67, 2))]
    [33, 34, 33]
    """
    return share(total, units_already + units_now, units_total) - already
