"""Open this when ``backhaul map lint`` says something about a mapping: everything suspicious that the loading allows.

    lint_partner(folder) -> list[Lint]

Errors are mappings that cannot load, name segments that the message has not, or hold every line; the rest are warnings.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mappings import code_lists
from mappings.catalog import Catalog, Map, Names, PartnerFolder, load_map, marked_map
from mappings.marks import Loc, Mark, Marked, read
from mappings.outbound.catalog import load_outbound
from mappings.policies import checked_partner
from mappings.workbench.lint_outbound import of_outbound
from mappings.workbench.lint_paths import suspicious_paths, unreachable
from mappings.workbench.lint_samples import unproved
from mappings.workbench.lint_standard import told_twice
from schemas.errors import ConfigError

Lists = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Lint:
    """Something wrong (an error) or suspicious (a warning) in a partner's folder; ``text`` shows it at its place."""

    partner: str
    is_error: bool
    text: str


def lint_partner(at: Path) -> list[Lint]:
    """What is wrong or suspicious in this partner's folder; a mapping that cannot load does not hide the others."""
    try:
        partner = checked_partner(read(at / "partner.yaml"))
        lists = code_lists.shadowed(code_lists.lists_of(code_lists.SHIPPED), code_lists.lists_of(at / "codes"))
    except ConfigError as fault:
        return [Lint(at.name, is_error=True, text=str(fault))]
    found, maps = [], []
    for path in sorted((at / "maps").glob("*.yaml")):
        try:
            maps.append(load_map(path, lists))
        except ConfigError as fault:
            found.append(Lint(at.name, is_error=True, text=str(fault)))
    written = []
    for path in sorted((at / "outbound").glob("*.yaml")):
        try:
            written.append(load_outbound(path, lists))
        except ConfigError as fault:
            found.append(Lint(at.name, is_error=True, text=str(fault)))
    folder = PartnerFolder(at, partner, tuple(maps), tuple(written))
    return found + [Lint(at.name, is_error, text) for is_error, text in _of_folder(folder)]


def _of_folder(folder: PartnerFolder) -> Iterator[tuple[bool, str]]:
    catalog = Catalog(folder.path.parent, {folder.id: folder}, Names({}))
    for one in folder.maps:
        yield from _of_map(one)
    yield from ((False, text) for text in _unused_lists(folder))
    for written in folder.outbound:
        yield from ((False, text) for text in of_outbound(written, folder.partner))
    for one, loc, message in unproved(folder, catalog):
        if text := _own_fault(one, marked_map(one.path), loc, message):
            yield False, text


def _of_map(one: Map) -> Iterator[tuple[bool, str]]:
    """What a mapping says of itself. What stands in the standard it extends is not the partner's fault."""
    marked = marked_map(one.path)
    told = [
        *suspicious_paths(one.rules),
        *((False, *rest) for rest in unreachable(one.rules)),
        *_requirements(one),
        *_overruled(one),
    ]
    for is_error, loc, message in told:
        if text := _own_fault(one, marked, loc, message):
            yield is_error, text
    yield from ((False, text) for text in told_twice(one.path))


def _own_fault(one: Map, marked: Marked, loc: Loc, message: str) -> str | None:
    """The message at its place in the partner's own file; None where that stands in the standard."""
    mark = mark_of(marked, loc)
    if mark is None or mark.path != one.path:
        return None
    return str(mark.fault(".".join(map(str, loc)), message))


def mark_of(marked: Marked, loc: Loc) -> Mark | None:
    """The place of this way in the file, or of the nearest part of it that is written down."""
    for length in range(len(loc), -1, -1):
        for marks in (marked.values, marked.keys):
            if loc[:length] in marks:
                return marks[loc[:length]]
    return None


def _requirements(one: Map) -> Iterator[tuple[bool, Loc, str]]:
    """Required fields that no rule gives; and those that hang on one qualifier."""
    lines = one.rules.lines
    of_parts = {name for part in lines.split for name in ("quantity", *part.fields)}
    given = {*lines.fields, *of_parts}
    for number, choice in enumerate(lines.require):
        names = " or ".join(choice)
        if not given.intersection(choice):
            yield (
                True,
                ("lines", "require", number),
                (f"no rule gives {names}, so every line is held. Next: add a rule for it, or take it away here."),
            )
        rule = lines.fields.get(choice[0])
        if len(choice) == 1 and rule and rule.default is None and len(rule.from_) == 1 and "[" in rule.from_[0]:
            yield (
                False,
                ("lines", choice[0], "from"),
                (
                    f"{choice[0]} is required and has one path, {rule.from_[0]}: another qualifier holds the line. "
                    "Next: add an alternative, or a default."
                ),
            )


def _overruled(one: Map) -> Iterator[tuple[bool, Loc, str]]:
    """A quantity that no line takes, because a part of `split:` is what is left of the whole, with fields of its own.

    A rest without fields of its own leaves a line without parts to the line's quantity.
    """
    if "quantity" in one.rules.lines.fields and any(part.rest_of and part.fields for part in one.rules.lines.split):
        yield (
            False,
            ("lines", "quantity"),
            "`split:` gives each line its quantity, so this rule is used by none. "
            "Next: write `split:` without a value beside it, or change the parts.",
        )


def _unused_lists(folder: PartnerFolder) -> Iterator[str]:
    """Code lists of the partner's own that none of its mappings looks up, in neither direction."""
    used = {name for one in folder.maps for name in one.codes}
    used |= {name for one in folder.outbound for name in one.writing_codes}
    codes = folder.path / "codes"
    for path in sorted(codes.glob("*/*.csv")):
        name = path.relative_to(codes).with_suffix("").as_posix()
        if name not in used:
            first = (path.read_text(encoding="utf-8").splitlines() or [""])[0]
            message = f"no mapping looks up {name}. Next: write `lookup: {name}` where it belongs, or remove the file."
            yield str(Mark(path, 1, 1, first).fault("", message))
