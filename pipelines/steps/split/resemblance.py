"""Open this when a reference was repaired that should not have been, or the other way round: what two have in common.

All here compares a stated reference with one candidate, byte by byte, so that it can be compiled as it stands
(integers and arrays); small batches run through it as it is, with bytes and lists.
"""

from typing import Any

from pipelines.steps.split.squeezed import (
    AFTER_LETTERS,
    CHARACTERS_MIN,
    RUN,
    WORD,
    Texts,
    characters,
    continues,
    is_digit,
    same,
    without_zeros,
)

# The kinds of error, from mere form to typing errors: the order of ``repairs.KINDS``.
(
    SAME, FORM, ZEROS, LOOKS, STORE_ADDED, STORE_MISSING, WORDS_ADDED, WORDS_MISSING, TEXT, CUT, TRUNCATED,
    SWAPPED, WRONG, LENGTH, NONE,
) = range(15)  # fmt: skip

# Years, days, quantities: in a text four characters are hardly ever a reference.
_IN_TEXT_MIN = 5
_TRUNCATED_MIN = 6
_FIELD = 22  # X12's references have at most so many characters
_REVISION_MAX = 2  # digits


def choose(stated: Texts, bodies: Any, stores: Texts, candidates: Texts, firsts: Any, choice: Any, how: Any) -> None:
    """Note for each stated reference the one candidate that was meant and by which kind of error, or -1.

    The first kind that leads anywhere decides. Typing errors are equally likely, so they count as one kind. A candidate
    that is found in the stated text as part of a longer one does not count beside that.
    """
    for row in range(len(choice)):
        least, kind, found, covering, low, high = NONE, NONE, -1, 0, 0, 0
        for at in range(firsts[row], firsts[row + 1]):
            one, start, stop = kind_of(stated, row, bodies[row], stores, candidates, at, least)
            rank = min(one, SWAPPED)
            if one == NONE or rank > least:
                continue
            if rank < least or (start <= low and high <= stop and (start < low or high < stop)):
                least, kind, found, covering, low, high = rank, one, at, 1, start, stop
            elif start == low and stop == high:
                kind, found, covering = one, at, covering + 1
            elif start < low or high < stop:
                covering, low, high = 0, min(low, start), max(high, stop)
        if covering == 1:
            choice[row], how[row] = found, kind
        else:
            choice[row], how[row] = -1, -1


def kind_of(
    stated: Texts, row: int, body: int, stores: Texts, candidates: Texts, at: int, least: int
) -> tuple[int, int, int]:
    """The kind of error that leads from a stated reference to a candidate, and where that stands in it (or 0, 0).

    NONE: there is no such kind, or none up to ``least``.
    """
    start, end, first, last = (
        stated.starts[row],
        stated.starts[row + 1],
        candidates.starts[at],
        candidates.starts[at + 1],
    )
    if start == end or first == last:
        return NONE, 0, 0
    if end - start == last - first and same(stated.text, start, candidates.text, first, end - start):
        return SAME if _written_alike(stated, row, candidates, at) else FORM, 0, 0
    if candidates.core[at] == last or least < ZEROS:
        return NONE, 0, 0
    if _but_for_zeros(stated, row, candidates, at):
        return ZEROS, 0, 0
    if least >= LOOKS and _looks_alike(stated.text, start, end, candidates.text, first, last):
        return LOOKS, 0, 0
    if least >= STORE_ADDED and _longer_by_store(stated, row, candidates, at, stores, row):
        return STORE_ADDED, 0, 0
    if least >= STORE_MISSING and _longer_by_store(candidates, at, stated, row, stores, row):
        return STORE_MISSING, 0, 0
    if least < WORDS_ADDED:
        return NONE, 0, 0
    kind, low, high = _in_stated(stated, row, candidates, at)
    if kind != WORDS_ADDED and least > WORDS_ADDED and _in_candidate(stated, row, body, candidates, at):
        return WORDS_MISSING, 0, 0
    if kind != NONE or least < CUT:
        return kind, low, high
    return _slip(stated, row, body, candidates, at), 0, 0


