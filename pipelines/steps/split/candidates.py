"""Open this when a lost reference is compared with the wrong ones: the distinct references of a claim's own sales.

These functions keep to what can be turned into machine code; run as they are, they take lists.
"""

from typing import Any


def gather(rows: Any, first: Any, last: Any, codes: Any, seen: Any, base: int, starts: Any, found: Any) -> int:
    """The distinct codes of each claim's sales, one claim after the other; ``starts`` says where each begins.

    ``seen`` has a place for each code, and nowhere a number from ``base`` on. Answers how many were found.
    """
    count = 0
    for at in range(len(rows)):
        starts[at] = count
        for line in range(first[rows[at]], last[rows[at]]):
            code = codes[line]
            if code >= 0 and seen[code] != base + at:
                seen[code] = base + at
                found[count] = code
                count += 1
    starts[len(rows)] = count
    return count
