"""Open this when a partner's own code is proposed with the wrong meaning: codes of a column, and what they may mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from mappings.code_lists import SHIPPED, canonical, lists_of
from mappings.functions.cleaning import strip, upper
from mappings.propose.header_words import folded, word_list
from mappings.propose.questions import Question
from mappings.propose.reason_words import reasons_meant

_ASKED_MAX = 12
# The field, the folder of its code lists, and the list of our own that its codes are turned into.
LISTS = {
    "reason": ("reasons", "reasons"),
    "condition": ("conditions", "conditions"),
    "disposition": ("dispositions", "dispositions"),
    "unit": ("units", ""),
    "complete": ("flags", ""),
}


@dataclass(frozen=True)
class Codes:
    """A code list proposed for a column: its name, its file's text, and the codes that only a person can name."""

    name: str
    text: str
    questions: tuple[Question, ...]


def codes_of(field: str, column: str, cells: Sequence[str], answers: Mapping[str, str]) -> Codes:
    """The list of a column's codes. A code with no sure meaning is left out of it, and asked about."""
    folder, own = LISTS[field]
    choices = tuple(sorted(canonical(own))) if own else ("true", "false") if folder == "flags" else ()
    lines, open_codes = ["code,means,note"], []
    for code, first in _codes(cells).items():
        answered = answers.get(f"{field}:{code}")
        meant = answered or _meaning(field, first)
        if meant is None:
            open_codes.append(code)
        else:
            lines.append(f"{_csv(code)},{meant},{'' if answered else 'by its words: read again'}")
    questions = [_question(field, column, code, choices) for code in open_codes[:_ASKED_MAX]]
    return Codes(f"{folder}/{slug(column)}", "\n".join(lines) + "\n", tuple(questions))


def _codes(cells: Sequence[str]) -> dict[str, str]:
    """Each different code as `clean: [strip, upper]` makes it, with a cell as it stands."""
    capitals = upper(strip(pa.array(cells, pa.string()))).to_pylist()
    found: dict[str, str] = {}
    for code, cell in zip(capitals, cells, strict=True):
        if code:
            found.setdefault(code, cell)
    return found


def _meaning(field: str, cell: str) -> str | None:
    """What a code means when its words say so, and nothing else."""
    word = folded(cell).replace(" ", "").rstrip(".")
    if field == "complete":
        return "true" if word in word_list("yes") else "false"
    if field == "unit":
        return _units(cell, word)
    meant = reasons_meant(cell)
    if field == "condition":
        damaged = {"damaged", "defective", "damaged_in_transit"}
        return "sellable" if word in word_list("sellable") else "damaged" if meant and set(meant) <= damaged else None
    return meant[0] if field == "reason" and len(meant) == 1 else None


def _units(cell: str, word: str) -> str | None:
    shipped = lists_of(SHIPPED)["units/x12"]
    return "1" if word in word_list("pieces") else shipped.get(cell.upper())


def _question(field: str, column: str, code: str, choices: tuple[str, ...]) -> Question:
    if field == "unit":
        return Question(f"unit:{code}", f"How many pieces are in one {code} (column `{column}`)?")
    return Question(f"{field}:{code}", f"What does {code} mean as {field} (column `{column}`)?", choices)


def slug(name: str) -> str:
    """A name as a file can be called.

    >>> slug("Rücksende-Grund (Code)")
    'rucksende_grund_code'
    """
    words = "".join(letter if letter.isalnum() and letter.isascii() else " " for letter in folded(name)).split()
    return "_".join(words) or "codes"


def _csv(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(letter in cell for letter in ',"\n') else cell
