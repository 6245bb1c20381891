"""Open this when a mapping for XML or JSON is refused: what it must claim, and which paths it may write."""

from collections.abc import Iterator

from mappings.marks import Loc
from schemas.rules import Rules


def claims(rules: Rules) -> Iterator[tuple[Loc, str]]:
    """XML is claimed by its root, JSON by what it has."""
    if rules.standard == "xml" and rules.claims.root is None:
        yield ("claims",), "an XML document is claimed by its root. Next: add `root:`."
    if rules.standard == "json" and not rules.claims.has:
        yield ("claims",), "a JSON document is claimed by what it has. Next: add `has: [...]`."


def path(rules: Rules, loc: Loc, written: str) -> Iterator[tuple[Loc, str]]:
    """A path must be well formed, and its prefixes declared."""
    yield loc, f"{rules.standard} is not read yet, so {written!r} finds nothing. Next: use another standard."
