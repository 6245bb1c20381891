"""Open this when a column's header is taken for something else: headers read as words that mean something.

A header is cut into words, compound words into theirs, and each word means a thing in some languages (words.yaml).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice, product
from typing import Any

import yaml

LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "sv": "Swedish", "da": "Danish", "nb": "Norwegian",
    "fi": "Finnish", "nl": "Dutch", "es": "Spanish", "it": "Italian", "pl": "Polish",
}  # fmt: skip
SYMBOLS = {"€": "EUR", "£": "GBP", "zł": "PLN"}

# YAML without types, because `no` is a word here.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_EVERY = "any"
_LINKS = ("", "s", "n", "en", "e", "es")
_SHORT_PARTS = frozenset({"nr", "ek", "vk"})
_TOKENS = re.compile(r"[^\W\d_]+|[#%]")
_BRACKETS = re.compile(r"[(\[{<]([^)\]}>]*)[)\]}>]")
_READINGS_MAX = 24


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a header: what its words mean, the words that mean nothing to us, and how well it fits."""

    means: frozenset[str]
    unknown: tuple[str, ...] = ()
    foreign: bool = False
    guessed: bool = False


@lru_cache(maxsize=65536)
def folded(text: str) -> str:
    """Text in which capitals, accents and the ways to write umlauts make no difference.

    >>> folded("Stück"), folded("STUECK"), folded("Łódź")
    ('stuck', 'stuck', 'lodz')
    """
    text = text.casefold().replace("ß", "ss").replace("ø", "o").replace("æ", "a").replace("ł", "l")
    text = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    for pair in ("ae", "oe", "ue", "aa"):
        text = text.replace(pair, "o" if pair == "oe" else pair[0])
    return text


def tokens(header: str) -> list[str]:
    """The words of a header, folded, without fillers, currencies and what stands in brackets."""
    plain = _BRACKETS.sub(" ", header) if _BRACKETS.sub("", header).strip() else header
    plain = re.sub(r"(?i)\bn[°º]|№", " nr ", plain)
    plain = re.sub(r"(?<!\w)([^\W\d_])\. ?([^\W\d_])\.?(?!\w)", r"\1\2", plain)
    plain = re.sub(r"(?<=[^\W\d_A-ZÄÖÜÅÆØ])(?=[A-ZÄÖÜÅÆØ])", " ", plain)
    plain = re.sub(r"(?<=[A-ZÄÖÜ])(?=[A-ZÄÖÜ][a-zäöü]{2})", " ", plain)
    fillers = word_list("fillers")
    words = [
        word for word in _TOKENS.findall(plain) if word not in word_list("currencies") and word.lower() not in fillers
    ]
    return [folded(word) for word in words]


def currency_in(header: str) -> str | None:
    """The one currency that a header names: `Preis (EUR)`, `Pris SEK`, `Price £`."""
    named = {word for word in re.findall(r"[A-Z]{3}", header) if word in word_list("currencies")}
    named |= {code for symbol, code in SYMBOLS.items() if symbol in header.lower()}
    return named.pop() if len(named) == 1 else None


def resource(name: str) -> Any:
    """One of the data files beside this module; every scalar is text."""
    return yaml.load((files("mappings.propose") / name).read_text("utf-8"), _LOADER)


@cache
def word_list(name: str) -> frozenset[str]:
    """One of the short lists of word_lists.yaml."""
    return frozenset(resource("word_lists.yaml")[name].split())


@cache
def lexicon() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """For each folded word what it can mean, and in which languages."""
    found: dict[str, dict[str, set[str]]] = {}
    for meaning, by_language in resource("words.yaml").items():
        for language, words in by_language.items():
            for word in words:
                found.setdefault("".join(tokens(word)) or folded(word), {}).setdefault(meaning, set()).add(language)
    return {word: {one: frozenset(many) for one, many in means.items()} for word, means in found.items()}


def languages_of(headers: Iterable[str]) -> tuple[str, ...]:
    """The languages in which most of these headers are words; the best first. Empty when none is."""
    votes: Counter[str] = Counter()
    for header in headers:
        spoken: set[str] = set()
        for token in tokens(header):
            for part in [token, *_parts(token)]:
                for langs in lexicon().get(part, {}).values():
                    spoken |= langs - {_EVERY}
        votes.update(spoken)
    most = max(votes.values(), default=0)
    ranked = sorted(votes, key=lambda one: (-votes[one], list(LANGUAGES).index(one)))
    return tuple(one for one in ranked if votes[one] * 5 >= most * 4)


def readings(header: str, languages: Sequence[str]) -> list[Reading]:
    """The ways to read a header in a file of these languages, without repetition."""
    words, at = tokens(header), 0
    pieces: list[list[Reading]] = []
    while at < len(words):
        for size in (3, 2, 1):
            joined = "".join(words[at : at + size])
            if at + size <= len(words) and (size == 1 or joined in lexicon()):
                pieces.append(_of_word(joined, languages))
                at += size
                break
    combined = (_together(choice) for choice in islice(product(*pieces), _READINGS_MAX))
    return list(dict.fromkeys(one for one in combined if one.means or one.unknown))


def _together(choice: Sequence[Reading]) -> Reading:
    return Reading(
        frozenset().union(*(one.means for one in choice)),
        tuple(word for one in choice for word in one.unknown),
        any(one.foreign for one in choice),
        any(one.guessed for one in choice),
    )


def _of_word(word: str, languages: Sequence[str]) -> list[Reading]:
    if word in lexicon():
        return _meanings(word, languages)
    if parts := _parts(word):
        return [_together(choice) for choice in islice(product(*(_meanings(part, languages) for part in parts)), 8)]
    if len(word) >= 3 and (begun := _begun(word, languages)):
        return [Reading(frozenset({begun}), guessed=True)]
    return [Reading(frozenset(), (word,))]


def _meanings(word: str, languages: Sequence[str]) -> list[Reading]:
    """What a known word means: in the file's languages if it is a word there, else in any."""
    means = lexicon()[word]
    own = [one for one, langs in means.items() if langs & {_EVERY, *languages}]
    return [Reading(frozenset({one}), foreign=not own) for one in (own or means)]


def _begun(word: str, languages: Sequence[str]) -> str | None:
    """What an abbreviation means: all longer words of the languages that begin so mean one thing."""
    fitting = {
        one
        for longer, means in lexicon().items()
        if longer.startswith(word)
        for one, langs in means.items()
        if langs & {_EVERY, "en", *languages}
    }
    return fitting.pop() if len(fitting) == 1 else None


@cache
def _parts(token: str) -> tuple[str, ...]:
    """The known words that a compound is made of; empty when it is none, or a single word."""
    best: dict[int, tuple[float, tuple[str, ...]]] = {0: (0.0, ())}
    for end in range(2, len(token) + 1):
        for start in [one for one in best if one < end]:
            piece = token[start:end]
            for link in _LINKS:
                stem = piece.removesuffix(link) if link and end < len(token) else piece
                if (link and stem == piece) or not _is_part(stem):
                    continue
                cost = best[start][0] + 1 + (0.5 if len(stem) < 4 else 0) + (0.1 if link else 0)
                if end not in best or cost < best[end][0]:
                    best[end] = (cost, (*best[start][1], stem))
    found = best.get(len(token), (0.0, ()))[1]
    return found if len(found) > 1 else ()


def _is_part(stem: str) -> bool:
    return stem in lexicon() and (len(stem) >= 3 or stem in _SHORT_PARTS)
