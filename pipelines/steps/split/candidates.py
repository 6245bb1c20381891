"""Open this when a lost reference is compared with the wrong ones: which references of a claim's own sales it may mean.

Whatever the error in writing, but for one sign all of the stated reference are in the one that was meant, or the other
way round (``resemblance.may_resemble``). Counting signs is quick, so that nearly all need not be looked at as texts.
These functions keep to what can be turned into machine code; run as they are, they take lists.
"""

from typing import Any

from pipelines.steps.split.resemblance import may_resemble
from pipelines.steps.split.squeezed import signs_in

UNTOLD = -2  # signs that nobody asked for yet
AT_ONCE = 256  # sales that are looked at side by side


def gather(
    first: Any,
    last: Any,
    signs: Any,
    named: Any,
    codes: Any,
    text: Any,
    starts: Any,
    known: Any,
    near: Any,
    begin: int,
    found_by: Any,
    found: Any,
    count: int,
) -> tuple[int, int]:
    """The distinct references of each claim's sales, ``first`` to ``last``, that what it states may resemble.

    ``signs`` are those of what is stated, ``named`` those behind words that name it; ``known`` keeps those of each
    reference once they are told, and ``near`` has room for those of AT_ONCE. Answers the claim at which ``found`` was
    full, or how many there are, and how many were found.
    """
    for at in range(begin, len(first)):
        own = count
        for line in range(first[at], last[at]):
            step = (line - first[at]) % AT_ONCE
            if step == 0:
                fetch(codes, known, line, min(line + AT_ONCE, last[at]), near)
            code = codes[line]
            if code >= 0:
                if near[step] == UNTOLD:
                    near[step] = known[code] = signs_in(text, starts[code], starts[code + 1])
                if may_resemble(signs[at], named[at], near[step]) and is_new(found, own, count, code):
                    if count == len(found):
                        return at, own
                    found_by[count], found[count] = at, code
                    count += 1
    return len(first), count


def fetch(codes: Any, known: Any, start: int, end: int, near: Any) -> None:
    """The signs of the references of some sales side by side: each is far away in memory."""
    for line in range(start, end):
        near[line - start] = known[max(codes[line], 0)]


def is_new(found: Any, start: int, end: int, code: int) -> bool:
    """Whether the code is not among these."""
    for at in range(start, end):
        if found[at] == code:
            return False
    return True
