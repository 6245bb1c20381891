"""Open this when ``backhaul map schema`` prints the wrong thing: JSON Schema of what you write, for editors."""

from typing import Annotated

import typer

from pipelines.terminal import told_plainly


@told_plainly
def schema(
    partner: Annotated[bool, typer.Option("--partner", help="The schema of partner.yaml instead of mappings.")] = False,
    outbound: Annotated[bool, typer.Option("--outbound", help="The schema of outbound maps instead.")] = False,
    policy: Annotated[bool, typer.Option("--policy", help="The schema of files of policies/ instead.")] = False,
) -> None:
    """Print the JSON Schema of mapping files, so that an editor completes and underlines them while you type."""
    from mappings.workbench.editor_schema import schema_text

    typer.echo(
        schema_text("partner" if partner else "outbound" if outbound else "policy" if policy else "mapping"), nl=False
    )
