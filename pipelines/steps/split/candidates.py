"""Open this when a lost reference is compared with the wrong ones: which references of a claim's own sales it may mean.

Whatever the error in writing, but for one sign all of the stated reference are in the one that was meant, or the other
way round (``resemblance.may_resemble``). Counting signs is quick, so that nearly all need not be looked at as texts.
These functions keep to what can be turned into machine code; run as they are, they take lists.
"""

from typing import Any

from pipelines.steps.split.resemblance import resemble

AT_ONCE = 256  # sales that are looked at side by side


def gather(
    first: Any,
    last: Any,
    signs: Any,
    named: Any,
    codes: Any,
    known: Any,
    near: Any,
    begin: int,
    found_by: Any,
    found: Any,
    count: int,
) -> tuple[int, int]:
    """The distinct references of each claim's sales, ``first`` to ``last``, that what it states may resemble.

    ``signs`` are those of what is stated, ``named`` those behind words that name it; ``known`` has those of each
    reference, and ``near`` has room for those of AT_ONCE. Answers the claim at which ``found`` was full, or how many
    there are, and how many were found.
    """
    for at in range(begin, len(first)):
        own = count
        for start in range(first[at], last[at], AT_ONCE):
            lines = min(AT_ONCE, last[at] - start)
            fetch(codes, known, start, lines, near)
            judge(signs[at], named[at], lines, near)
            for step in range(lines):
                code = codes[start + step]
                if near[step] and code >= 0 and is_new(found, own, count, code):
                    if count == len(found):
                        return at, own
                    found_by[count], found[count] = at, code
                    count += 1
    return len(first), count


def fetch(codes: Any, known: Any, start: int, lines: int, near: Any) -> None:
    """The signs of the references of some sales side by side: each is far away in memory."""
    for step in range(lines):
        near[step] = known[max(codes[start + step], 0)]


def judge(signs: int, named: int, lines: int, near: Any) -> None:
    """For the signs of each reference whether what is stated may resemble it (``resemblance.may_resemble``)."""
    if signs == named:
        for step in range(lines):
            near[step] = resemble(signs, near[step])
    else:
        for step in range(lines):
            near[step] = resemble(signs, near[step]) | resemble(named, near[step])


def is_new(found: Any, start: int, end: int, code: int) -> bool:
    """Whether the code is not among these."""
    for at in range(start, end):
        if found[at] == code:
            return False
    return True
