"""Open this when the compiled way of the split does not start: its functions, plain or in machine code.

Small batches take the plain functions over lists, large ones the same functions as machine code over arrays; both give
the same. ``mappings.formats.compiled`` says where machine code is kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, make_dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from mappings.formats.at_hand import goes_compiled
from pipelines.steps.split import desk, doubt, grade, group, mates, picking, prices, reach, slots, walk, wide

COMPILED_FROM_PAIRS = 200_000
_PAIRS_A_CLAIM = 16  # that a claim has at least, where it is worth while to seek its sales by machine code


@dataclass(frozen=True, slots=True)
class Machine:
    """The functions of the split, and whether they want arrays."""

    arrays: bool
    find_mates: Callable[..., tuple[int, int]]
    note_mates: Callable[..., None]
    place_groups: Callable[..., tuple[int, int, int]]

    def records(self, fields: Sequence[tuple[str, str]], count: int) -> Any:
        """So many records, all zero: plain functions are quicker with objects than with rows of an array."""
        if self.arrays:
            return np.zeros(count, np.dtype(list(fields), align=True))
        kind = _kind(tuple(name for name, _ in fields))
        return [kind() for _ in range(count)]

    def record(self, one: Any) -> Any:
        """A named tuple of numbers, for machine code as a record: it takes that as one thing."""
        if not self.arrays:
            return one
        return np.array([tuple(one)], np.dtype([(name, "i8") for name in one._fields]))[0]

    def as_array(self, fields: Sequence[tuple[str, str]], records: Any) -> Any:
        """Records as an array of them."""
        if self.arrays:
            return records
        found = np.zeros(len(records), np.dtype(list(fields), align=True))
        for name, _ in fields:
            found[name] = [getattr(one, name) for one in records]
        return found

    def numbers(self, count: int, kind: type[np.signedinteger[Any]] = np.int64) -> Any:
        """So many numbers, all zero."""
        return np.zeros(count, kind) if self.arrays else [0] * count


@cache
def _kind(names: tuple[str, ...]) -> Any:
    """A record as an object."""
    return make_dataclass("Record", [(name, int, 0) for name in names], slots=True)


class Slots(NamedTuple):
    """The functions of ``slots``."""

    fill_slots: Callable[..., None]
    find_slots: Callable[..., None]
    note_signs: Callable[..., None]
    add_up: Callable[..., None]


class Picking(NamedTuple):
    """The functions of ``picking``."""

    find_starts: Callable[..., int]
    copy_texts: Callable[..., None]
    copy_with_ends: Callable[..., None]


def _family(*files: str) -> tuple[str, ...]:
    return tuple(f"pipelines/steps/split/{one}" for one in files)


_FAMILY = (
    *_family("contest", "desk", "doubt", "exchange", "grade", "group", "index", "judge", "prices", "walk", "wide"),
    "mappings/formats/one_address",
)
_SLOTS = (slots.fill_slots, slots.find_slots, slots.note_signs, slots.add_up)
_BLOCKS = ("mappings/formats/cut_blocks", "mappings/formats/vectors")
_PICKING = (picking.find_starts, picking.copy_texts, picking.copy_with_ends)
PLAIN = Machine(False, mates.find_mates, mates.note_mates, group.place_groups)


def machine_for(pairs: int) -> Machine:
    """Machine code where so many pairs of claims and sales are worth it, or where it is at hand."""
    return compiled_form() if goes_compiled("split", pairs, COMPILED_FROM_PAIRS) else PLAIN


@cache
def compiled_form() -> Machine:
    """All of it in machine code."""
    from mappings.formats.compiled import compiled, has_own_form  # numba takes half a second to import

    for plain, form in (
        (grade.fill, wide.fill),
        (grade.note_kind, wide.note_kind),
        (grade.note_both, wide.note_both),
        (grade.note_from, wide.note_from),
        (desk.note_left, wide.note_left),
        (walk.highest, wide.highest),
        (walk.newest_key, wide.newest_key),
        (doubt.differ, wide.differ),
        (prices.list_likely, wide.list_likely),
        (prices.list_full, wide.list_full),
    ):
        has_own_form(plain, form, _FAMILY)
    find, note = (compiled(one, _family("mates")) for one in (mates.find_mates, mates.note_mates))
    return Machine(True, find, note, compiled(group.place_groups, _FAMILY))


def reach_for(claims: int) -> Callable[..., None]:
    """``reach.find_reach``, in machine code where so many claims are worth it."""
    return _reach_form() if goes_compiled("reach", claims, COMPILED_FROM_PAIRS // _PAIRS_A_CLAIM) else reach.find_reach


@cache
def _reach_form() -> Callable[..., None]:
    from mappings.formats.compiled import compiled

    return compiled(reach.find_reach, _family("reach"))


@cache
def slots_form() -> Slots:
    """What very many texts are looked up with, in machine code."""
    from mappings.formats.compiled import compiled

    return Slots(*(compiled(one, (*_family("slots"), "mappings/formats/vectors")) for one in _SLOTS))


@cache
def picking_form() -> Picking:
    """What very many texts are fetched with, in machine code."""
    from mappings.formats.compiled import compiled

    return Picking(*(compiled(one, (*_family("picking"), *_BLOCKS)) for one in _PICKING))
