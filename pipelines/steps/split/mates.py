"""Open this when goods that came in one box seem to be of one invoice: what the other goods of a return say.

These functions keep to what can be turned into machine code; run as they are, they take lists.
"""

from typing import Any

NEAR = 1024  # a mark for the last digits of an invoice's number is at hand, that of the invoice itself is far
_AT_ONCE = 32  # returns whose sales are fetched side by side: each is far away in memory
_FETCHED = 2  # goods of each: mostly these are enough to see that no invoice has all
_LINE = 16  # numbers that come with one that is fetched


def find_mates(
    first: Any,
    last: Any,
    returns: Any,
    invoices: Any,
    begin: int,
    near: Any,
    seen: Any,
    base: int,
    mates: Any,
    count: int,
    begins: Any,
    ends: Any,
) -> tuple[int, int]:
    """For each return of several goods the invoices on which all of them stand: those from ``begins`` to ``ends``.

    The sales of a good are those from ``first`` to ``last``. The goods of a return stand from ``returns[r]`` to
    ``returns[r + 1]``, that with the fewest sales first. ``seen`` has a place for each invoice, ``near`` one more than
    NEAR, and neither has a number from ``base`` on. Answers the return for which ``mates`` had no room, or how many
    there are, and the number of mates.
    """
    for one in range(begin, len(returns) - 1):
        if (one - begin) % _AT_ONCE == 0:
            near[NEAR] = fetch(first, last, returns, invoices, one, seen)
        start, stop = returns[one], returns[one + 1]
        if stop - start > 1:
            if count + last[start] - first[start] > len(mates):
                return one, count
            level = base + start
            found = list_invoices(first[start], last[start], invoices, near, seen, level, mates, count)
            for at in range(start + 1, stop):
                if found > count:
                    raise_marks(first[at], last[at], invoices, near, base + start, seen, level)
                    level += 1
                    found = keep_raised(mates, count, found, seen, level)
            begins[one], ends[one] = count, found
            count = found
    return len(returns) - 1, count


def fetch(first: Any, last: Any, returns: Any, invoices: Any, begin: int, seen: Any) -> int:
    """Look at what the next returns ask for, so that it is at hand; the answer says nothing."""
    end, looked = min(begin + _AT_ONCE, len(returns) - 1), 0
    for one in range(begin, end):
        for at in range(returns[one], min(returns[one] + _FETCHED, returns[one + 1])):
            for line in range(first[at], last[at], _LINE):
                looked ^= invoices[line]
    for one in range(begin, end):
        at = returns[one]
        if returns[one + 1] - at > 1:
            for line in range(first[at], last[at]):
                if invoices[line] >= 0:
                    looked ^= seen[invoices[line]]
    return looked


def list_invoices(
    first: int, last: int, invoices: Any, near: Any, seen: Any, level: int, mates: Any, count: int
) -> int:
    """Append and mark the good's invoices, each once; answers the new count."""
    for line in range(first, last):
        invoice = invoices[line]
        if invoice >= 0 and seen[invoice] != level:
            near[invoice & NEAR - 1] = seen[invoice] = level
            mates[count] = invoice
            count += 1
    return count


def raise_marks(first: int, last: int, invoices: Any, near: Any, listed: int, seen: Any, level: int) -> None:
    """Raise the mark of a good's invoices that all goods before it stand on."""
    for line in range(first, last):
        invoice = invoices[line]
        if near[invoice & NEAR - 1] == listed and invoice >= 0 and seen[invoice] == level:
            seen[invoice] = level + 1


def keep_raised(mates: Any, begin: int, end: int, seen: Any, level: int) -> int:
    """Keep the invoices whose mark was raised; answers where they end."""
    kept = begin
    for at in range(begin, end):
        if seen[mates[at]] == level:
            mates[kept] = mates[at]
            kept += 1
    return kept


def note_mates(claim: Any, boxes: Any, begins: Any, ends: Any) -> None:
    """Tell each claim the mates of its return."""
    for one in range(len(claim)):
        claim[one].mates_first, claim[one].mates_end = begins[boxes[one]], ends[boxes[one]]
