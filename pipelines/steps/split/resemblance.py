"""Open this when a reference was repaired that should not have been, or the other way round: what two have in common.

All here compares a stated reference with one candidate, byte by byte, so that it can be compiled as it stands
(integers and arrays); small batches run through it as it is, with bytes and lists. All texts stand in one buffer: from
``a`` to ``a_end`` the stated one, from ``b`` to ``b_end`` the candidate, and from ``core`` on what is left of either
without zeros in front.
"""

from typing import Any

from pipelines.steps.split.squeezed import (
    AFTER_LETTERS,
    CHARACTERS_MIN,
    RUN,
    WORD,
    Texts,
    after_names,
    characters,
    continues,
    has_nearly_all,
    is_digit,
    look,
    same,
    signs_in,
    without_zeros,
)

# The kinds of error, from mere form to typing errors: the order of ``repairs.KINDS``.
(
    SAME, FORM, ZEROS, LOOKS, STORE_ADDED, STORE_MISSING, WORDS_ADDED, WORDS_MISSING, TEXT, CUT, TRUNCATED,
    SWAPPED, WRONG, LENGTH, NONE,
) = range(15)  # fmt: skip

# Years, days, quantities: in a text, or behind just any words, four characters are hardly ever a reference.
_IN_TEXT_MIN = 5
_TRUNCATED_MIN = 6
_FIELD = 22  # X12's references have at most so many characters
_REVISION_DIGITS_MAX, _REVISION_RUNS_MAX = 2, 2
_CHARACTER_BYTES_MAX = 4


def choose(texts: Texts, names: int, firsts: Any, choice: Any, how: Any) -> None:
    """Note for each stated reference the one candidate that was meant and by which kind of error, or -1.

    The first kind that leads anywhere decides. Typing errors are equally likely, so they count as one kind. A candidate
    that is found in the stated text as part of a longer one does not count beside that. ``texts`` are words that name
    a reference, as many as ``names``, then what is stated, its stores, and the candidates.
    """
    rows = len(choice)
    for row in range(rows):
        stated = names + row
        body, candidates = after_names(texts, stated, names), names + 2 * rows
        store_end = texts.starts[stated + rows + 1]
        store = without_zeros(texts.text, texts.starts[stated + rows], store_end)
        least, kind, found, covering, low, high = NONE, NONE, -1, 0, 0, 0
        signs = texts.signs[stated]
        named = signs_in(texts.text, body, texts.starts[stated + 1])
        for at in range(firsts[row], firsts[row + 1]):
            if not may_resemble(signs, named, texts.signs[candidates + at]):
                continue
            one, start, stop = kind_of(texts, stated, body, store, store_end, candidates + at)
            rank = min(one, SWAPPED)
            if one == NONE or rank > least:
                continue
            if rank < least or (start <= low and high <= stop and (start < low or high < stop)):
                least, kind, found, covering, low, high = rank, one, at, 1, start, stop
            elif start == low and stop == high:
                kind, found, covering = one, at, covering + 1
            elif start < low or high < stop:
                covering, low, high = 0, min(low, start), max(high, stop)
        choice[row] = found if covering == 1 else -1
        how[row] = kind if covering == 1 else -1


def may_resemble(signs: int, named: int, candidate: int) -> bool:
    """Whether a stated reference, with words that name it or without, and a candidate have signs enough in common.

    Whatever the error, but for one sign all of the one are in the other.
    """
    return resemble(signs, candidate) or (named != signs and resemble(named, candidate))


def resemble(signs: int, others: int) -> bool:
    """Whether one of the two has nearly all signs of the other, or cannot say which it has; all is told at once."""
    return (signs < 0) | (others < 0) | has_nearly_all(signs, others) | has_nearly_all(others, signs)


