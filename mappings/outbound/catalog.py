"""Open this when an outbound map is refused, or another one is taken than you expect: the shipped ones and a partner's.

<partners>/<id>/outbound/*.yaml             what the partner gets, mostly a few lines over a shipped map
<partners>/<id>/outbound/samples/           rows beside the file that they must give
mappings/outbound/standards/<standard>/     the shipped maps
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mappings import code_lists
from mappings.marks import Marked, checked, merge, read, unknown_name
from mappings.outbound.checks import faults, is_at_key
from schemas.errors import ConfigError
from schemas.outbound import OutboundKind, OutboundRules

STANDARDS = Path(__file__).parent / "standards"

# What a partner gets that has no map of its own. Of what is not here it gets nothing.
_USUAL = {
    ("outcome", "x12"): "x12/824",
    ("outcome", "edifact"): "edifact/aperak",
    ("results", "csv"): "tables/results",
    ("instruction", "csv"): "tables/instruction",
}


@dataclass(frozen=True)
class OutboundMap:
    """An outbound map, resolved: its rules and the code lists they use, as they are written: our words to codes."""

    name: str
    path: Path
    rules: OutboundRules
    writing_codes: Mapping[str, Mapping[str, str]]

    @property
    def standard(self) -> str:
        """x12, edifact or csv."""
        return self.rules.writes.standard


def shipped_names(kind: str | None = None) -> list[str]:
    """The shipped maps, as `extends:` has them; of one kind, or all."""
    names = (path.relative_to(STANDARDS).with_suffix("").as_posix() for path in STANDARDS.glob("*/*.yaml"))
    return sorted(name for name in names if kind is None or shipped(name).rules.kind == kind)


def load_outbound(path: Path, lists: Mapping[str, Mapping[str, str]]) -> OutboundMap:
    """One outbound map, over what it extends and checked to the last hole; ConfigError shows the place."""
    marked = marked_outbound(path)
    rules = checked(OutboundRules, marked)
    for loc, message in faults(rules, lists):
        raise marked.fault(loc, message, at_key=is_at_key(loc, message))
    used = {
        rule.lookup: code_lists.turned(rule.lookup, lists[rule.lookup]) for rule in rules.field_rules() if rule.lookup
    }
    return OutboundMap(path.stem, path, rules, used)


def marked_outbound(path: Path) -> Marked:
    """An outbound map over what it extends, with the file, line and column of each key."""
    own = read(path)
    name = own.data.get("extends")
    if name is None:
        return own
    if name not in shipped_names():
        raise own.fault(("extends",), unknown_name(str(name), shipped_names(), "shipped outbound map"))
    return merge(marked_outbound(STANDARDS / f"{name}.yaml"), own)


def loaded(folder: Path, lists: Mapping[str, Mapping[str, str]]) -> tuple[OutboundMap, ...]:
    """The outbound maps of a partner's folder, by name. ConfigError: one is wrong, or two are for the same."""
    found: dict[tuple[str, str], OutboundMap] = {}
    for path in sorted((folder / "outbound").glob("*.yaml")):
        one = load_outbound(path, lists)
        other = found.setdefault((one.rules.kind, one.standard), one)
        if other is not one:
            raise ConfigError(
                f"{other.path} and {path} both write {one.rules.kind} as {one.standard}. Next: keep one of them."
            )
    return tuple(found.values())


@cache
def shipped(name: str) -> OutboundMap:
    """A shipped map."""
    return load_outbound(STANDARDS / f"{name}.yaml", code_lists.lists_of(code_lists.SHIPPED))


def map_for(own: Sequence[OutboundMap], kind: OutboundKind, standard: str) -> OutboundMap:
    """The map that writes what came about a partner's messages or files: the partner's own, else the shipped one."""
    fitting = (one for one in own if (one.rules.kind, one.standard) == (kind, standard))
    return next(fitting, None) or shipped(_USUAL[kind, standard])
