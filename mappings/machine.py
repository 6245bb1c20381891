"""Open this when mappings are slow on large files: which form of the functions that walk over bytes a batch gets.

They are plain functions (``picking``, ``seeking``, ``parsing``); large batches get them as machine code. Both forms
give the same.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from mappings.formats.at_hand import goes_compiled
from mappings.functions import parsing
from mappings.messages import picking, seeking

COMPILED_FROM_ROWS = 20_000  # below this the plain way is done before machine code is loaded


class Machine(NamedTuple):
    """The functions, plain or as machine code."""

    find_lines: Callable[..., int]
    pick_at: Callable[..., None]
    seek: Callable[..., None]
    code_pairs: Callable[..., None]
    most_elements: Callable[..., int]
    code_components: Callable[..., None]
    keep_words: Callable[..., None]
    spans: Callable[..., bool]
    trim: Callable[..., bool]
    gather: Callable[..., None]
    number_words: Callable[..., int]
    parse_units: Callable[..., None]
    parse_amounts: Callable[..., None]
    find_plain_numbers: Callable[..., None]
    parse_gtins: Callable[..., None]
    find_labels: Callable[..., None]


PLAIN = Machine(
    picking.find_lines, picking.pick_at, seeking.seek, picking.code_pairs, picking.most_elements,
    picking.code_components, picking.keep_words, picking.spans, parsing.trim, parsing.gather,
    parsing.number_words, parsing.parse_units,
    parsing.parse_amounts, parsing.find_plain_numbers, parsing.parse_gtins, parsing.find_labels,
)  # fmt: skip


def machine_for(rows: int) -> Machine:
    """The functions for a column of so many rows."""
    return compiled_form() if goes_compiled("fields", rows, COMPILED_FROM_ROWS) else PLAIN


@cache
def compiled_form() -> Machine:
    """The functions as machine code."""
    from mappings.formats.compiled import compiled  # numba takes half a second to import

    return Machine(*(compiled(one) for one in PLAIN))