def kind_of(texts: Texts, stated: int, body: int, s: int, s_end: int, candidate: int) -> tuple[int, int, int]:
    """The kind of error that leads from a stated reference to a candidate, and where that stands in it (or 0, 0).

    ``body`` is where the stated one goes on behind words that name it; its store stands from ``s`` to ``s_end``.
    """
    text, marks = texts.text, texts.marks
    a, a_core, a_end = texts.starts[stated], texts.core[stated], texts.starts[stated + 1]
    b, b_core, b_end = texts.starts[candidate], texts.core[candidate], texts.starts[candidate + 1]
    if a == a_end or b == b_end:
        return NONE, 0, 0
    if a_end - a == b_end - b and same(text, a, b, a_end - a):
        return SAME if _written_alike(texts, stated, candidate) else FORM, 0, 0
    if b_core == b_end:
        return NONE, 0, 0
    if a_core < a_end:
        if _but_for_zeros(text, marks, a_core, a_end, b_core, b_end):
            return ZEROS, 0, 0
        if _looks_alike(text, a, a_end, b, b_end):
            return LOOKS, 0, 0
        if _has_store(text, marks, a, a_core, a_end, b, b_core, b_end, s, s_end):
            return STORE_ADDED, 0, 0
        if _has_store(text, marks, b, b_core, b_end, a, a_core, a_end, s, s_end):
            return STORE_MISSING, 0, 0
        kind, low, high = _in_stated(text, marks, a, body, a_end, b_core, b_end)
        if kind != WORDS_ADDED and _in_candidate(text, marks, body, a_end, b, b_end):
            return WORDS_MISSING, 0, 0
        if kind != NONE:
            return kind, low, high
    return _slip(texts, stated, body, candidate), 0, 0


def _written_alike(texts: Texts, stated: int, candidate: int) -> bool:
    a, b = texts.raw_starts[stated], texts.raw_starts[candidate]
    size = texts.raw_starts[stated + 1] - a
    return bool(texts.raw_starts[candidate + 1] - b == size and same(texts.raw, a, b, size))


# --- form


def _but_for_zeros(text: Any, marks: Any, a: int, a_end: int, b: int, b_end: int) -> bool:
    """Whether both, without zeros in front, are the same but for zeros in front of runs of digits."""
    if text[a_end - 1] != text[b_end - 1]:
        return False
    if a_end - a == b_end - b and same(text, a, b, a_end - a):
        return True
    while a < a_end and b < b_end:
        a, b = _after_run_zeros(text, marks, a, a_end), _after_run_zeros(text, marks, b, b_end)
        if text[a] != text[b] or (_run_start(text, marks, a) < 0) != (_run_start(text, marks, b) < 0):
            return False
        a, b = a + 1, b + 1
    return a == a_end and b == b_end


def _after_run_zeros(text: Any, marks: Any, at: int, end: int) -> int:
    """Where a run of digits that begins here goes on after its zeros; the last of them stays."""
    if marks[at] & RUN:
        while at + 1 < end and text[at] == 48 and not marks[at + 1] & RUN:
            at += 1
    return at


def _run_start(text: Any, marks: Any, at: int) -> int:
    """Where the run begins that has nothing but zeros up to here; -1: it has more."""
    while not marks[at] & RUN:
        at -= 1
        if text[at] != 48:
            return -1
    return at


def _looks_alike(text: Any, a: int, a_end: int, b: int, b_end: int) -> bool:
    """Whether letters were taken for digits or the other way round, but no more than were not."""
    zeros = a_end - a != b_end - b
    if zeros:
        a, b = _after_look_zeros(text, a, a_end), _after_look_zeros(text, b, b_end)
    if a_end - a != b_end - b or a_end - a < CHARACTERS_MIN:
        return False
    alike = 0
    for step in range(a_end - a):
        one, other = text[a + step], text[b + step]
        if one != other:
            if look(one) != look(other):
                return False
            alike += 1
    return (alike > 0 or zeros) and 2 * alike <= a_end - a


def _after_look_zeros(text: Any, start: int, end: int) -> int:
    """Where the text goes on after all that looks like zeros in front."""
    while start < end and look(text[start]) == 48:
        start += 1
    return start


# --- what stands beside the reference


