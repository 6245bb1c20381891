"""Open this when the compiled way through large batches does not start: plain functions turned into machine code.

Numba keeps the machine code beside this file, in the user's cache folder where this one is read-only, or where
NUMBA_CACHE_DIR says. Importing this module costs what importing numba costs (half a second): only large batches do.
"""

from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

import numba

from mappings.formats import cutting, projecting


def compiled(functions: Sequence[Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """These functions in machine code, by name; each may call those before it. They stay what they are for others."""
    done: dict[str, Callable[..., Any]] = {}
    for one in functions:
        assert isinstance(one, FunctionType)
        twin = FunctionType(one.__code__, one.__globals__ | done, one.__name__, one.__defaults__)
        twin.__module__, twin.__qualname__ = one.__module__, one.__qualname__
        done[one.__name__] = numba.njit(nogil=True, cache=True)(twin)
    return done


cut: Callable[..., int] = compiled(cutting.FUNCTIONS)["cut"]
projection = compiled(projecting.FUNCTIONS)
