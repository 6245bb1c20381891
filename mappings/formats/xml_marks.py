"""Open this when you ask what the way through XML keeps and what stops it: its columns, kinds of bytes and faults."""

from typing import Any, NamedTuple

from mappings.formats.tree_marks import BREAKS, HIGH, INK

DEPTH_MAX = 256
ATTRIBUTES_MAX = 256
WAY_SLOTS, WAYS_MAX = 1 << 16, 1 << 14
SCOPE_SLOTS, SCOPES_MAX = 1 << 12, 1 << 10
DECLARED_MAX = 1 << 13
PROBES_MAX = 64
HASH_MASK = (1 << 40) - 1

ELEMENT_WAY, ATTRIBUTE_WAY = 0, 1

# Where the way through a file stands: the byte, and how many nodes, ways, scopes and declarations there are.
AT, NODES, WAYS, SCOPES, DECLARED, WHY, STATE_SIZE = range(7)

# Why it stopped; 0 where it did not. The texts are what a person reads.
(
    WELL_FORMED, CUT_SHORT, END_TAG, BAD_TAG, BAD_NAME, BAD_REFERENCE, BAD_CHARACTER, CDATA_END, TEXT_OUTSIDE,
    SECOND_ROOT, NO_ROOT, DOCTYPE, BAD_COMMENT, BAD_INSTRUCTION, BAD_ATTRIBUTE, ATTRIBUTE_TWICE, TOO_DEEP,
    TOO_MANY_ATTRIBUTES, TOO_MANY_WAYS,
) = range(19)  # fmt: skip
REASONS = {
    CUT_SHORT: "the file ends before its last end tag",
    END_TAG: "an end tag that does not fit the element that is open",
    BAD_TAG: "a `<` that begins no tag; in a text it is written `&lt;`",
    BAD_NAME: "a name that XML does not allow",
    BAD_REFERENCE: "a `&` that begins no known entity; in a text it is written `&amp;`",
    BAD_CHARACTER: "a control character, which XML does not allow",
    CDATA_END: "`]]>` in a text, which XML does not allow",
    TEXT_OUTSIDE: "text outside the root element",
    SECOND_ROOT: "a second root element",
    NO_ROOT: "no root element",
    DOCTYPE: "a document type declaration (DOCTYPE), which is refused: it can define entities that grow without end",
    BAD_COMMENT: "a comment that is not closed, or has `--` in it",
    BAD_INSTRUCTION: "a processing instruction that is not closed, or an XML declaration that is wrong or out of place",
    BAD_ATTRIBUTE: "an attribute that is not written name=\"value\"",
    ATTRIBUTE_TWICE: "an attribute that stands twice in its element",
    TOO_DEEP: f"elements in each other more than {DEPTH_MAX} deep",
    TOO_MANY_ATTRIBUTES: f"an element with more than {ATTRIBUTES_MAX} attributes",
    TOO_MANY_WAYS: "more different elements than any document has",
}  # fmt: skip

# Kinds of bytes in texts: what is below STOP is noted and passed over.
STOP, AMPERSAND, BRACKET, ILLEGAL, LESS = 64, 65, 66, 67, 68
NAME, NAME_START, SPACE = 1, 2, 4


class Kinds(NamedTuple):
    """What each byte is between tags, in the value of an attribute, and in a tag."""

    content: Any
    value: Any
    tag: Any


def _content(byte: int) -> int:
    special = {0x3C: LESS, 0x26: AMPERSAND, 0x5D: BRACKET, 0x0D: BREAKS, 0x20: 0, 0x09: 0, 0x0A: 0}
    if byte in special:
        return special[byte]
    return ILLEGAL if byte < 0x20 else INK if byte < 0x80 else INK | HIGH


def _value(byte: int) -> int:
    special = {0x5D: INK, 0x09: BREAKS, 0x0A: BREAKS}
    return special.get(byte, _content(byte))


def _tag(byte: int) -> int:
    if byte in b" \t\r\n":
        return SPACE
    one = chr(byte)
    if byte >= 0x80 or one in "_:" or (one.isascii() and one.isalpha()):
        return NAME | NAME_START
    return NAME if one.isdigit() or one in "-." else 0


KINDS = Kinds(*(bytes(kind(byte) for byte in range(256)) for kind in (_content, _value, _tag)))


class Nodes(NamedTuple):
    """The columns of a tree as they fill up: ``tree.COLUMNS``."""

    way: Any
    parent: Any
    start: Any
    end: Any
    text_start: Any
    text_end: Any
    flags: Any


class Seen(NamedTuple):
    """Ways from the top as the file writes them: a slot holds a way's number plus one. A way is told by the way above,
    its kind, the scope of prefixes in which it is written, and its name: the bytes where it was first seen."""

    slots: Any
    above: Any
    kind: Any
    scope: Any
    hash: Any
    name: Any
    name_end: Any
    next: Any  # the way that last began behind this one, or -1


class Scopes(NamedTuple):
    """Which prefixes are declared: a scope stands in another one, and has declarations of its own."""

    slots: Any
    above: Any
    hash: Any
    first: Any
    count: Any
    name: Any  # of each declaration
    name_end: Any
    value: Any
    value_end: Any


class Open(NamedTuple):
    """The elements that are open, by depth, and the attributes of the tag at hand."""

    node: Any
    way: Any
    scope: Any
    name: Any
    name_end: Any
    content: Any
    seen: Any
    a_name: Any
    a_name_end: Any
    a_value: Any
    a_value_end: Any
    a_flags: Any
    a_hash: Any
