"""Open this when a claim stands on a sale after its return, or on none: which sales each claim may stand on.

This function keeps to what can be turned into machine code.
"""

from typing import Any


def find_reach(groups: Any, days: Any, begins: Any, day: Any, first: Any, last: Any, end: Any) -> None:
    """Note where the sales of each claim's group begin and end, and where those behind its day begin (``last``).

    Sales of group g are those from ``begins[g]`` to ``begins[g + 1]``, by ``day``; the last group has none.
    """
    for at in range(len(groups)):
        group = groups[at]
        low = high = begins[group]
        if group + 1 < len(begins):
            high = begins[group + 1]
        first[at], end[at] = low, high
        until = days[at]
        while low < high:
            middle = (low + high) >> 1
            if day[middle] <= until:
                low = middle + 1
            else:
                high = middle
        last[at] = low
