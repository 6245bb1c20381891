"""Open this when an entry of `clean:` is refused: a function by its name, or by its name with an argument that fits."""

import re

from mappings.advice import advised
from mappings.functions.cleaning import CLEAN, WITH_ARGUMENT, fault_of_clean
from mappings.marks import unknown_name


def fault_of_step(function: str, argument: str | None) -> str | None:
    """What is wrong with this entry, and what to write instead; None when nothing is."""
    if function not in CLEAN:
        return unknown_name(function, CLEAN, "function")
    if (argument is not None) != (function in WITH_ARGUMENT):
        takes = "an argument" if function in WITH_ARGUMENT else "no argument"
        wanted = f"{{{function}: …}}" if function in WITH_ARGUMENT else function
        return f"{function!r} takes {takes}. Next: write `{wanted}`."
    if function == "pattern" and (wrong := _fault_of_pattern(argument or "")):
        return wrong
    wrong = fault_of_clean(function, argument)
    if wrong is not None and "invalid literal for int()" in wrong:
        return f"{function!r} takes a whole number, not {argument!r}. Next: write for example `{{{function}: 4}}`."
    return None if wrong is None else advised(wrong)


def _fault_of_pattern(argument: str) -> str | None:
    """A regular expression must be one, with one group: the part that is wanted."""
    try:
        groups = re.compile(argument).groups
    except re.error as fault:
        return f"{argument!r} is no regular expression: {fault}. Next: correct it, as `(` needs a `)`."
    if groups == 1:
        return None
    say = "no part" if not groups else f"{groups} parts"
    return (
        f"{argument!r} has {say} in parentheses. Next: put the one part that is wanted in them; write (?:…) for others."
    )
