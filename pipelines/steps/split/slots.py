"""Open this when one of very many texts is not found, or they are in the wrong order: bytes, one after the other.

A table of slots holds in each the number of a text, or -1. All but ``bytes_of`` can be turned into machine code.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mappings.formats.cut_blocks import word_at

Codes = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
SIGNS = 257  # of a place in a text: its end, or a byte
_WORD = 8  # bytes that are taken as one number
AT_ONCE = 256  # texts whose slots are fetched side by side: each is far away in memory


def bytes_of(texts: pa.Array) -> tuple[Bytes, Codes]:
    """The bytes of all texts together, and where each begins and the last ends."""
    _, starts, data = texts.buffers()
    own = (
        np.frombuffer(data or b"", np.uint8),
        np.frombuffer(starts or bytes(4), np.int32, len(texts) + 1, texts.offset * 4),
    )
    for one in own:
        one.flags.writeable = False  # one type of array for compiled functions, whoever made the bytes
    return own


def hash_of(buffer: Bytes, start: int, end: int, mask: int) -> int:
    """A slot for these bytes, word by word; the last word may overlap with the one before."""
    value, at = end - start, start + _WORD
    while at < end:
        value = mixed(value ^ word_at(buffer, at - _WORD))
        at += _WORD
    if end - start >= _WORD:
        value ^= word_at(buffer, end - _WORD)
    else:
        for at in range(start, end):
            value = value << 8 | buffer[at]
    return (mixed(value) >> 32) & mask


def mixed(value: int) -> int:
    """A number in whose upper half all of this one has a part (64 bits, odd multiples of the golden section)."""
    return (value ^ (value >> 32)) * -7046029254386353131


def fill_slots(own: Bytes, first: Codes, texts: int, slots: Codes) -> None:
    """Enter all texts."""
    mask = len(slots) - 1
    for text in range(texts):
        slot = hash_of(own, first[text], first[text + 1], mask)
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = text


def find_slots(
    asked: Bytes, asked_first: Codes, texts: int, own: Bytes, own_first: Codes, slots: Codes, near: Codes, found: Codes
) -> None:
    """The number of each text that is asked for, or -1. ``near`` has room for the slots of AT_ONCE texts."""
    mask = len(slots) - 1
    for start in range(0, texts, AT_ONCE):
        stop = min(start + AT_ONCE, texts)
        for text in range(start, stop):
            near[text - start] = hash_of(asked, asked_first[text], asked_first[text + 1], mask)
        for text in range(start, stop):
            found[text] = slots[near[text - start]]
        for text in range(start, stop):
            if found[text] >= 0 and not is_text(asked, asked_first, text, own, own_first, found[text]):
                found[text] = find_behind(asked, asked_first, text, own, own_first, slots, near[text - start])


def find_behind(
    asked: Bytes, asked_first: Codes, text: int, own: Bytes, own_first: Codes, slots: Codes, slot: int
) -> int:
    """The number of a text that is not in its own slot: it is in one of those behind, up to an empty one."""
    mask = len(slots) - 1
    slot = (slot + 1) & mask
    while slots[slot] >= 0 and not is_text(asked, asked_first, text, own, own_first, slots[slot]):
        slot = (slot + 1) & mask
    return int(slots[slot])


def is_text(asked: Bytes, asked_first: Codes, text: int, own: Bytes, own_first: Codes, other: int) -> bool:
    """Whether a text that is asked for is this one."""
    start, begin = asked_first[text], own_first[other]
    size = asked_first[text + 1] - start
    if own_first[other + 1] - begin != size:
        return False
    if size < _WORD:
        for at in range(size):
            if own[begin + at] != asked[start + at]:
                return False
        return True
    differs = word_at(own, begin + size - _WORD) ^ word_at(asked, start + size - _WORD)
    for at in range(0, size - _WORD, _WORD):
        differs |= word_at(own, begin + at) ^ word_at(asked, start + at)
    return differs == 0


# --- texts in order


def note_signs(own: Bytes, first: Codes, texts: int, signs: Any) -> None:
    """Note with 1 which signs stand at each place of the texts."""
    for text in range(texts):
        start, size = first[text], first[text + 1] - first[text]
        for at in range(size):
            signs[at, 1 + own[start + at]] = 1
        if size < len(signs):
            signs[size, 0] = 1


def add_up(own: Bytes, first: Codes, texts: int, values: Any, keys: Any) -> None:
    """The sum of what the signs of each text are worth at their places."""
    for text in range(texts):
        start, key = first[text], 0
        for at in range(first[text + 1] - start):
            key += values[at, 1 + own[start + at]]
        keys[text] = key
