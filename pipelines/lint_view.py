"""Open this when ``backhaul map lint`` is hard to read: each finding at its place, errors in red."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.text import Text

from mappings.workbench.lint import Lint


def lint_view(found: Sequence[Lint]) -> Iterator[Text]:
    """Every finding with its line and caret, then how many there are."""
    for one in found:
        yield _told(one)
    kinds = Counter("error" if one.is_error else "warning" for one in found)
    if not found:
        yield Text("✓ nothing is suspicious", "green")
        return
    told = [f"{kinds[kind]} {kind}{'' if kinds[kind] == 1 else 's'}" for kind in ("error", "warning") if kinds[kind]]
    yield Text(", ".join(told), "bold red" if kinds["error"] else "bold yellow")


def _told(one: Lint) -> Text:
    """The place, what is wrong with the next step, then the line of the file and the caret."""
    here = f"{Path.cwd()}/"
    head, _, rest = one.text.replace(here, "").partition("\n")
    word, colour = ("error  ", "bold red") if one.is_error else ("warning", "yellow")
    what, marker, step = head.partition(" Next: ")
    text = Text.assemble((word, colour), " ", what, (f"{marker}{step}", "green"))
    if rest:
        line, _, caret = rest.rpartition("\n")
        text.append(f"\n{line}", "dim").append(f"\n{caret}", colour)
    return text
