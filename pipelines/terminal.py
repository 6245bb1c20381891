"""Open this when a command fails with the wrong words or exit code: what all commands share."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.text import Text

from schemas.errors import BackhaulError

P = ParamSpec("P")
R = TypeVar("R")

SettingsOption = Annotated[
    Path | None,
    typer.Option("--settings", help="The settings file; otherwise ./backhaul.yaml, or the demonstration's."),
]

# What stands between brackets in a mapping or an item's name is text, and no style.
out = Console(markup=False)
err = Console(stderr=True, markup=False)

EXIT_FINDINGS, EXIT_FAULT = 1, 2


def tell_fault(who: str, told: str) -> None:
    """A fault, with what or whom it is of in red."""
    err.print(Text.assemble((who, "bold red"), f": {told}"), soft_wrap=True)


def told_plainly(command: Callable[P, R]) -> Callable[P, R]:
    """A fault is told in its own words, which end with the next step; never as a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except BackhaulError as fault:
            tell_fault(type(fault).__name__, str(fault))
            raise typer.Exit(EXIT_FAULT) from None

    return run
