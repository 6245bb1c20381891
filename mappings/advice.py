"""Open this when a fault in a YAML file of ours is told in words that nobody understands: each says what to write.

The sentences of the YAML reader and of the models are made for programmers; here they become a person's.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any

# How a sentence of ours says what to do, and nothing comes behind it.
_ADVICE = re.compile(r"(?:; |: )(?=(?:write|keep|take|say|give|use) )")

# What the YAML reader finds, by the words it says it in, and what a person does about it.
_YAML = (
    ("found character that cannot start any token", "this character cannot begin a text", "put the text in quotes"),
    (
        "did not find expected key",
        "this line begins at another column than its neighbours, or the line above is not finished",
        "let the keys of one section begin at the same column",
    ),
    ("did not find expected ',' or ']'", "a bracket that was opened is not closed before this", "close it with `]`"),
    ("did not find expected ',' or '}'", "a brace that was opened is not closed before this", "close it with `}`"),
    (
        "did not find expected '-' indicator",
        "an entry of this list does not begin with `-`",
        "begin each one with `- `",
    ),
    (
        "mapping values are not allowed",
        "no colon can stand here: the line above lacks one, or a text with a colon has no quotes",
        "write `key: value` a line each, and texts with a colon in quotes",
    ),
    ("could not find expected ':'", "a key without a colon stands before this", "write `key: value`"),
    ("unexpected end of stream", "a quotation mark is opened here and never closed", "close it"),
    ("undefined alias", "a `*` at the beginning means something else in YAML", "put the text in quotes"),
    ("found another document", "`---` begins a second document", "keep one document in a file"),
    (
        "found unknown escape character",
        "a backslash in double quotes means something else in YAML",
        "use single quotes",
    ),
    ("control characters are not allowed", "an invisible character stands here", "take it away"),
)

# So many keys are named in a sentence.
_SHOWN = 10

# What a value should be, by the kind of fault that the model finds.
_WANTED = {
    "tuple_type": ("a list", "write it as `[…]`"),
    "list_type": ("a list", "write it as `[…]`"),
    "dict_type": ("keys with values", "write it as `{key: value}`"),
    "model_type": ("keys with values", "write it as `{key: value}`"),
    "model_attributes_type": ("keys with values", "write it as `{key: value}`"),
    "string_type": ("one text", "write the text alone"),
    "int_parsing": ("a whole number", "write digits only"),
    "int_type": ("a whole number", "write digits only"),
    "int_from_float": ("a whole number", "write digits only"),
    "bool_parsing": ("yes or no", "write true or false"),
    "bool_type": ("yes or no", "write true or false"),
    "decimal_parsing": ("a number", "write digits, with a point for decimals"),
    "date_parsing": ("a day", "write it like 2026-03-01"),
    "date_from_datetime_parsing": ("a day", "write it like 2026-03-01"),
    "float_parsing": ("a number", "write digits, with a point for decimals"),
}


def of_yaml(problem: str, text: str, column: int) -> str:
    """What is wrong where the YAML reader stopped: in this line, at this column from 1."""
    if text[column - 1 : column] == "\t" or (not text[: column - 1].strip() and "\t" in text[: column - 1]):
        return "a tab stands here, and YAML is indented with blanks. Next: write blanks instead."
    for words, wrong, todo in _YAML:
        if words in problem:
            return f"{wrong}. Next: {todo}."
    return f"this is no YAML: {problem}. Next: correct it at the caret."


def advised(wrong: str) -> str:
    """A sentence that ends with the next step: what it says behind `; write` or `: keep` becomes that.

    >>> advised("`;;` is no separator; write one character, or tab")
    '`;;` is no separator. Next: write one character, or tab.'
    """
    head, *rest = _ADVICE.split(wrong.rstrip(" ."), maxsplit=1)
    return f"{head}. Next: {rest[0]}." if rest else f"{head}. Next: correct it."


def missing(keys: Sequence[str], values: Sequence[str], name: str) -> str:
    """A key is missing: with what can stand in it, its own keys or its values."""
    if values:
        return f"this key is missing. Next: add `{name}:` with {_or(values)}."
    if keys:
        more = f", with any of {', '.join(keys)}" if len(keys) <= _SHOWN else ""
        return f"this key is missing. Next: add `{name}: {{{keys[0]}: …}}`{more}."
    return f"this key is missing. Next: add `{name}:`."


def of_value(error: Any, keys: Sequence[str]) -> str:
    """What is wrong with a value by the model's finding; ``keys`` are those that could stand below it."""
    kind, given = error["type"], error["input"]
    if kind == "literal_error":
        return _not_known(given, re.findall(r"'([^']*)'|\b(True|False)\b", error["ctx"]["expected"]))
    if kind in _WANTED:
        wanted, todo = _WANTED[kind]
        if keys and wanted == "keys with values":
            todo = f"write it as `{{{keys[0]}: {given if isinstance(given, str) else '…'}}}`"
            todo += f", with any of {', '.join(keys)}" if len(keys) <= _SHOWN else ""
        return f"{wanted} should stand here, not {_what(given)}. Next: {todo}."
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        (bound,) = error["ctx"].values()
        word = "least" if kind.startswith("greater") else "most"
        return f"{given!r} is out of bounds. Next: write {bound} at {word}."
    if kind == "string_pattern_mismatch":
        return f"{given!r} is not of the form {error['ctx']['pattern']}. Next: write it so."
    return advised(str(error["msg"]).removeprefix("Value error, "))


def _not_known(given: Any, found: Iterable[tuple[str, str]]) -> str:
    names = ["".join(pair) for pair in found]
    if not isinstance(given, str):
        return f"one of {_or(names)} should stand here, not {_what(given)}. Next: write one of them."
    near = difflib.get_close_matches(given, names, n=1)
    return f"{given!r} is not known here. Next: write {_or(near or names)}."


def _or(names: Sequence[str]) -> str:
    """Names as a choice.

    >>> _or(["a", "b", "c"])
    "'a', 'b' or 'c'"
    """
    quoted = [repr(name) for name in names]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else quoted[0]


def _what(given: Any) -> str:
    """A value as a person would call it."""
    if isinstance(given, dict):
        return "keys with values"
    return "a list" if isinstance(given, list | tuple) else repr(given)
