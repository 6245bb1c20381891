"""Open this when the compiled way through large batches does not start: plain functions turned into machine code.

Numba keeps the machine code beside this file, in the user's cache folder where this one is read-only, or where
NUMBA_CACHE_DIR says. Making it takes half a minute, once on a machine and after each change of these functions;
importing this module costs what importing numba costs (half a second): only large batches do.
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import FunctionType
from typing import Any

import numba

from mappings.formats import (
    as_one,
    check,
    check_usual,
    cut_blocks,
    cutting,
    one_address,
    projecting,
    table_passes,
    vectors,
    walk,
    xml_scan,
)
from mappings.formats.projecting import Projection
from mappings.formats.review import Inner
from mappings.formats.table_passes import Passes

# No array is made or kept in these functions, so none needs to be counted (`_nrt`): that would take half the time.
_OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "error_model": "numpy", "_nrt": False}

# Numba makes the code of a function anew when its own file changed, and knows nothing of the functions and constants
# that it takes from others: so all files of its family have a part in the name that the code is kept under.
_FAMILIES = (
    (
        "formats/check", "formats/check_usual", "formats/cut_blocks", "formats/cut_bytes", "formats/cut_columns",
        "formats/cut_envelopes",
        "formats/cut_headers", "formats/cut_usual", "formats/cuts", "formats/cutting", "formats/projecting",
        "formats/vectors", "formats/walk",
    ),
    ("messages/picking", "messages/seeking", "formats/cuts"),
    ("functions/parsing", "formats/cut_blocks", "formats/cut_columns", "formats/vectors"),
    ("formats/cell_signs", "formats/delimited_cut"),
    ("formats/tree_marks", "formats/xml_marks", "formats/xml_markup", "formats/xml_names", "formats/xml_scan"),
)  # fmt: skip

# What is compiled already; to begin with, what has a form of its own for that.
_done: dict[Any, Callable[..., Any]] = {
    as_one.as_one: one_address.as_one,
    cut_blocks.copy_block: vectors.copy_block,
    cut_blocks.delimiters_in: vectors.delimiters_in,
    cut_blocks.digits_in: vectors.digits_in,
    cut_blocks.letters_in: vectors.letters_in,
    cut_blocks.lowest: vectors.lowest,
    cut_blocks.sure: vectors.sure,
    cut_blocks.word_at: vectors.word_at,
}

# To hand arrays to these takes longer than what they do: they become part of what calls them.
_WRITTEN_OUT: set[Any] = {check_usual.has_code, check_usual.is_usual}


# A function that only others of its family call needs no way in from Python; making that takes a fifth of the time.
_NO_WAY_IN: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def compiled(one: Callable[..., Any], family: tuple[str, ...] = (), inner: bool = False) -> Callable[..., Any]:
    """The function in machine code, and those it calls; all of them stay what they are for others.

    ``family`` are the files that a function of another room is made of: room/folder/file, without an ending. What its
    functions call must not be called from Python as well.
    """
    assert isinstance(one, FunctionType)
    if one not in _done:
        named = {name: one.__globals__.get(name) for name in one.__code__.co_names}
        called = {
            name: compiled(value, family, inner=bool(family))
            for name, value in named.items()
            if isinstance(value, FunctionType)
        }
        twin = FunctionType(one.__code__, one.__globals__ | called, one.__name__, one.__defaults__)
        twin.__module__, twin.__qualname__ = one.__module__, f"{one.__qualname__}_{_version(one.__module__, family)}"
        is_written_out: dict[str, Any] = {"forceinline": True} if one in _WRITTEN_OUT else {}
        _done[one] = numba.njit(**_OPTIONS, **(_NO_WAY_IN if inner else {}), **is_written_out)(twin)
        if family:
            _take_any_number_as_long(_done[one])
    return _done[one]


def _take_any_number_as_long(one: Any) -> None:
    """Let others call a function with whole numbers of 64 bits alone.

    Numba would make its code once for each mixture of short numbers, long ones and constants that it is called with.
    """
    template_for = one.get_call_template

    def with_long_numbers(args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
        return template_for(tuple(numba.types.int64 if _is_short(each) else each for each in args), kws)

    one.get_call_template = with_long_numbers


def _is_short(kind: Any) -> bool:
    """Whether this is a constant, or a number with a sign of less than 64 bits."""
    return isinstance(kind, numba.types.IntegerLiteral) or kind in numba.types.signed_domain


def has_own_form(one: Callable[..., Any], form: Callable[..., Any], family: tuple[str, ...]) -> None:
    """From here on the first function is in machine code what the second one is."""
    _done[one] = compiled(form, family, inner=True)


@cache
def _version(module: str, family: tuple[str, ...]) -> str:
    """12 hex digits that change with any file of the module's family."""
    name = module.removeprefix("mappings.").replace(".", "/")
    made_of = family or tuple(f"mappings/{one}" for one in next(one for one in _FAMILIES if name in one))
    assert not family or name in family
    return sha256(b"".join(_source(one) for one in made_of)).hexdigest()[:12]


def _source(file: str) -> bytes:
    room, _, path = file.partition("/")
    return (files(room) / f"{path}.py").read_bytes()


cut: Callable[..., int] = compiled(cutting.cut)
find_signs: Callable[..., int] = compiled(cut_blocks.find_signs)
REVIEW = Inner(compiled(walk.walk), compiled(check.check))
PROJECTION = Projection(*(compiled(one) for one in projecting.PLAIN))
PASSES = Passes(*(compiled(one) for one in table_passes.PLAIN))
scan_xml: Callable[..., bool] = compiled(xml_scan.scan)
