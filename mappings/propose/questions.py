"""Open this when a question of a proposal is unclear, or an answer is not taken."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mappings.marks import unknown_name
from schemas.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Question:
    """What the samples do not settle. ``key`` stands left of `=` in an answer, one of ``choices`` right of it.

    Without choices any text is an answer.
    """

    key: str
    text: str
    choices: tuple[str, ...] = ()


def answers_of(given: Iterable[str]) -> dict[str, str]:
    """`QUESTION=ANSWER` texts as a table; the last `=` parts them. ConfigError where one has none."""
    found = {}
    for text in given:
        key, mark, answer = text.rpartition("=")
        if not mark or not key.strip() or not answer.strip():
            raise ConfigError(f"{text!r} is no answer. Next: write QUESTION=ANSWER, for example `Menge=quantity`.")
        found[key.strip()] = answer.strip()
    return found


def refuse_unknown(answers: Mapping[str, str], known: Sequence[str]) -> None:
    """ConfigError for an answer to something that nobody asks and no column is called."""
    for key in answers:
        if key not in known:
            raise ConfigError(f"--answer {key}={answers[key]}: {unknown_name(key, known, 'question or column')}")
