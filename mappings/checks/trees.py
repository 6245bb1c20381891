"""Open this when a mapping for XML or JSON is refused: what it must claim, and which paths it may write."""

from collections.abc import Iterator

from mappings.marks import Loc
from mappings.trees.paths import fault_of_names, parse_tree
from schemas.rules import Rules


def claims(rules: Rules) -> Iterator[tuple[Loc, str]]:
    """XML is claimed by its root, JSON by what it has; the paths that say what a document and a line is are paths."""
    if rules.standard == "xml" and rules.claims.root is None:
        yield ("claims",), "an XML document is claimed by its root. Next: add `root:`."
    if rules.standard == "json" and rules.claims.root is not None:
        yield ("claims", "root"), "JSON has no root element. Next: take it away, and claim what it `has`."
    if rules.standard == "json" and not rules.claims.has:
        yield ("claims",), "a JSON document is claimed by what it has. Next: add `has: [...]`."
    if rules.claims.root is not None:
        yield from _element(rules, ("claims", "root"), rules.claims.root, one_name=True)
    for number, written in enumerate(rules.claims.has):
        yield from _path_of_document(rules, ("claims", "has", number), written)
    for written in rules.claims.where:
        yield from _path_of_document(rules, ("claims", "where", written), written)
    if rules.document.each is not None:
        yield from _element(rules, ("document", "each"), rules.document.each)
    yield from _element(rules, ("lines", "each"), rules.lines.each)
    for number, part in enumerate(rules.lines.split):
        if part.repeat is not None:
            yield ("lines", "split", number, "repeat"), "elements need no groups. Next: take `repeat` away."
        if part.each is not None:
            yield from _element(rules, ("lines", "split", number, "each"), part.each)


def path(rules: Rules, loc: Loc, written: str) -> Iterator[tuple[Loc, str]]:
    """A path must be well formed, and its prefixes declared."""
    try:
        wrong = fault_of_names(parse_tree(written), rules.standard, rules.namespaces)
    except ValueError as fault:
        wrong = str(fault)
    if wrong:
        yield loc, f"{wrong}. Next: correct it."


def _path_of_document(rules: Rules, loc: Loc, written: str) -> Iterator[tuple[Loc, str]]:
    """A claim looks into the whole document, from its root on."""
    found = list(path(rules, loc, written))
    yield from found
    if not found and parse_tree(written).scope in ("<", "@"):
        yield loc, f"{written!r}: a claim is a path from the root. Next: write for example `cbc:ID`."


def _element(rules: Rules, loc: Loc, written: str, *, one_name: bool = False) -> Iterator[tuple[Loc, str]]:
    """A path to elements, without a scope."""
    found = list(path(rules, loc, written))
    yield from found
    if found:
        return
    parsed = parse_tree(written)
    if parsed.scope or any(name.startswith("@") for name in parsed.names) or (one_name and len(parsed.steps) != 1):
        example = "ubl:DespatchAdvice" if one_name else "cac:DespatchLine"
        yield loc, f"{written!r} is no element. Next: write for example `{example}`."
