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
    """For each claim the invoices of its own sales on which all other items of its return stand, at least one.

    Items that were not sold to the retailer before the return do not count.

    ``by_return`` are claims, those of each return from ``returns[r]`` to ``returns[r + 1]``, by item; ``first`` to
    ``last`` are a claim's own sales. Answers the return at which ``mates`` was full, or how many there are, and the
    number of mates.
    """
    for one in range(begin, len(returns) - 1):
        start, stop = returns[one], returns[one + 1]
        items = items_sold(first, last, by_return, start, stop)
        if items > 1:
            seat_all(first, last, invoices, by_return, start, stop, one, seats)
            for at in range(start, stop):
                claim = by_return[at]
                if count + last[claim] - first[claim] > len(mates):
                    leave(seats, one)
                    return one, count
                mates_first[claim] = count
                count = shared_by_all(first[claim], last[claim], invoices, one, items, seats, mates, count)
                mates_end[claim] = count
    return len(returns) - 1, count


def leave(seats: Seats, one: int) -> None:
    """Let nobody of this return sit, so that it can be counted from the beginning."""
    for seat in range(len(seats.of)):
        if seats.of[seat] == one:
            seats.of[seat] = -1


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


def items_sold(first: Any, last: Any, by_return: Any, start: int, stop: int) -> int:
    """How many different items of the return have sales that it can stand on."""
    items, before = 0, -1
    for at in range(start, stop):
        claim = by_return[at]
        if last[claim] > first[claim] and first[claim] != before:
            before = first[claim]
            items += 1
    return items


def shared_by_all(
    first: int, last: int, invoices: Any, one: int, items: int, seats: Seats, mates: Any, count: int
) -> int:
    """Append the invoices of these sales with so many items of the return; answers the new count."""
    begin = count
    for line in range(first, last):
        if seats.items[seat_of(seats, one, invoices[line])] == items:
            known = False
            for at in range(begin, count):
                known = known or mates[at] == invoices[line]
            if not known:
                mates[count] = invoices[line]
                count += 1
    return count
