"""Open this when you look for ``backhaul edi``: its words, each thin over the functions that do the work."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.terminal import EXIT_FINDINGS, out, told_plainly

edi = typer.Typer(help="Look at any X12 or EDIFACT file, without settings.", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="An X12 or EDIFACT file.")]


@edi.command()
@told_plainly
def show(
    file: FileArgument,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Show so many messages; 0 shows all.")] = 20,
) -> None:
    """Every segment with its names, what its codes mean, and what is wrong, at its place."""
    from pipelines.edi_file import read_edi
    from pipelines.edi_view import file_view

    for part in file_view(read_edi(file), file, out.width, limit):
        out.print(part, soft_wrap=True, highlight=False)


@edi.command()
@told_plainly
def check(file: FileArgument) -> None:
    """Only what is wrong, a line each; exit code 1 when there is more than is worth knowing, 2 when it is no EDI."""
    from pipelines.edi_file import findings_of, is_at_fault, read_edi
    from pipelines.edi_view import check_view

    segments = read_edi(file)
    for part in check_view(segments, file):
        out.print(part, soft_wrap=True, highlight=False)
    if is_at_fault(findings_of(segments)):
        raise typer.Exit(EXIT_FINDINGS)
