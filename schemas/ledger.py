"""Open this when you ask where units and money can be, and which moves are legal.

Units of a return move between buckets by append-only movements. State, reports and the month-end roll-forward are
sums over movements. A portion is the part of a return line that is placed on one invoice line (or on none).
"""

from dataclasses import dataclass
from enum import StrEnum


class Bucket(StrEnum):
    """Where units of a portion are."""

    SOLD = "sold"  # with the retailer, on an invoice line
    UNSOLD = "unsold"  # with the retailer, no invoice line found
    ANNOUNCED = "announced"  # the retailer says it comes
    RECEIVED = "received"  # the warehouse has it
    ACCEPTED = "accepted"  # to be credited
    CREDITED = "credited"  # on a posted credit note
    SHORT = "short"  # announced, never came
    REFUSED = "refused"  # not credited, and the retailer is told why
    CANCELLED = "cancelled"  # the retailer took the notice back
    MOVED = "moved"  # placed anew: they go on in a later portion of their line


ORIGINS = (Bucket.SOLD, Bucket.UNSOLD)
OPEN = (Bucket.ANNOUNCED, Bucket.RECEIVED, Bucket.ACCEPTED)
# Nothing more happens here, but where documents come late: see the moves out of refused and short.
FINAL = (Bucket.CREDITED, Bucket.SHORT, Bucket.REFUSED, Bucket.CANCELLED, Bucket.MOVED)


@dataclass(frozen=True, slots=True)
class Move:
    """A legal move, and what it does to the invoice line's creditable balance.

    ``takes`` reserves units and money of the invoice line (+1) or gives them back (-1); ``credits`` counts them as
    credited (+1).
    """

    meaning: str
    takes: int = 0
    credits: int = 0


_B = Bucket
LEGAL_MOVES: dict[tuple[Bucket, Bucket], Move] = {
    (_B.SOLD, _B.ANNOUNCED): Move("announced by the retailer, or found at the dock", takes=+1),
    (_B.UNSOLD, _B.ANNOUNCED): Move("announced, but no sale was found for it"),
    (_B.ANNOUNCED, _B.RECEIVED): Move("counted in by the warehouse"),
    (_B.ANNOUNCED, _B.ACCEPTED): Move("accepted without goods: kept or disposed of at the store"),
    (_B.ANNOUNCED, _B.SHORT): Move("the box was counted and this was not in it", takes=-1),
    (_B.ANNOUNCED, _B.REFUSED): Move("refused before it came", takes=-1),
    (_B.ANNOUNCED, _B.CANCELLED): Move("taken back by the retailer", takes=-1),
    (_B.RECEIVED, _B.ACCEPTED): Move("accepted by policy or by a person"),
    (_B.RECEIVED, _B.REFUSED): Move("refused after inspection", takes=-1),
    (_B.RECEIVED, _B.ANNOUNCED): Move("counted again by a later version of the receipt"),
    (_B.RECEIVED, _B.CANCELLED): Move("told anew by a later version of the notice or the receipt", takes=-1),
    (_B.ANNOUNCED, _B.MOVED): Move("placed anew, before it came", takes=-1),
    (_B.RECEIVED, _B.MOVED): Move("placed anew, after it was counted in", takes=-1),
    (_B.SHORT, _B.ANNOUNCED): Move("counted again: an earlier version of the receipt missed it", takes=+1),
    (_B.REFUSED, _B.MOVED): Move("refused for want of a sale, which has come since"),
    (_B.ACCEPTED, _B.REFUSED): Move("refused by a person after acceptance", takes=-1),
    (_B.ACCEPTED, _B.CREDITED): Move("on a posted credit note", credits=+1),
}
