"""Open this when a mapping for EDI messages is refused: what it must claim, and which paths it may write."""

from collections.abc import Iterator

from mappings.advice import advised
from mappings.marks import Loc
from mappings.messages.paths import parse
from schemas.rules import Rules


def claims(rules: Rules) -> Iterator[tuple[Loc, str]]:
    """A message is claimed by its type, and by paths that are well formed."""
    if rules.claims.message is None:
        yield ("claims",), "a message is claimed by its type. Next: add `message:`."
    for written in rules.claims.where:
        yield from path(rules, ("claims", "where", written), written)


def path(rules: Rules, loc: Loc, written: str) -> Iterator[tuple[Loc, str]]:
    """A path must be well formed, and what follows a qualifier needs the segment's pairs."""
    try:
        parsed = parse(written)
    except ValueError as fault:
        yield loc, advised(str(fault))
        return
    if parsed.how == "next" and parsed.tag not in rules.pairs:
        example = f"`pairs: {{{parsed.tag}: [1, 8]}}`"
        yield loc, f"the mapping does not say where {parsed.tag} has its pairs. Next: add for example {example}."
