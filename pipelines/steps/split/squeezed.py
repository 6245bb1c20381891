"""Open this when a reference is cut into the wrong words: what is left of it to compare, letters and digits alone.

Like those of ``resemblance``, these functions keep to what can be compiled: integers and arrays, or bytes and lists.
"""

from typing import Any, NamedTuple

# Shorter references resemble too many others: only their form may differ.
CHARACTERS_MIN = 4

# What begins at a byte: a run of letters or of digits; a word (after a separator); digits behind a word's only letters.
RUN, WORD, AFTER_LETTERS = 1, 2, 4

_SEPARATOR, _LETTER, _DIGIT = range(3)
_OFTEN = 7
_HIGH, _SEVERAL = 0x888888888888888, 0xEEEEEEEEEEEEEEE


class Texts(NamedTuple):
    """Texts as they are written, and their letters and digits with marks where runs begin.

    ``core`` is where a text goes on after zeros in front, its end where less than CHARACTERS_MIN are left. ``signs``
    says which signs it has how often (``signs_in``).
    """

    raw: Any
    raw_starts: Any
    text: Any
    marks: Any
    starts: Any
    core: Any
    signs: Any


def is_digit(byte: int) -> bool:
    """Whether this is 0 to 9."""
    return 48 <= byte <= 57


def continues(byte: int) -> bool:
    """Whether this is a further byte of a character that began before."""
    return 128 <= byte < 192


def characters(text: Any, start: int, end: int) -> int:
    """How many characters these bytes are."""
    count = 0
    for at in range(start, end):
        if not continues(text[at]):
            count += 1
    return count


def without_zeros(text: Any, start: int, end: int) -> int:
    """Where the text goes on after zeros in front."""
    at = start
    while at < end and text[at] == 48:
        at += 1
    return at


def squeeze(texts: Texts) -> None:
    """Fill all else from what is written, in capitals."""
    to = 0
    for row in range(len(texts.starts) - 1):
        texts.starts[row] = to
        before, is_first = _SEPARATOR, True
        for at in range(texts.raw_starts[row], texts.raw_starts[row + 1]):
            kind = _kind(texts.raw[at])
            if kind != _SEPARATOR:
                texts.text[to] = texts.raw[at]
                texts.marks[to] = _mark(kind, before, is_first)
                to += 1
            if kind != before:
                is_first = before == _SEPARATOR
            before = kind
        core = without_zeros(texts.text, texts.starts[row], to)
        texts.core[row] = core if characters(texts.text, core, to) >= CHARACTERS_MIN else to
        texts.signs[row] = signs_in(texts.text, texts.starts[row], to)
    texts.starts[len(texts.starts) - 1] = to


def signs_in(text: Any, start: int, end: int) -> int:
    """How often each of fifteen sorts of signs stands in a text, four bits each; -1: some more often than can be said.

    Only letters and digits are counted. Zeros, and what looks like them, are not; letters that look like a digit are
    counted as it.
    """
    signs = 0
    for at in range(start, end):
        byte = look(text[at])
        if byte >= 128:
            return -1
        if 48 < byte < 58 or 65 <= byte <= 90:
            shift = 4 * (byte - 49 if byte < 58 else 9 + byte % 6)
            if signs >> shift & 15 == _OFTEN:
                return -1
            signs += 1 << shift
    return signs


def count_signs(text: Any, starts: Any, signs: Any) -> None:
    """Note which signs each of these texts has."""
    for row in range(len(signs)):
        signs[row] = signs_in(text, starts[row], starts[row + 1])


def tell_signs(texts: Texts, names: int, named: Any) -> None:
    """Note for each text behind the names which signs it has behind words that merely name it."""
    for at in range(len(named)):
        row = names + at
        named[at] = signs_in(texts.text, after_names(texts, row, names), texts.starts[row + 1])


def has_nearly_all(signs: int, others: int) -> bool:
    """Whether all but one of the signs of one text, at least, are in the other."""
    difference = (signs | _HIGH) - others
    more = difference & _HIGH
    difference &= more - (more >> 3)
    return (difference & (difference - 1)) | (difference & _SEVERAL) == 0


def look(byte: int) -> int:
    """The digit that a letter looks like, or what it is."""
    if byte == 79:  # O
        return 48
    if byte == 73 or byte == 76:  # I, and l before it became a capital
        return 49
    if byte == 83:  # S
        return 53
    return 56 if byte == 66 else byte  # B


def _kind(byte: int) -> int:
    if is_digit(byte):
        return _DIGIT
    return _LETTER if 65 <= byte <= 90 or byte >= 128 else _SEPARATOR


def _mark(kind: int, before: int, is_first: bool) -> int:
    """What begins at a byte, from its kind and the run before it."""
    if kind == before:
        return 0
    if before == _SEPARATOR:
        return RUN | WORD
    return RUN | AFTER_LETTERS if is_first and before == _LETTER else RUN


def after_names(texts: Texts, row: int, names: int) -> int:
    """Where a text goes on behind words that merely name what it is (PO, ORDER): the first ``names`` of the texts."""
    at, onward = texts.starts[row], texts.starts[row]
    while onward >= 0:
        at = onward
        onward = _after_name(texts, at, texts.starts[row + 1], names)
    return int(at)


def _after_name(texts: Texts, at: int, end: int, names: int) -> int:
    """Where the text goes on behind one such word; -1: there is none, or nothing behind it."""
    for name in range(names):
        start, stop = texts.starts[name], texts.starts[name + 1]
        onward = at + stop - start
        if onward < end and texts.marks[onward] & RUN and same(texts.text, at, start, stop - start):
            return int(onward)
    return -1


def same(text: Any, at: int, other: int, size: int) -> bool:
    """Whether the same bytes stand at two places."""
    for step in range(size):
        if text[at + step] != text[other + step]:
            return False
    return True
