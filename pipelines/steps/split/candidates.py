"""Open this when a lost reference is compared with the wrong ones: which references of a claim's own sales it may mean.

Whatever the error in writing, but for one sign all of the stated reference are in the one that was meant, or the other
way round (``resemblance.may_resemble``). Counting signs is quick, so that nearly all need not be looked at as texts.
These functions keep to what can be turned into machine code; run as they are, they take lists.
"""

from typing import Any

from pipelines.steps.split.resemblance import may_resemble
from pipelines.steps.split.squeezed import signs_in

UNTOLD = -2  # signs that nobody asked for yet


def gather(
    first: Any,
    last: Any,
    signs: Any,
    named: Any,
    codes: Any,
    text: Any,
    starts: Any,
    known: Any,
    begin: int,
    found_by: Any,
    found: Any,
    count: int,
) -> tuple[int, int]:
    """The distinct references of each claim's sales, ``first`` to ``last``, that what it states may resemble.

    ``signs`` are those of what is stated, ``named`` those behind words that name it; ``known`` keeps those of each
    reference once they are told. Answers the claim at which ``found`` was full, or how many there are, and how many
    were found.
    """
    for at in range(begin, len(first)):
        own = count
        for line in range(first[at], last[at]):
            code = codes[line]
            if code >= 0:
                if known[code] == UNTOLD:
                    known[code] = signs_in(text, starts[code], starts[code + 1])
                if may_resemble(signs[at], named[at], known[code]) and is_new(found, own, count, code):
                    if count == len(found):
                        return at, own
                    found_by[count], found[count] = at, code
                    count += 1
    return len(first), count


def is_new(found: Any, start: int, end: int, code: int) -> bool:
    """Whether the code is not among these."""
    for at in range(start, end):
        if found[at] == code:
            return False
    return True