def _has_store(
    text: Any, marks: Any, a: int, a_core: int, a_end: int, b: int, b_core: int, b_end: int, s: int, s_end: int
) -> bool:
    """Whether the first is the second with this store's number at its end or, as a word of its own, in front."""
    if s == s_end or a_end - a < b_end - b_core + s_end - s:
        return False
    if text[a_end - 1] == text[s_end - 1]:
        rest = a + b_end - b
        if rest < a_end and same(text, a, b, b_end - b):
            return _is_store_behind(text, marks, rest, a_end, s, s_end)
        rest = a_core + b_end - b_core
        if rest < a_end and same(text, a_core, b_core, b_end - b_core):
            return _is_store_behind(text, marks, rest, a_end, s, s_end)
    place = a_end - (b_end - b_core)
    if text[a_end - 1] != text[b_end - 1] or not same(text, place, b_core, b_end - b_core):
        return False
    place = _run_start(text, marks, place)
    return place >= 0 and _is_store(text, a, place, s, s_end)


def _is_store_behind(text: Any, marks: Any, start: int, end: int, s: int, s_end: int) -> bool:
    """Whether this is the number of the store; one digit alone must be a word of its own."""
    return (end - start > 1 or marks[start] & RUN) and _is_store(text, start, end, s, s_end)


def _is_store(text: Any, start: int, end: int, s: int, s_end: int) -> bool:
    """Whether this is the number of the store, with any zeros in front."""
    start = without_zeros(text, start, end)
    return end - start == s_end - s and same(text, start, s, s_end - s)


def _in_stated(text: Any, marks: Any, a: int, body: int, a_end: int, b_core: int, b_end: int) -> tuple[int, int, int]:
    """Whether the candidate stands in what is stated, beside words or in any text; and where."""
    size = b_end - b_core
    place = _next_run(text, marks, a, a_end, b_core, b_end)
    while place >= 0 and _has_digit(text, b_core, b_end):
        start, stop = _run_start(text, marks, place), place + size
        short = characters(text, place, stop) < _IN_TEXT_MIN
        named = start == body if short else not _has_digit(text, a, start)
        if named and _is_addition(text, marks, stop, a_end):
            return WORDS_ADDED, start, stop
        if not short and marks[start] & (WORD | AFTER_LETTERS) and (stop == a_end or marks[stop] & WORD):
            return TEXT, start, stop
        place = _next_run(text, marks, place + 1, a_end, b_core, b_end)
    return NONE, 0, 0


def _in_candidate(text: Any, marks: Any, body: int, a_end: int, b: int, b_end: int) -> bool:
    """Whether what is stated, but for words that merely name it, is the candidate without words beside it."""
    core = without_zeros(text, body, a_end)
    if a_end - core < CHARACTERS_MIN:
        return False
    place = _next_run(text, marks, b, b_end, core, a_end)
    if place < 0 or characters(text, core, a_end) < CHARACTERS_MIN or not _has_digit(text, core, a_end):
        return False
    start, stop = _run_start(text, marks, place), place + a_end - core
    return not _has_digit(text, b, start) and _is_addition(text, marks, stop, b_end)


def _next_run(text: Any, marks: Any, start: int, end: int, part: int, part_end: int) -> int:
    """Where a part stands next as one or more whole runs, but for zeros in front of it; -1: nowhere."""
    size = part_end - part
    for place in range(start, end - size + 1):
        ends = place + size == end or marks[place + size] & RUN
        if ends and same(text, place, part, size) and _run_start(text, marks, place) >= 0:
            return place
    return -1


def _has_digit(text: Any, start: int, end: int) -> bool:
    for at in range(start, end):
        if is_digit(text[at]):
            return True
    return False


def _is_addition(text: Any, marks: Any, start: int, end: int) -> bool:
    """Whether this is a revision or some words behind a reference (A, REV B, /1, REV 2), or nothing."""
    runs, numbers, digits = 0, 0, 0
    for at in range(start, end):
        begins = marks[at] & RUN
        runs += begins
        if is_digit(text[at]):
            if at == start and not marks[at] & WORD:
                return False
            numbers += begins
            digits += 1
    return runs <= _REVISION_RUNS_MAX and numbers <= 1 and digits <= _REVISION_DIGITS_MAX


# --- typing errors


