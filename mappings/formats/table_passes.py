"""Open this when small and large tables are read differently: the functions that go through the bytes."""

from collections.abc import Callable
from typing import NamedTuple

from mappings.formats.at_hand import goes_compiled
from mappings.formats.cell_signs import signs
from mappings.formats.delimited_cut import count_breaks, cut, spans, write_texts

COMPILED_FROM_BYTES = 300_000  # below this the plain way is done before numba is imported


class Passes(NamedTuple):
    """The functions that go through all bytes and cells: as they are, or compiled."""

    count_breaks: Callable[..., int]
    cut: Callable[..., int]
    spans: Callable[..., int]
    write_texts: Callable[..., int]
    signs: Callable[..., int]


PLAIN = Passes(count_breaks, cut, spans, write_texts, signs)


def passes(size: int) -> Passes:
    """What goes through this many bytes: compiled where they are many, or where that is at hand."""
    if not goes_compiled("tables", size, COMPILED_FROM_BYTES):
        return PLAIN
    from mappings.formats.compiled import PASSES  # numba takes half a second to import: only for large files

    return PASSES
