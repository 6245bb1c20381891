"""Open this when a tag, an entity or a comment is read wrongly: the pieces of XML markup, byte by byte.

Like those of ``xml_scan``, these functions keep to what ``compiled`` can turn into machine code. They give a place, or
minus a reason of ``xml_marks``.
"""

from typing import Any

from mappings.formats.tree_marks import ESCAPED, INK
from mappings.formats.xml_marks import (
    AMPERSAND,
    AT,
    ATTRIBUTE_TWICE,
    ATTRIBUTES_MAX,
    BAD_ATTRIBUTE,
    BAD_CHARACTER,
    BAD_COMMENT,
    BAD_INSTRUCTION,
    BAD_REFERENCE,
    CUT_SHORT,
    HASH_MASK,
    ILLEGAL,
    NAME,
    NAME_START,
    SPACE,
    STOP,
    TOO_MANY_ATTRIBUTES,
    Kinds,
    Open,
)
from mappings.formats.xml_names import same_bytes

_QUOTE, _APOSTROPHE, _EQUALS, _SLASH, _GREATER, _DASH, _QUESTION, _SEMICOLON = 34, 39, 61, 47, 62, 45, 63, 59
_BRACKET = 93
_LT, _GT, _AMP, _APOS, _QUOT = 13940, 13300, 1603312, 205273075, 238909428  # names of entities as numbers of base 128


def reference_end(buffer: Any, at: int, limit: int) -> int:
    """The place behind the entity or character reference that begins here."""
    end = at + 1
    while end < limit and end - at < 12 and buffer[end] != _SEMICOLON:
        end += 1
    if end >= limit or buffer[end] != _SEMICOLON:
        return -BAD_REFERENCE
    if buffer[at + 1] == 35:
        return end + 1 if is_allowed(number_at(buffer, at + 2, end)) else -BAD_REFERENCE
    key = 0
    for place in range(at + 1, end):
        key = (key * 128 + int(buffer[place])) & HASH_MASK
    known = key == _AMP or key == _LT or key == _GT or key == _QUOT or key == _APOS
    return end + 1 if known else -BAD_REFERENCE


def number_at(buffer: Any, at: int, end: int) -> int:
    """The number of a character reference, decimal or (behind x) hexadecimal; -1 where it is none."""
    base, number = 10, 0
    if at < end and buffer[at] == 120:
        base, at = 16, at + 1
    if at >= end:
        return -1
    for place in range(at, end):
        byte = int(buffer[place])
        digit = byte - 48 if byte <= 57 else (byte | 32) - 87
        if digit < 0 or digit >= base or (57 < byte < 65):
            return -1
        number = number * base + digit
    return number


def is_allowed(number: int) -> bool:
    """Whether XML 1.0 allows this character (production 2)."""
    if number < 32:
        return number == 9 or number == 10 or number == 13
    return number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000


def comment_end(buffer: Any, at: int, limit: int, kinds: Kinds) -> int:
    """The place behind the comment whose text begins here."""
    while at + 2 < limit:
        if buffer[at] == _DASH and buffer[at + 1] == _DASH:
            return at + 3 if buffer[at + 2] == _GREATER else -BAD_COMMENT
        if kinds.content[buffer[at]] == ILLEGAL:
            return -BAD_CHARACTER
        at += 1
    return -BAD_COMMENT


def cdata_end(buffer: Any, at: int, limit: int, kinds: Kinds) -> int:
    """The place behind the CDATA section whose text begins here."""
    while at + 2 < limit:
        if buffer[at] == _BRACKET and buffer[at + 1] == _BRACKET and buffer[at + 2] == _GREATER:
            return at + 3
        if kinds.content[buffer[at]] == ILLEGAL:
            return -BAD_CHARACTER
        at += 1
    return -CUT_SHORT


def instruction_end(buffer: Any, at: int, limit: int, kinds: Kinds) -> int:
    """The place behind the processing instruction whose target begins here; `xml` is none."""
    start = at
    if at >= limit or not kinds.tag[buffer[at]] & NAME_START:
        return -BAD_INSTRUCTION
    while at < limit and kinds.tag[buffer[at]] & NAME:
        if buffer[at] == 58:
            return -BAD_INSTRUCTION
        at += 1
    if (
        at - start == 3
        and buffer[start] | 32 == 120
        and buffer[start + 1] | 32 == 109
        and buffer[start + 2] | 32 == 108
    ):
        return -BAD_INSTRUCTION
    if at + 1 < limit and not kinds.tag[buffer[at]] & SPACE and buffer[at] != _QUESTION:
        return -BAD_INSTRUCTION
    is_named = True
    while at + 1 < limit:
        if buffer[at] == _QUESTION and buffer[at + 1] == _GREATER:
            return at + 2
        if is_named and buffer[at] == _QUESTION:
            return -BAD_INSTRUCTION
        is_named = False
        if kinds.content[buffer[at]] == ILLEGAL:
            return -BAD_CHARACTER
        at += 1
    return -BAD_INSTRUCTION


def value_end(buffer: Any, at: int, limit: int, quote: int, kinds: Kinds) -> tuple[int, int]:
    """The closing quote of an attribute's value that begins here, and what was seen on the way."""
    seen = 0
    while at < limit and buffer[at] != quote:
        what = int(kinds.value[buffer[at]])
        if what < STOP:
            seen |= what
            at += 1
        elif what == AMPERSAND:
            at = reference_end(buffer, at, limit)
            if at < 0:
                return at, seen
            seen |= INK | ESCAPED
        else:
            return -(BAD_CHARACTER if what == ILLEGAL else BAD_ATTRIBUTE), seen
    return (at, seen) if at < limit else (-CUT_SHORT, seen)


def attributes(buffer: Any, at: int, limit: int, kinds: Kinds, opened: Open, state: Any) -> tuple[int, int]:
    """The attributes of a tag, noted in ``opened``: the place of `>` or `/`, and how many there are."""
    tag, count = kinds.tag, 0
    while True:
        blank = at
        while at < limit and tag[buffer[at]] & SPACE:
            at += 1
        if at >= limit:
            return -CUT_SHORT, count
        if buffer[at] == _GREATER or buffer[at] == _SLASH:
            return at, count
        state[AT] = at
        if at == blank or not tag[buffer[at]] & NAME_START:
            return -BAD_ATTRIBUTE, count
        if count >= ATTRIBUTES_MAX:
            return -TOO_MANY_ATTRIBUTES, count
        name, hashed = at, 0
        while at < limit and tag[buffer[at]] & NAME:
            hashed = (hashed * 31 + int(buffer[at])) & HASH_MASK
            at += 1
        name_end = at
        while at < limit and tag[buffer[at]] & SPACE:
            at += 1
        if at >= limit or buffer[at] != _EQUALS:
            return -BAD_ATTRIBUTE, count
        at += 1
        while at < limit and tag[buffer[at]] & SPACE:
            at += 1
        if at >= limit or (buffer[at] != _QUOTE and buffer[at] != _APOSTROPHE):
            return -BAD_ATTRIBUTE, count
        value = at + 1
        at, seen = value_end(buffer, value, limit, int(buffer[at]), kinds)
        if at < 0:
            return at, count
        for other in range(count):
            if opened.a_hash[other] == hashed and same_bytes(
                buffer, opened.a_name[other], opened.a_name_end[other], name, name_end
            ):
                return -ATTRIBUTE_TWICE, count
        opened.a_name[count], opened.a_name_end[count], opened.a_hash[count] = name, name_end, hashed
        opened.a_value[count], opened.a_value_end[count], opened.a_flags[count] = value, at, seen
        count += 1
        at += 1