def _written_alike(stated: Texts, row: int, candidates: Texts, at: int) -> bool:
    start, first = stated.raw_starts[row], candidates.raw_starts[at]
    size = stated.raw_starts[row + 1] - start
    return bool(candidates.raw_starts[at + 1] - first == size and same(stated.raw, start, candidates.raw, first, size))


# --- form


def _but_for_zeros(stated: Texts, row: int, candidates: Texts, at: int) -> bool:
    """Whether both are the same but for zeros in front of the whole, or in front of any run of digits."""
    start, end, first, last = stated.core[row], stated.starts[row + 1], candidates.core[at], candidates.starts[at + 1]
    if start == end or stated.text[end - 1] != candidates.text[last - 1]:
        return False
    if end - start == last - first and same(stated.text, start, candidates.text, first, end - start):
        return True
    while start < end and first < last:
        start, first = _after_run_zeros(stated, start, end), _after_run_zeros(candidates, first, last)
        begins, other_begins = _begins(stated, start), _begins(candidates, first)
        if stated.text[start] != candidates.text[first] or begins != other_begins:
            return False
        start, first = start + 1, first + 1
    return bool(start == end and first == last)


def _begins(texts: Texts, at: int) -> bool:
    """Whether a run begins here, but for zeros in front of it."""
    while not texts.marks[at] & RUN and texts.text[at - 1] == 48:
        at -= 1
    return bool(texts.marks[at] & RUN)


def _after_run_zeros(texts: Texts, at: int, end: int) -> int:
    """Where a run of digits that begins here goes on after its zeros; the last of them stays."""
    if texts.marks[at] & RUN:
        while at + 1 < end and texts.text[at] == 48 and not texts.marks[at + 1] & RUN:
            at += 1
    return at


def _looks_alike(one: Any, start: int, end: int, other: Any, first: int, last: int) -> bool:
    """Whether letters were taken for digits or the other way round, but no more than were not."""
    zeros = 0
    if end - start != last - first:
        other_zeros = _look_zeros(other, first, last)
        zeros = _look_zeros(one, start, end)
        start, first = start + zeros, first + other_zeros
    if end - start != last - first:
        return False
    alike = 0
    for step in range(end - start):
        if one[start + step] != other[first + step]:
            if _look(one[start + step]) != _look(other[first + step]):
                return False
            alike += 1
    return 0 < alike + zeros and 2 * alike <= end - start


def _look_zeros(text: Any, start: int, end: int) -> int:
    """How many characters in front look like zeros."""
    count = 0
    while start + count < end and _look(text[start + count]) == 48:
        count += 1
    return count


def _look(byte: int) -> int:
    """The digit that a letter looks like, or what it is."""
    if byte == 79:  # O
        return 48
    if byte == 73 or byte == 76:  # I, and l before it became a capital
        return 49
    if byte == 83:  # S
        return 53
    return 56 if byte == 66 else byte  # B


# --- what stands beside the reference


def _longer_by_store(longer: Texts, row: int, shorter: Texts, at: int, stores: Texts, store: int) -> bool:
    """Whether the first is the second with the number of this store at its end or, as a word, in front."""
    low, high = stores.starts[store], stores.starts[store + 1]
    low = without_zeros(stores.text, low, high)
    start, end, first, last = longer.starts[row], longer.starts[row + 1], shorter.starts[at], shorter.starts[at + 1]
    core = shorter.core[at]
    if low == high or core == last or end - start < last - core + high - low:
        return False
    if longer.text[end - 1] == stores.text[high - 1]:
        whole = start + last - first
        if whole < end and same(longer.text, start, shorter.text, first, last - first):
            return _is_store(longer.text, whole, end, stores.text, low, high)
        whole = longer.core[row] + last - core
        if whole < end and same(longer.text, longer.core[row], shorter.text, core, last - core):
            return _is_store(longer.text, whole, end, stores.text, low, high)
    place = end - (last - core)
    if longer.text[end - 1] != shorter.text[last - 1] or not same(longer.text, place, shorter.text, core, last - core):
        return False
    place = _run_start(longer, place)
    return place >= 0 and _is_store(longer.text, start, place, stores.text, low, high)


