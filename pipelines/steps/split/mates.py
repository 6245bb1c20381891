"""Open this when goods that came in one box seem to be of one invoice: what the other goods of a return say.

These functions keep to what can be turned into machine code; run as they are, they take lists.
"""

from typing import Any

NONE = FULL = -1
NEAR = 1024  # a mark for the last digits of an invoice's number is at hand, that of the invoice itself is far


def find_mates(
    claim: Any,
    invoices: Any,
    by_return: Any,
    returns: Any,
    begin: int,
    near: Any,
    seen: Any,
    base: int,
    mates: Any,
    count: int,
) -> tuple[int, int]:
    """For each return of several items the invoices on which all of them stand; items without sales do not count.

    A sale counts that the item's claim may stand on. ``by_return`` are claims, those of each return from ``returns[r]``
    to ``returns[r + 1]``, by item; ``seen`` has a place for each invoice, ``near`` so many as NEAR, and neither has a
    number from ``base`` on. Answers the return at which ``mates`` was full, or how many there are, and the number of
    mates.
    """
    for one in range(begin, len(returns) - 1):
        start, stop = returns[one], returns[one + 1]
        fewest, items, level = fewest_sales(claim, by_return, start, stop), 0, base + start
        if fewest != NONE:
            found = list_invoices(claim[by_return[fewest]], invoices, near, seen, level, mates, count)
            if found == FULL:
                return one, count
            for at in range(start, stop):
                if at != fewest and found > count and stands(claim, by_return, at, stop):
                    raise_marks(claim[by_return[at]], invoices, near, base + start, seen, level + items)
                    items += 1
                    found = keep_raised(mates, count, found, seen, level + items)
            if items:
                for at in range(start, stop):
                    claim[by_return[at]].mates_first, claim[by_return[at]].mates_end = count, found
                count = found
    return len(returns) - 1, count


def stands(claim: Any, by_return: Any, at: int, stop: int) -> bool:
    """Whether a claim speaks for its item: it has sales, and of the item's claims it is the latest, with most sales."""
    own = claim[by_return[at]]
    return own.last > own.first and (at + 1 == stop or claim[by_return[at + 1]].first != own.first)


def fewest_sales(claim: Any, by_return: Any, start: int, stop: int) -> int:
    """Of the claims that speak for items of a return the one with the fewest sales; NONE: there is none."""
    found, fewest = NONE, 0
    for at in range(start, stop):
        if stands(claim, by_return, at, stop):
            sales = claim[by_return[at]].last - claim[by_return[at]].first
            if found == NONE or sales < fewest:
                found, fewest = at, sales
    return found


def list_invoices(own: Any, invoices: Any, near: Any, seen: Any, level: int, mates: Any, count: int) -> int:
    """Append and mark the item's invoices, each once; answers the new count, or FULL."""
    for line in range(own.first, own.last):
        invoice = invoices[line]
        if invoice >= 0 and seen[invoice] != level:
            if count == len(mates):
                return FULL
            near[invoice % NEAR] = seen[invoice] = level
            mates[count] = invoice
            count += 1
    return count


def raise_marks(own: Any, invoices: Any, near: Any, listed: int, seen: Any, level: int) -> None:
    """Raise the mark of an item's invoices that all items before it stand on."""
    for line in range(own.first, own.last):
        invoice = invoices[line]
        if invoice >= 0 and near[invoice % NEAR] == listed and seen[invoice] == level:
            seen[invoice] = level + 1


def keep_raised(mates: Any, begin: int, end: int, seen: Any, level: int) -> int:
    """Keep the invoices whose mark was raised; answers where they end."""
    kept = begin
    for at in range(begin, end):
        if seen[mates[at]] == level:
            mates[kept] = mates[at]
            kept += 1
    return kept
