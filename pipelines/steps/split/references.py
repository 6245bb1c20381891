"""Open this when a stated reference does not exist: which one was meant, if one error in writing explains it."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import TypeVar

Tokens = tuple[str, ...]
_K = TypeVar("_K")

# Shorter references resemble too many others to be repaired.
_CHARACTERS_MIN = 4
_TRUNCATED_MIN = 6
_LAST = chr(0x10FFFF)
_O_FOR_ZERO = re.compile(r"(?<=\d)O+|O+(?=\d)")


def plain(text: str) -> str:
    """The reference in capitals, without blanks at its ends: what counts as written alike."""
    return text.strip().upper()


class References:
    """All references of one kind that exist for one retailer; the only ones that a repair may lead to."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(map(plain, names))

    def __contains__(self, stated: str) -> bool:
        return plain(stated) in self._names

    def repaired(self, stated: str, store: str | None = None) -> str | None:
        """The one reference that was meant, in plain form; None when there is none, or several.

        The first kind of error that leads anywhere decides, from mere form to typing errors: leading zeros,
        separators and O for 0; the store's number at the end or missing there; another prefix or suffix; two
        neighbours swapped, one wrong digit, or an end cut off.
        """
        if len(_squeezed(stated)) < _CHARACTERS_MIN:
            return None
        for found in self._by_kind_of_error(stated, store):
            if found:
                return next(iter(found)) if len(found) == 1 else None
        return None

    def _by_kind_of_error(self, stated: str, store: str | None) -> Iterator[Collection[str]]:
        tokens = _tokens(stated)
        yield self._by_tokens.get(tokens, ())
        yield self._with_or_without(tokens, _tokens(store or ""))
        yield self._with_more_or_less(tokens)
        yield self._mistyped(_squeezed(stated))

    def _with_or_without(self, tokens: Tokens, store: Tokens) -> set[str]:
        if not store:
            return set()
        forms = [tokens + store]
        if tokens[-len(store) :] == store:
            forms.append(tokens[: -len(store)])
        return {name for form in forms for name in self._by_tokens.get(form, ())}

    def _with_more_or_less(self, tokens: Tokens) -> set[str]:
        """References that have a prefix or suffix which was left out, or lack one which was added."""
        longer = self._by_part.get(tokens, set())
        return longer.union(*(self._by_tokens.get(part, ()) for part in _parts(tokens)))

    def _mistyped(self, stated: str) -> set[str]:
        found = {name for text in _neighbours(stated) for name in self._by_squeezed.get(text, ())}
        if len(stated) >= _TRUNCATED_MIN:
            found = found.union(*(self._by_squeezed[text] for text in self._beginning_with(stated)))
        return found

    def _beginning_with(self, text: str) -> list[str]:
        first = bisect_right(self._sorted, text)
        return self._sorted[first : bisect_left(self._sorted, text + _LAST, first)]

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._by_squeezed)

    @cached_property
    def _tokens_of(self) -> dict[str, Tokens]:
        return {name: _tokens(name) for name in self._names}

    @cached_property
    def _by_tokens(self) -> dict[Tokens, set[str]]:
        return _indexed((tokens, name) for name, tokens in self._tokens_of.items())

    @cached_property
    def _by_part(self) -> dict[Tokens, set[str]]:
        return _indexed((part, name) for name, tokens in self._tokens_of.items() for part in _parts(tokens))

    @cached_property
    def _by_squeezed(self) -> dict[str, set[str]]:
        return _indexed((_squeezed(name), name) for name in self._names)


def _indexed(pairs: Iterable[tuple[_K, str]]) -> dict[_K, set[str]]:
    index: dict[_K, set[str]] = defaultdict(set)
    for key, name in pairs:
        index[key].add(name)
    return dict(index)


def _zeros(text: str) -> str:
    return _O_FOR_ZERO.sub(lambda found: "0" * len(found[0]), plain(text))


def _tokens(text: str) -> Tokens:
    """Runs of letters and of digits; digits without zeros in front."""
    runs = re.findall(r"[^\W\d_]+|\d+", _zeros(text))
    return tuple(run.lstrip("0") or "0" if run[0].isdigit() else run for run in runs)


def _squeezed(text: str) -> str:
    """Letters and digits alone, without zeros in front."""
    return re.sub(r"[\W_]+", "", _zeros(text)).lstrip("0")


def _parts(tokens: Tokens) -> Iterator[Tokens]:
    """Shorter runs of neighbouring tokens that are still long enough to mean one reference."""
    for start in range(len(tokens)):
        for end in range(start + 1, len(tokens) + 1):
            part = tokens[start:end]
            if part != tokens and sum(map(len, part)) >= _CHARACTERS_MIN:
                yield part


def _neighbours(text: str) -> Iterator[str]:
    """Texts from which this one came by swapping two neighbours or by one wrong digit."""
    for i in range(len(text) - 1):
        if text[i] != text[i + 1]:
            yield text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    for i, wrong in enumerate(text):
        if wrong.isdigit():
            yield from (text[:i] + digit + text[i + 1 :] for digit in "0123456789" if digit != wrong)