def _is_store(text: Any, start: int, end: int, stores: Any, low: int, high: int) -> bool:
    """Whether this is the number of the store, with any zeros in front."""
    start = without_zeros(text, start, end)
    return end - start == high - low and same(text, start, stores, low, high - low)


def _run_start(texts: Texts, at: int) -> int:
    """Where the run begins that has nothing but zeros up to here; -1: it has more."""
    while not texts.marks[at] & RUN:
        at -= 1
        if texts.text[at] != 48:
            return -1
    return at


def _in_stated(stated: Texts, row: int, candidates: Texts, at: int) -> tuple[int, int, int]:
    """Whether the candidate stands in the stated text: with words around it, or in any text; and where."""
    start, end, core, last = stated.starts[row], stated.starts[row + 1], candidates.core[at], candidates.starts[at + 1]
    size = last - core
    place = _next_run(stated, start, end, candidates.text, core, last)
    while place >= 0 and _has_digit(candidates.text, core, last):
        begin, stop = _run_start(stated, place), place + size
        if _only_words(stated, start, begin) and _words_or_revision(stated, stop, end):
            return WORDS_ADDED, begin, stop
        alone = stated.marks[begin] & (WORD | AFTER_LETTERS) and (stop == end or stated.marks[stop] & WORD)
        if alone and characters(stated.text, place, stop) >= _IN_TEXT_MIN:
            return TEXT, begin, stop
        place = _next_run(stated, place + 1, end, candidates.text, core, last)
    return NONE, 0, 0


def _in_candidate(stated: Texts, row: int, body: int, candidates: Texts, at: int) -> bool:
    """Whether what is stated, but for words that merely name it, is the candidate without words around it."""
    end, first, last = stated.starts[row + 1], candidates.starts[at], candidates.starts[at + 1]
    core = without_zeros(stated.text, body, end)
    if characters(stated.text, core, end) < CHARACTERS_MIN or not _has_digit(stated.text, core, end):
        return False
    place = _next_run(candidates, first, last, stated.text, core, end)
    while place >= 0:
        begin, stop = _run_start(candidates, place), place + end - core
        if _only_words(candidates, first, begin) and _words_or_revision(candidates, stop, last):
            return True
        place = _next_run(candidates, place + 1, last, stated.text, core, end)
    return False


def _next_run(texts: Texts, start: int, end: int, part: Any, first: int, last: int) -> int:
    """Where a part stands next as one or more whole runs, but for zeros in front of it; -1: nowhere."""
    size = last - first
    for place in range(start, end - size + 1):
        if texts.text[place] == part[first] and (place + size == end or texts.marks[place + size] & RUN):
            if same(texts.text, place, part, first, size) and _run_start(texts, place) >= 0:
                return place
    return -1


def _has_digit(text: Any, start: int, end: int) -> bool:
    for at in range(start, end):
        if is_digit(text[at]):
            return True
    return False


def _only_words(texts: Texts, start: int, end: int) -> bool:
    """Whether there are letters alone, or nothing."""
    return not _has_digit(texts.text, start, end)


def _words_or_revision(texts: Texts, start: int, end: int) -> bool:
    """Whether there are letters with at most one short number among or behind them: A, REV B, /1, REV 2; or nothing."""
    numbers, digits = 0, 0
    for at in range(start, end):
        if not is_digit(texts.text[at]):
            continue
        if texts.marks[at] & RUN:
            if at == start and not texts.marks[at] & WORD:
                return False
            numbers, digits = numbers + 1, 0
        digits += 1
        if numbers > 1 or digits > _REVISION_MAX:
            return False
    return True


