"""Open this when machine code spends its time on calls: many arrays handed on as one thing.

Numba hands each array on as seven numbers, so that a call with a named tuple of twenty arrays writes and reads 140 of
them. What is lent is one address, where they all are.
"""

from typing import TypeVar

Many = TypeVar("Many")


def as_one(many: Many) -> Many:
    """The same named tuple, to be handed on; good until the function ends that asks. Machine code: ``one_address``."""
    return many
