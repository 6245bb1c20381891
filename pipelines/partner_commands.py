"""Open this when you look for ``backhaul partner``: its words, each thin over the functions that do the work."""

import typer

partner_words = typer.Typer(help="List partners, and check whether one can go live.", no_args_is_help=True)
