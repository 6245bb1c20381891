"""Open this when a command fails with the wrong words or exit code: what all commands share."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer
from rich.console import Console

from schemas.errors import BackhaulError

P = ParamSpec("P")
R = TypeVar("R")

SettingsOption = Annotated[
    Path | None,
    typer.Option("--settings", help="The settings file; otherwise ./backhaul.yaml, or the demonstration's."),
]

out = Console()
err = Console(stderr=True)

EXIT_FINDINGS, EXIT_FAULT = 1, 2


def told_plainly(command: Callable[P, R]) -> Callable[P, R]:
    """A fault is told in its own words, which end with the next step; never as a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except BackhaulError as fault:
            err.print(f"[bold red]{type(fault).__name__}[/]: {fault}", highlight=False, soft_wrap=True)
            raise typer.Exit(EXIT_FAULT) from None

    return run
