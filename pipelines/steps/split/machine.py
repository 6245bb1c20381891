"""Open this when the compiled way of the split does not start: its functions, plain or in machine code.

Small batches take the plain functions over lists, large ones the same functions as machine code over arrays; both give
the same. ``mappings.formats.compiled`` says where machine code is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from mappings.formats.at_hand import goes_compiled
from pipelines.steps.split import contest, judge, mates, spread, texts, walk

COMPILED_FROM_PAIRS = 200_000


@dataclass(frozen=True, slots=True)
class Machine:
    """The functions of the split, and whether they want arrays."""

    arrays: bool
    fill_slots: Callable[..., None]
    find_slots: Callable[..., None]
    find_mates: Callable[..., tuple[int, int]]
    walk: Callable[..., tuple[int, int, int]]
    contest: Callable[..., tuple[int, int, int]]
    find_doubtful: Callable[..., int]
    spreads: Callable[..., int]
    judge: Callable[..., None]


_FUNCTIONS = (
    texts.fill_slots, texts.find_slots, mates.find_mates, walk.walk, contest.contest, spread.find_doubtful,
    spread.spreads, judge.judge,
)  # fmt: skip
_FAMILY = tuple(
    f"pipelines/steps/split/{one}"
    for one in ("contest", "desk", "grade", "judge", "mates", "spread", "texts", "tight", "walk")
)
PLAIN = Machine(False, *_FUNCTIONS)


def machine_for(pairs: int) -> Machine:
    """Machine code where so many pairs of claims and sales are worth it, or where it is at hand."""
    return compiled_form() if goes_compiled("split", pairs, COMPILED_FROM_PAIRS) else PLAIN


@cache
def compiled_form() -> Machine:
    """All of it in machine code."""
    from mappings.formats.compiled import compiled  # numba takes half a second to import

    return Machine(True, *(compiled(one, _FAMILY) for one in _FUNCTIONS))
