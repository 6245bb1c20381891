"""Open this when you look for ``backhaul partner``: its words, each thin over the functions that do the work."""

import typer

partner = typer.Typer(help="Partners: propose, check, list.", no_args_is_help=True)
