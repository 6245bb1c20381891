"""Open this when ``map lint`` doubts a path: what the message has not, and what never gets a turn."""

from collections.abc import Iterator

from mappings.checks.rules import paths_of
from mappings.formats.names import segment_name
from mappings.formats.structure import Structure, structure
from mappings.marks import Loc, unknown_name
from mappings.messages.paths import OF_FILE, Path, parse
from schemas.rules import EDI, FieldRule, Rules

# The segments around a message's own; no table of a message names all of them.
_ENVELOPE = frozenset({"ISA", "GS", "ST", "SE", "GE", "IEA", "UNB", "UNG", "UNH", "UNS", "UNT", "UNE", "UNZ"})


def suspicious_paths(rules: Rules) -> Iterator[tuple[bool, Loc, str]]:
    """Tags and elements that the tables of the message do not know; an error where a table names all there is."""
    if rules.standard not in EDI:
        return
    tables = _tables(rules)
    for loc, written in paths_of(rules):
        path = parse(written)
        if path.scope != "@":
            yield from _tag(rules, tables, loc, path)
            yield from _element(rules, loc, path)


def _tables(rules: Rules) -> list[Structure]:
    """The tables of the versions that the mapping claims, or of the nearest one when it claims any."""
    versions = rules.claims.version or ("",)
    found = (structure(rules.standard, rules.claims.message or "", version) for version in versions)
    return [one for one in found if one is not None]


def _tag(rules: Rules, tables: list[Structure], loc: Loc, path: Path) -> Iterator[tuple[bool, Loc, str]]:
    if not tables or path.tag in _ENVELOPE or any(path.tag in one.tags for one in tables):
        return
    known = sorted({tag for one in tables for tag in one.tags})
    advice = unknown_name(path.tag, known, "segment").partition(" Next: ")[2]
    message = f"a {rules.claims.message} has no segment {path.tag}. Next: {advice}"
    yield all(one.is_whole for one in tables), loc, message


def _element(rules: Rules, loc: Loc, path: Path) -> Iterator[tuple[bool, Loc, str]]:
    named = segment_name(rules.standard, path.tag)
    if named is None or not named.elements or path.how != "at" or named.element(path.element, path.component):
        return
    if named.element(path.element) is None:
        told = f"{path.tag} has {len(named.elements)} elements, and no {path.element:02d}"
    else:
        told = f"element {path.element:02d} of {path.tag} has no component {path.component}"
    yield False, loc, f"{told}. Next: count the elements in `backhaul edi show` of a sample."


def unreachable(rules: Rules) -> Iterator[tuple[Loc, str]]:
    """Alternatives that never get a turn, because one before them finds whatever they would."""
    for name, rule in rules.lines.fields.items():
        yield from _shadowed(rules, ("lines", name), rule)
    for name in ("number", "purpose", "issued_on"):
        rule = getattr(rules.document, name)
        if rule is not None:
            yield from _shadowed(rules, ("document", name), rule)


def _shadowed(rules: Rules, loc: Loc, rule: FieldRule) -> Iterator[tuple[Loc, str]]:
    if rule.join is not None:
        return
    for later, path in enumerate(rule.from_):
        for earlier in rule.from_[:later]:
            if _covers(rules, earlier, path, rule):
                message = f"{path} never gets a turn: {earlier} before it finds whatever it would. "
                yield (*loc, "from", later), message + "Next: take it away, or put it first."
                break


def _covers(rules: Rules, earlier: str, later: str, rule: FieldRule) -> bool:
    """Whether the first path has a value wherever the second has one."""
    if earlier == later or earlier in OF_FILE:
        return True
    if rules.standard not in EDI or later in OF_FILE or rule.only or rule.skip:
        return False
    a, b = parse(earlier), parse(later)
    same = (a.scope, a.tag, a.how, a.element, a.component) == (b.scope, b.tag, b.how, b.element, b.component)
    return same and a.how == "at" and a.qualifier is None