def _slip(texts: Texts, stated: int, body: int, candidate: int) -> int:
    """The kind of typing error between the two, with zeros in front or without, behind words that name it or not."""
    text, a, a_end = texts.text, texts.starts[stated], texts.starts[stated + 1]
    b, b_core, b_end = texts.starts[candidate], texts.core[candidate], texts.starts[candidate + 1]
    core = without_zeros(text, a, a_end)
    if core == a_end:
        return NONE
    if _is_cut(texts, stated, body, candidate):
        return CUT
    kind = _slip_of(text, a, a_end, b, b_end)
    if core != a or b_core != b:
        kind = min(kind, _slip_of(text, core, a_end, b_core, b_end))
    if body != a:
        core = without_zeros(text, body, a_end)
        kind = min(kind, _slip_of(text, body, a_end, b, b_end))
        if core != body or b_core != b:
            kind = min(kind, _slip_of(text, core, a_end, b_core, b_end))
    return kind


def _is_cut(texts: Texts, stated: int, body: int, candidate: int) -> bool:
    """Whether one of the two fills a field and the other goes on where it ends."""
    text, a, a_end = texts.text, texts.starts[stated], texts.starts[stated + 1]
    b, b_core, b_end = texts.starts[candidate], texts.core[candidate], texts.starts[candidate + 1]
    core = without_zeros(text, body, a_end)
    if _fills_field(texts, stated):
        return _goes_on(text, a, a_end, b, b_end) or _goes_on(text, core, a_end, b_core, b_end)
    if _fills_field(texts, candidate):
        return _goes_on(text, b, b_end, a, a_end) or _goes_on(text, b_core, b_end, core, a_end)
    return False


def _fills_field(texts: Texts, row: int) -> bool:
    start, end = texts.raw_starts[row], texts.raw_starts[row + 1]
    return bool(end - start >= _FIELD and characters(texts.raw, start, end) == _FIELD)


def _goes_on(text: Any, a: int, a_end: int, b: int, b_end: int) -> bool:
    """Whether the second begins with all of the first, and has more."""
    goes_on = a_end - a < b_end - b and same(text, a, b, a_end - a)
    return goes_on and characters(text, a, a_end) >= _TRUNCATED_MIN


def _slip_of(text: Any, a: int, a_end: int, b: int, b_end: int) -> int:
    """The kind of typing error between the two."""
    size, other = a_end - a, b_end - b
    shorter = min(size, other)
    if shorter < CHARACTERS_MIN:
        return NONE
    before = _alike_in_front(text, a, b, shorter)
    after = _alike_at_end(text, a_end, b_end, shorter)
    if before + after < shorter - 2 * _CHARACTER_BYTES_MAX or characters(text, a, a_end) < CHARACTERS_MIN:
        return NONE
    missing = characters(text, b, b_end) - characters(text, a, a_end)
    if missing > 1 and max(before, after) == size and characters(text, a, a_end) >= _TRUNCATED_MIN:
        return TRUNCATED
    after = min(after, shorter - before)
    return _one_slip(text, a, a + before, a_end - after, b + before, b_end - after)


def _alike_in_front(text: Any, a: int, b: int, size: int) -> int:
    """How many bytes the two have in common from here on; whole characters."""
    count = 0
    while count < size and text[a + count] == text[b + count]:
        count += 1
    while 0 < count < size and (continues(text[a + count]) or continues(text[b + count])):
        count -= 1
    return count


def _alike_at_end(text: Any, a_end: int, b_end: int, size: int) -> int:
    """How many bytes the two have in common up to here."""
    count = 0
    while count < size and text[a_end - count - 1] == text[b_end - count - 1]:
        count += 1
    return count


def _one_slip(text: Any, a: int, at: int, a_end: int, b: int, b_end: int) -> int:
    """The slip that makes what stands from at to a_end, in a text from a on, of what stands from b to b_end."""
    size = a_end - at
    count, other_count = characters(text, at, a_end), characters(text, b, b_end)
    if count == 1 and other_count == 1:
        return WRONG
    if count == 0 and other_count == 1:
        return LENGTH
    if count == 1 and other_count == 0:
        return LENGTH if at - a >= size and same(text, at - size, at, size) else NONE
    if count == 2 and other_count == 2 and size == b_end - b:
        step = 1
        while continues(text[at + step]):
            step += 1
        return SWAPPED if same(text, at, b_end - step, step) and same(text, at + step, b, size - step) else NONE
    return NONE