# --- typing errors


def _slip(stated: Texts, row: int, body: int, candidates: Texts, at: int) -> int:
    """The kind of typing error between the two, with zeros in front or without, behind words that name it or not."""
    start, end, first, last = (
        stated.starts[row],
        stated.starts[row + 1],
        candidates.starts[at],
        candidates.starts[at + 1],
    )
    core, other = without_zeros(stated.text, start, end), candidates.core[at]
    kind = _slip_of(stated, row, start, candidates, at, first)
    if core != start or other != first:
        kind = min(kind, _slip_of(stated, row, core, candidates, at, other))
    if body != start:
        core = without_zeros(stated.text, body, end)
        kind = min(kind, _slip_of(stated, row, body, candidates, at, first))
        if core != body or other != first:
            kind = min(kind, _slip_of(stated, row, core, candidates, at, other))
    return kind


def _slip_of(stated: Texts, row: int, start: int, candidates: Texts, at: int, first: int) -> int:
    """The kind of typing error between the two from here on."""
    one, end, other, last = stated.text, stated.starts[row + 1], candidates.text, candidates.starts[at + 1]
    size, other_size = end - start, last - first
    shorter = min(size, other_size)
    if characters(one, start, end) < CHARACTERS_MIN:
        return NONE
    before = _alike_in_front(one, start, other, first, shorter)
    enough = characters(one, start, start + shorter) >= _TRUNCATED_MIN
    if before == shorter and enough and _is_cut(stated, row, size, candidates, at, other_size):
        return CUT
    after = _alike_at_end(one, end, other, last, shorter)
    missing = characters(other, first, last) - characters(one, start, end)
    if enough and missing > 1 and (before == size or after == size):
        return TRUNCATED
    after = min(after, shorter - before)
    return _one_slip(one, start, start + before, end - after, other, first + before, last - after)


def _alike_in_front(one: Any, start: int, other: Any, first: int, size: int) -> int:
    """How many bytes the two have in common from here on; whole characters."""
    count = 0
    while count < size and one[start + count] == other[first + count]:
        count += 1
    while 0 < count < size and (continues(one[start + count]) or continues(other[first + count])):
        count -= 1
    return count


def _alike_at_end(one: Any, end: int, other: Any, last: int, size: int) -> int:
    """How many bytes the two have in common up to here; whole characters."""
    count = 0
    while count < size and one[end - count - 1] == other[last - count - 1]:
        count += 1
    while count and continues(one[end - count]):
        count -= 1
    return count


def _is_cut(stated: Texts, row: int, size: int, candidates: Texts, at: int, other_size: int) -> bool:
    """Whether the shorter of the two has the length of a field that was too short for it."""
    if size < other_size:
        return characters(stated.raw, stated.raw_starts[row], stated.raw_starts[row + 1]) == _FIELD
    end = candidates.raw_starts[at + 1]
    return size > other_size and characters(candidates.raw, candidates.raw_starts[at], end) == _FIELD


def _one_slip(one: Any, start: int, at: int, end: int, other: Any, first: int, last: int) -> int:
    """The slip that makes of one text's middle, at to end, the middle of the other; the one begins at start."""
    size, other_size = end - at, last - first
    count, other_count = characters(one, at, end), characters(other, first, last)
    if count == 1 and other_count == 1:
        return WRONG
    if count == 0 and other_count == 1:
        return LENGTH
    if count == 1 and other_count == 0:
        doubled = at - start >= size and same(one, at - size, one, at, size)
        return LENGTH if doubled else NONE
    if count == 2 and other_count == 2 and size == other_size:
        step = 1
        while continues(one[at + step]):
            step += 1
        swapped = same(one, at, other, last - step, step) and same(one, at + step, other, first, size - step)
        return SWAPPED if swapped else NONE
    return NONE
