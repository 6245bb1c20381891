"""Open this when you ask how the paths of a mapping become columns: all are looked for in one way through a batch."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from mappings.column import Bytes, Ints
from mappings.messages.paths import Path, parse
from mappings.messages.qualifiers import code_of
from mappings.messages.seeking import (
    ABOVE,
    AT,
    BEFORE,
    CODE,
    COMPONENT_AT,
    ELEMENT_AT,
    ELEMENTS_MAX,
    FIRST_WORD,
    HOW,
    INSIDE,
    LAST_WORD,
    NEXT,
    NO_QUALIFIER,
    ONLY,
    OUTSIDE,
    PLACE,
    QUALIFIED_IN,
    RULE_SIZE,
    Notes,
    Owned,
    Paths,
    sign_of,
)
from schemas.rules import FieldRule, Rules

Sought = tuple[Path, int]  # a path, and where its segments stand: INSIDE, OUTSIDE or ABOVE

_HOW = {"next": NEXT, "before": BEFORE}
_PLACES = ELEMENTS_MAX + 1


def sought_by(rules: Rules) -> list[Sought]:
    """What a mapping looks for in headers and lines. Parts with segments of their own look for themselves."""
    header = (rules.document.number, rules.document.purpose, rules.document.issued_on)
    of_header = [path for rule in header if rule is not None for path in _paths(rule)]
    of_lines = [path for rule in rules.lines.fields.values() for path in _paths(rule)]
    of_parts = [path for part in rules.lines.split for rule in part.fields.values() for path in _paths(rule)]
    places = [(path, OUTSIDE) for path in of_header] + [(path, INSIDE) for path in of_lines]
    scoped = [(path, ABOVE) for path in (*of_header, *of_lines, *of_parts) if path.scope == "^"]
    return [*((path, place) for path, place in places if not path.scope), *scoped]


def _paths(rule: FieldRule) -> Iterator[Path]:
    """The paths of a rule, and of those that step in for it."""
    for one in rule.with_others():
        yield from (parse(path).passing(one.only, one.skip) for path in one.from_)
        yield from (parse(path) for path in (*one.times, *one.plus, *one.minus, *one.when))


def in_tag_order(sought: Iterable[Sought], number_of: Mapping[str, int]) -> tuple[Sought, ...]:
    """Each of them once, those of one tag together; tags that the batch does not have are left out."""
    known = (one for one in dict.fromkeys(sought) if one[0].tag in number_of)
    return tuple(sorted(known, key=lambda one: number_of[one[0].tag]))


@lru_cache(maxsize=256)
def as_paths(
    sought: tuple[Sought, ...], tags: tuple[str, ...], pairs: tuple[tuple[str, tuple[int, ...]], ...]
) -> Paths:
    """What ``seek`` wants, for these in the order of the batch's tags."""
    numbers = [tags.index(path.tag) for path, _ in sought]
    words = [word for path, _ in sought for word in path.only or path.skip]
    behind = np.cumsum([0, *(len(path.only or path.skip) for path, _ in sought)]).tolist()
    qualifiers, is_pair = np.zeros((2, len(tags), _PLACES), np.bool_)
    for tag, (path, _) in zip(numbers, sought, strict=True):
        qualifiers[tag, _qualified_at(path, pairs)] = True
        is_pair[tag, _qualified_at(path, pairs) if path.how == "next" else []] = True
    rules = [_rule(*one, *behind[at : at + 2]) for at, one in enumerate(sought)]
    sign = [NO_QUALIFIER if path.qualifier is None else sign_of(code_of(path.qualifier)) for path, _ in sought]
    first = np.searchsorted(numbers, np.arange(len(tags) + 1)).astype(np.int64)
    given = first, np.array(sign, np.int64), np.array(rules, np.int64)
    return Paths(*given, qualifiers, is_pair, *one_behind_the_other(words))


def _rule(path: Path, place: int, first_word: int, last_word: int) -> list[int]:
    """A row of ``Paths.rules``."""
    row = [0] * RULE_SIZE
    row[PLACE], row[HOW], row[ELEMENT_AT], row[COMPONENT_AT] = (
        place,
        _HOW.get(path.how, AT),
        path.element,
        path.component,
    )
    row[CODE], row[QUALIFIED_IN] = code_of(path.qualifier or ""), path.qualified_in if path.qualifier else 0
    row[ONLY], row[FIRST_WORD], row[LAST_WORD] = bool(path.only), first_word, last_word
    return row


def _qualified_at(path: Path, pairs: tuple[tuple[str, tuple[int, ...]], ...]) -> list[int]:
    """The elements in which the path's qualifier may stand."""
    if path.how == "before":
        return list(range(1, _PLACES))
    if path.how == "next":
        return [element for element in dict(pairs).get(path.tag, ()) if element < _PLACES]
    return [path.qualified_in] if path.qualifier is not None else []


def one_behind_the_other(words: Sequence[str]) -> tuple[Bytes, Ints]:
    """Words as bytes, and where each of them begins; the last place is behind them all."""
    written = [word.encode() for word in words]
    return np.frombuffer(b"".join(written), dtype=np.uint8), np.cumsum([0, *map(len, written)])


def room_for(paths: int, owners: int) -> Owned:
    """Columns for so many paths and owners, filled with 0; what stays so takes no memory."""
    return Owned(np.zeros((paths, owners), np.uint32), np.zeros((paths, owners), np.uint32))


def fresh() -> Notes:
    """Room for the elements of one segment."""
    return Notes(np.zeros(_PLACES, np.int64), np.zeros((2, _PLACES), np.int64))
