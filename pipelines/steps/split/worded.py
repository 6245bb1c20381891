"""Open this when the evidence of a row is named wrongly: sets of kinds, which are bits, in words."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa

from pipelines.steps.split.picking import picked
from pipelines.steps.split.texts import Codes, Ints

_UNSEEN = -1
_SETS = 2**14  # that are worded once for many batches


class Worded:
    """The sets of kinds that were seen, each with a number; of no bit at all, which is no sale, 0."""

    def __init__(self, kinds: Sequence[str]) -> None:
        self._kinds = tuple(kinds)
        self._numbers = np.full(2 << len(kinds), _UNSEEN, np.int32)
        self._words: list[tuple[str, ...]] = []
        self._learn(np.zeros(1, np.int32))

    def bit(self, kind: str) -> int:
        """What holds this kind; 0 if it does not count."""
        return 1 << (len(self._kinds) - 1 - self._kinds.index(kind)) if kind in self._kinds else 0

    def columns(self, held: Codes) -> tuple[pa.Array, Ints, pa.Array]:
        """Of each set the strongest kind, its place, and all of its kinds; these are null without a sale.

        Behind the places of all kinds there are that of ``sold``, and behind that ``none``.
        """
        numbers = self._number(held)
        return picked(self._strongest, numbers), self._places[numbers], picked(self._all, numbers - 1)

    def ranks(self, held: Codes) -> Ints:
        """The place of the strongest kind."""
        numbers = self._number(held)
        return self._places[numbers]

    def names(self, held: Codes) -> pa.Array:
        """All kinds of each set; null without a sale."""
        numbers = self._number(held)
        return picked(self._all, numbers - 1)

    def _number(self, held: Codes) -> Codes:
        numbers = self._numbers[held]
        if numbers.min(initial=0) == _UNSEEN:
            self._learn(held[numbers == _UNSEEN])
            numbers = self._numbers[held]
        return numbers

    def _learn(self, held: Codes) -> None:
        """Number these, and word all that are known."""
        distinct = np.unique(held)
        self._numbers[distinct] = len(self._words) + np.arange(len(distinct))
        self._words += [_in_words(bits, self._kinds) for bits in distinct.tolist()]
        places = {name: place for place, name in enumerate((*self._kinds, "sold", "none"))}
        self._strongest = pa.array([some[0] for some in self._words])
        self._places = np.array([places[some[0]] for some in self._words])
        self._all = pa.array([",".join(some) for some in self._words[1:]], pa.string())


@lru_cache(_SETS)
def _in_words(bits: int, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds of these bits, the strongest first; ``sold`` when none of them holds, ``none`` without a sale."""
    if not bits:
        return ("none",)
    found = tuple(name for place, name in enumerate(kinds) if bits >> (len(kinds) - 1 - place) & 1)
    return found or ("sold",)
