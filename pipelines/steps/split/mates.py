"""Open this when goods that came in one box seem to be of one invoice: what the other goods of a return say.

This function keeps to what can be turned into machine code; run as it is, it takes lists.
"""

from typing import Any

NONE = FULL = -1


def find_mates(
    claim: Any,
    invoices: Any,
    by_return: Any,
    returns: Any,
    begin: int,
    seen: Any,
    base: int,
    mates: Any,
    count: int,
) -> tuple[int, int]:
    """For each return of several items the invoices on which all of them stand; items without sales do not count.

    A sale counts that the item's claim may stand on. ``by_return`` are claims, those of each return from ``returns[r]``
    to ``returns[r + 1]``, by item; ``seen`` has a place for each invoice, and nowhere a number from ``base`` on.
    Answers the return at which ``mates`` was full, or how many there are, and the number of mates.
    """
    for one in range(begin, len(returns) - 1):
        start, stop = returns[one], returns[one + 1]
        shared, last = base + start, NONE
        for at in range(start, stop):
            own = claim[by_return[at]]
            # of claims for one item the latest may stand on most sales
            if own.last > own.first and (at + 1 == stop or claim[by_return[at + 1]].first != own.first):
                mark(own, invoices, seen, shared, last == NONE)
                shared, last = shared + 1, by_return[at]
        if shared > base + start + 1:
            found = name_marked(claim[last], invoices, seen, shared, mates, count)
            if found == FULL:
                return one, count
            for at in range(start, stop):
                claim[by_return[at]].mates_first, claim[by_return[at]].mates_end = count, found
            count = found
    return len(returns) - 1, count


def mark(own: Any, invoices: Any, seen: Any, shared: int, is_first: bool) -> None:
    """Raise the mark of an item's invoices that all items before it stand on."""
    for line in range(own.first, own.last):
        if invoices[line] >= 0 and (is_first or seen[invoices[line]] == shared):
            seen[invoices[line]] = shared + 1


def name_marked(own: Any, invoices: Any, seen: Any, shared: int, mates: Any, count: int) -> int:
    """Append the item's invoices that have the mark, each once; answers the new count, or FULL."""
    for line in range(own.first, own.last):
        if invoices[line] >= 0 and seen[invoices[line]] == shared:
            if count == len(mates):
                return FULL
            seen[invoices[line]] = shared - 1
            mates[count] = invoices[line]
            count += 1
    return count
