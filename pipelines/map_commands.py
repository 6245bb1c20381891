"""Open this when you look for ``backhaul map``: its words, each thin over the functions that do the work."""

import typer

from pipelines.map_schema import schema

map_words = typer.Typer(help="Test, trace, compare, lint, replay and promote mappings.", no_args_is_help=True)


@map_words.callback()
def _words() -> None:
    """Keeps `map` a group however few words it has."""


map_words.command()(schema)
