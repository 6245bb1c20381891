"""Open this when a mapping for tables is refused: what it must claim, how it is read, and which columns it may name."""

from collections.abc import Iterator

from pydantic import ValidationError

from mappings.advice import advised
from mappings.formats.delimited import Dialect
from mappings.marks import Loc, unknown_name
from mappings.paths import PSEUDO
from schemas.rules import Rules


def dialect_of(rules: Rules) -> Dialect:
    """The dialect in which the reader reads this mapping's files."""
    return Dialect(**rules.reads.model_dump(include=set(Dialect.model_fields)))


def claims(rules: Rules) -> Iterator[tuple[Loc, str]]:
    """A table is claimed by its columns, and every row of it is a line."""
    if not rules.claims.columns:
        yield ("claims",), "a table is claimed by its columns. Next: add `columns: [...]`."
    if rules.lines.each != "row":
        yield ("lines", "each"), "in a table every row is a line. Next: write `row`."
    try:
        dialect_of(rules)
    except ValidationError as fault:
        first = fault.errors()[0]
        yield ("reads", *first["loc"]), advised(first["msg"].removeprefix("Value error, "))


def path(rules: Rules, loc: Loc, written: str) -> Iterator[tuple[Loc, str]]:
    """A path is a claimed column, so that its absence is found before the table is read."""
    if written not in rules.claims.columns and written.removeprefix("@") not in PSEUDO:
        yield loc, unknown_name(written, rules.claims.columns, "claimed column")
