"""Open this when goods that came in one box seem to be of one invoice: what the other goods of a return say.

These functions keep to what can be turned into machine code; run as they are, they take lists.
"""

from typing import Any, NamedTuple

_SPREAD = 0x9E3779B1  # an odd number that scatters neighbouring codes


class Seats(NamedTuple):
    """Room to count the invoices of a return: its number, the invoice, how many of its items, and the last of them."""

    of: Any
    invoice: Any
    items: Any
    last: Any


def find_mates(
    first: Any,
    last: Any,
    invoices: Any,
    by_return: Any,
    returns: Any,
    begin: int,
    seats: Seats,
    mates_first: Any,
    mates_end: Any,
    mates: Any,
    count: int,
) -> tuple[int, int]:
    """For each claim the invoices of its own sales on which the most other items of its return were sold, at least one.

    ``by_return`` are claims, those of each return from ``returns[r]`` to ``returns[r + 1]``, by item; ``first`` to
    ``last`` are a claim's eligible sales. Answers the return at which ``mates`` was full, or how many there are, and
    the number of mates.
    """
    for one in range(begin, len(returns) - 1):
        start, stop = returns[one], returns[one + 1]
        if first[by_return[start]] != first[by_return[stop - 1]]:
            seat_all(first, last, invoices, by_return, start, stop, one, seats)
            for at in range(start, stop):
                claim = by_return[at]
                if count + last[claim] - first[claim] > len(mates):
                    return one, count
                mates_first[claim] = count
                count = most_shared(first[claim], last[claim], invoices, one, seats, mates, count)
                mates_end[claim] = count
    return len(returns) - 1, count


def seat_of(seats: Seats, one: int, invoice: int) -> int:
    """Where this invoice of this return sits, or may sit."""
    mask = len(seats.of) - 1
    seat = ((invoice * _SPREAD) >> 7) & mask
    while seats.of[seat] == one and seats.invoice[seat] != invoice:
        seat = (seat + 1) & mask
    return seat


def seat_all(
    first: Any, last: Any, invoices: Any, by_return: Any, start: int, stop: int, one: int, seats: Seats
) -> None:
    """Count for each invoice how many of the return's items were sold on it."""
    for at in range(start, stop):
        claim = by_return[at]
        for line in range(first[claim], last[claim]):
            seat = seat_of(seats, one, invoices[line])
            if seats.of[seat] != one:
                seats.of[seat], seats.invoice[seat], seats.items[seat] = one, invoices[line], 0
                seats.last[seat] = -1
            if seats.last[seat] != first[claim]:
                seats.last[seat] = first[claim]
                seats.items[seat] += 1


def most_shared(first: int, last: int, invoices: Any, one: int, seats: Seats, mates: Any, count: int) -> int:
    """Append the invoices of these sales with the most items, the claim's own not counted; answers the new count."""
    most, begin = 1, count
    for line in range(first, last):
        items = seats.items[seat_of(seats, one, invoices[line])]
        if items > most:
            most, count = items, begin
        if items == most and most > 1:
            known = False
            for at in range(begin, count):
                known = known or mates[at] == invoices[line]
            if not known:
                mates[count] = invoices[line]
                count += 1
    return count
