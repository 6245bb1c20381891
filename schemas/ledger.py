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
    AUTHORISED = "authorised"  # we said that it may come
    IN_TRANSIT = "in_transit"  # it was sent
    RECEIVED = "received"  # the warehouse has it
    ACCEPTED = "accepted"  # to be credited
    CREDITED = "credited"  # on a posted credit note
    WITHHELD = "withheld"  # money alone: fees and lower grades, the part of accepted units that no note carries
    REVERSED = "reversed"  # its posted credit note was taken back by a counter-document
    SHORT = "short"  # announced, never came
    REFUSED = "refused"  # not credited, and the retailer is told why
    CANCELLED = "cancelled"  # the retailer took the notice back
    KEPT = "kept"  # stays with the retailer, on our word
    DISPOSED = "disposed"  # destroyed by the retailer, on our word
    REPLACED = "replaced"  # made good by goods instead of money
    REPAIRED = "repaired"  # mended by us
    SENT_BACK = "sent_back"  # goes back to the retailer, refused or repaired
    MOVED = "moved"  # placed anew: they go on in a later portion of their line


ORIGINS = (Bucket.SOLD, Bucket.UNSOLD)
# The units that have not come are in one of these, all of a portion in the same.
EXPECTED = (Bucket.ANNOUNCED, Bucket.AUTHORISED, Bucket.IN_TRANSIT)
OPEN = (*EXPECTED, Bucket.KEPT, Bucket.DISPOSED, Bucket.RECEIVED, Bucket.ACCEPTED)
# Nothing more happens here, but where documents come late or a person thinks again: see the moves out of them.
FINAL = (
    Bucket.CREDITED, Bucket.WITHHELD, Bucket.REVERSED, Bucket.SHORT, Bucket.REFUSED, Bucket.CANCELLED,
    Bucket.REPLACED, Bucket.REPAIRED, Bucket.SENT_BACK, Bucket.MOVED,
)  # fmt: skip


# How sums over movements are told: the columns of the ledger's views, and the buckets that count in each. Announced is
# all that has not come; stayed is what the retailer keeps or destroyed, before it is accepted.
COLUMNS: dict[str, tuple[Bucket, ...]] = {
    "announced": EXPECTED,
    "stayed": (Bucket.KEPT, Bucket.DISPOSED),
    **{bucket.value: (bucket,) for bucket in (Bucket.RECEIVED, Bucket.ACCEPTED, *FINAL)},
}
OPEN_COLUMNS = ("announced", "stayed", "received", "accepted")
# Where the units go that a decision is about; of one that is not here they stay where they are.
DECIDED_INTO: dict[str, Bucket] = {
    "credit": Bucket.ACCEPTED,
    "refuse": Bucket.REFUSED,
    "replace": Bucket.REPLACED,
    "repair": Bucket.REPAIRED,
}


@dataclass(frozen=True, slots=True)
class Move:
    """A legal move, and what it does to the invoice line's creditable balance.

    ``takes`` reserves units and money of the invoice line (+1) or gives them back (-1); ``credits`` counts them as
    credited (+1) or no longer (-1).
    """

    meaning: str
    takes: int = 0
    credits: int = 0


_B = Bucket
LEGAL_MOVES: dict[tuple[Bucket, Bucket], Move] = {
    (_B.SOLD, _B.ANNOUNCED): Move("announced by the retailer, or found at the dock", takes=+1),
    (_B.UNSOLD, _B.ANNOUNCED): Move("announced, but no sale was found for it"),
    (_B.ANNOUNCED, _B.AUTHORISED): Move("we said that it may come"),
    (_B.ANNOUNCED, _B.IN_TRANSIT): Move("sent without waiting for our word"),
    (_B.AUTHORISED, _B.IN_TRANSIT): Move("sent"),
    **{
        move: meant
        for expected in EXPECTED
        for move, meant in {
            (expected, _B.RECEIVED): Move("counted in by the warehouse"),
            (expected, _B.SHORT): Move("the box was counted and this was not in it, or it never came", takes=-1),
            (expected, _B.REFUSED): Move("refused before it came", takes=-1),
            (expected, _B.CANCELLED): Move("taken back by the retailer", takes=-1),
            (expected, _B.MOVED): Move("placed anew, before it came", takes=-1),
            (expected, _B.KEPT): Move("stays with the retailer, on our word"),
            (expected, _B.DISPOSED): Move("destroyed by the retailer, on our word"),
        }.items()
    },
    (_B.KEPT, _B.ACCEPTED): Move("accepted without goods"),
    # In books of before kept and disposed goods were told apart; nothing writes it any more.
    (_B.ANNOUNCED, _B.ACCEPTED): Move("accepted without goods"),
    (_B.DISPOSED, _B.ACCEPTED): Move("accepted without goods"),
    (_B.KEPT, _B.REFUSED): Move("refused by a person", takes=-1),
    (_B.DISPOSED, _B.REFUSED): Move("refused by a person", takes=-1),
    (_B.RECEIVED, _B.ACCEPTED): Move("accepted by policy or by a person"),
    (_B.RECEIVED, _B.REFUSED): Move("refused after inspection", takes=-1),
    (_B.RECEIVED, _B.REPLACED): Move("replaced: the retailer has goods for it again", takes=-1),
    (_B.RECEIVED, _B.REPAIRED): Move("repaired: the retailer gets it back", takes=-1),
    (_B.RECEIVED, _B.ANNOUNCED): Move("counted again by a later version of the receipt"),
    (_B.RECEIVED, _B.CANCELLED): Move("told anew by a later version of the notice or the receipt", takes=-1),
    (_B.RECEIVED, _B.MOVED): Move("placed anew, after it was counted in", takes=-1),
    (_B.SHORT, _B.ANNOUNCED): Move("counted again: an earlier version of the receipt missed it", takes=+1),
    (_B.SHORT, _B.ACCEPTED): Move("credited as announced, though it did not come", takes=+1),
    (_B.REFUSED, _B.MOVED): Move("refused for want of a sale or of evidence, which has come since"),
    (_B.REFUSED, _B.SENT_BACK): Move("refused goods go back to the retailer"),
    (_B.REPAIRED, _B.SENT_BACK): Move("repaired goods go back to the retailer"),
    (_B.ACCEPTED, _B.REFUSED): Move("refused by a person after acceptance", takes=-1),
    (_B.ACCEPTED, _B.CREDITED): Move("on a posted credit note", credits=+1),
    (_B.ACCEPTED, _B.WITHHELD): Move("money that the credit leaves out: a fee, or a lower grade"),
    (_B.CREDITED, _B.REVERSED): Move("the credit note was reversed by a counter-document", takes=-1, credits=-1),
    (_B.CREDITED, _B.WITHHELD): Move("money alone: a correction of the price took it back", credits=-1),
    (_B.WITHHELD, _B.REVERSED): Move("the money that a reversed credit had left out", takes=-1),
    (_B.REVERSED, _B.REPLACED): Move("replaced after its credit was reversed"),
}
