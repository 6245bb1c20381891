"""Open this when the compiled way through large batches does not start: plain functions turned into machine code.

Numba keeps the machine code beside this file, in the user's cache folder where this one is read-only, or where
NUMBA_CACHE_DIR says. Making it takes half a minute, once on a machine and after each change of these functions;
importing this module costs what importing numba costs (half a second): only large batches do.
"""

from collections.abc import Callable
from hashlib import sha256
from importlib.resources import files
from types import FunctionType
from typing import Any

import numba

from mappings.formats import check, cut_blocks, cutting, projecting, vectors, walk
from mappings.formats.projecting import Projection
from mappings.formats.review import Inner

# No array is made or kept in these functions, so none needs to be counted (`_nrt`): that would take half the time.
_OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "error_model": "numpy", "_nrt": False}

# Numba makes the code of a function anew when its own file changed, and knows nothing of the functions and constants
# that it takes from others: so all these files have a part in the name that the code is kept under.
_SOURCES = (
    "check", "cut_blocks", "cut_bytes", "cut_columns", "cut_envelopes", "cut_headers", "cut_usual", "cuts", "cutting",
    "projecting", "vectors", "walk",
)  # fmt: skip
_VERSION = sha256(b"".join((files("mappings.formats") / f"{name}.py").read_bytes() for name in _SOURCES)).hexdigest()

# What is compiled already; to begin with, what has a form of its own for that.
_done: dict[Any, Callable[..., Any]] = {
    cut_blocks.copy_block: vectors.copy_block,
    cut_blocks.delimiters_in: vectors.delimiters_in,
    cut_blocks.letters_in: vectors.letters_in,
    cut_blocks.lowest: vectors.lowest,
}


def compiled(one: Callable[..., Any]) -> Callable[..., Any]:
    """The function in machine code, and those it calls; all of them stay what they are for others."""
    assert isinstance(one, FunctionType)
    if one not in _done:
        named = {name: one.__globals__.get(name) for name in one.__code__.co_names}
        called = {name: compiled(value) for name, value in named.items() if isinstance(value, FunctionType)}
        twin = FunctionType(one.__code__, one.__globals__ | called, one.__name__, one.__defaults__)
        twin.__module__, twin.__qualname__ = one.__module__, f"{one.__qualname__}_{_VERSION[:12]}"
        _done[one] = numba.njit(**_OPTIONS)(twin)
    return _done[one]


cut: Callable[..., int] = compiled(cutting.cut)
find_signs: Callable[..., int] = compiled(cut_blocks.find_signs)
REVIEW = Inner(compiled(walk.walk), compiled(check.check))
PROJECTION = Projection(*(compiled(one) for one in projecting.PLAIN))
