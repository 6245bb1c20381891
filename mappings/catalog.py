"""Open this when a partner is not known or its mapping is refused: every partner folder, read and checked at once.

<partners>/<id>/partner.yaml       who it is, its channels and policy
<partners>/<id>/maps/*.yaml        its mappings, mostly a few lines over a shipped standard
<partners>/<id>/outbound/*.yaml    what it gets, where that differs from what we usually write
<partners>/<id>/policies/*.yaml    policies that hold from a day on, over the one in partner.yaml
<partners>/<id>/codes/*/*.csv      its own codes
<partners>/<id>/samples/           files beside the rows that they must give
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mappings import code_lists
from mappings.checks.rules import faults, is_at_key, takes_away_nothing
from mappings.claims import ambiguous, in_order
from mappings.marks import Marked, checked, merge, read, unknown_name
from mappings.outbound import catalog as outbound
from mappings.outbound.catalog import OutboundMap
from mappings.policies import checked_partner, load_policies
from schemas.errors import ConfigError
from schemas.partners import Partner
from schemas.policies import Agreed, without_days
from schemas.rules import Rules

STANDARDS = Path(__file__).parent / "standards"


@dataclass(frozen=True)
class Map:
    """A mapping, resolved: its rules, the code lists they use, and a version that changes with either."""

    name: str
    path: Path
    rules: Rules
    codes: Mapping[str, Mapping[str, str]]
    version: str

    def claims_message(self, message: str, version: str, sender: str) -> bool:
        """Whether this mapping is for a message of this type and version from this `qualifier:id`; `where` aside."""
        claims = self.rules.claims
        return (
            claims.message == message
            and (not claims.version or version in claims.version)
            and (claims.sender is None or claims.sender == sender)
        )


@dataclass(frozen=True)
class PartnerFolder:
    """A partner as its folder has it."""

    path: Path
    partner: Partner
    maps: tuple[Map, ...]
    outbound: tuple[OutboundMap, ...] = ()
    dated: tuple[Agreed, ...] = ()

    @property
    def policies(self) -> tuple[Agreed, ...]:
        """The policy of partner.yaml, then those with days, by their first day."""
        return (without_days(self.partner.policy), *self.dated)

    @property
    def id(self) -> str:
        """The partner's id, which is also the folder's name."""
        return self.partner.id

    @property
    def samples(self) -> Path:
        """The folder of the samples."""
        return self.path / "samples"

    def maps_for(self, standard: str) -> tuple[Map, ...]:
        """The mappings for x12, edifact or delimited files: who claims more precisely first, then by name."""
        return in_order([one for one in self.maps if one.rules.standard == standard])


class Names(Mapping[str, str]):
    """Names to partner ids; capitals and blanks around a name make no difference."""

    def __init__(self, ids: Mapping[str, str]) -> None:
        self._ids = {_plain(name): partner for name, partner in ids.items()}

    def __getitem__(self, name: str) -> str:
        return self._ids[_plain(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


def _plain(name: str) -> str:
    return name.strip().casefold()


@dataclass(frozen=True)
class Catalog:
    """All partners of an installation."""

    folder: Path
    folders: Mapping[str, PartnerFolder]
    names: Names

    @staticmethod
    def load(folder: Path) -> "Catalog":
        """Every partner folder below ``folder``; ConfigError names file, line and key of the first fault."""
        if not folder.is_dir():
            raise ConfigError(f"{folder} is no folder. Next: name the partners' folder in backhaul.yaml: `partners:`.")
        shipped = code_lists.shipped_lists()
        paths = sorted(path.parent for path in folder.glob("*/partner.yaml"))
        folders = {path.name: _partner_folder(path, shipped) for path in paths}
        _own_identities(folders)
        return Catalog(folder, folders, _retailer_names(folders))

    @property
    def partners(self) -> tuple[PartnerFolder, ...]:
        """All partners, by id."""
        return tuple(self.folders[name] for name in sorted(self.folders))

    def partner(self, partner: str) -> PartnerFolder:
        """The partner of this id; ConfigError if there is none."""
        if partner not in self.folders:
            raise ConfigError(f"{self.folder}: {unknown_name(partner, self.folders, 'partner')}")
        return self.folders[partner]

    def retailer_named(self, name: str) -> str | None:
        """The id of the retailer that is called so: by id, name, GLN or any other identity; None if nobody is."""
        return self.names.get(name)

    def retailer_names(self) -> Names:
        """Every name of every retailer, to its id."""
        return self.names


def _partner_folder(path: Path, shipped: Mapping[str, Mapping[str, str]]) -> PartnerFolder:
    marked = read(path / "partner.yaml")
    partner = checked_partner(marked)
    if partner.id != path.name:
        raise marked.fault(("id",), f"the folder is called {path.name!r}. Next: give both the same name.")
    own = code_lists.lists_of(path / "codes")
    lists = code_lists.shadowed(shipped, own)
    maps = tuple(load_map(one, lists) for one in sorted((path / "maps").glob("*.yaml")))
    for one, other in ambiguous(maps):
        raise ConfigError(
            f"{one.path} and {other.path} claim the same messages {one.rules.claims.message}. "
            "Next: let `claims:` of one say more: `where:`, `sender:` or `version:`."
        )
    written = outbound.loaded(path, lists)
    for key, kind in (("authorises", "answer"), ("refusals_from", "answer"), ("credit_notes_from", "credit")):
        if getattr(partner, key) and kind not in {one.rules.kind for one in written}:
            names = ", ".join(outbound.shipped_names(kind))
            raise marked.fault((key,), f"no map in outbound/ writes it. Next: add one that extends one of {names}.")
    return PartnerFolder(path, partner, maps, written, load_policies(path, marked))


def load_map(path: Path, lists: Mapping[str, Mapping[str, str]]) -> Map:
    """One mapping file, merged over what it extends and checked to the last path; ConfigError shows the place."""
    marked = marked_map(path)
    rules = checked(Rules, marked)
    for loc, message in faults(rules, lists):
        raise marked.fault(loc, message, at_key=is_at_key(loc, message))
    used = {rule.lookup: dict(lists[rule.lookup]) for rule in rules.field_rules() if rule.lookup}
    return Map(path.stem, path, rules, used, _version(rules, used))


def marked_map(path: Path) -> Marked:
    """A mapping file over what it extends, with the file, line and column of each key."""
    return _extended(read(path))


def _extended(own: Marked) -> Marked:
    """The mapping over the shipped standard that it extends, which may extend another."""
    for loc, message in takes_away_nothing(own.data):
        raise own.fault(loc, message, at_key=True)
    if own.data.get("extends") is None:
        return own
    name = own.data["extends"]
    if not isinstance(name, str):
        raise own.fault(("extends",), "one standard's name should stand here. Next: write it as text, like x12/180.")
    standard = STANDARDS / f"{name}.yaml"
    if not standard.is_file():
        known = [path.relative_to(STANDARDS).with_suffix("").as_posix() for path in STANDARDS.glob("*/*.yaml")]
        raise own.fault(("extends",), unknown_name(name, known, "standard"))
    return merge(_extended(read(standard)), own)


def content_of(rules: Rules, used: Mapping[str, Mapping[str, str]]) -> str:
    """The resolved rules and the code lists they use, as the one text that a version is the digest of.

    What nobody wrote is left out, so that a new key of the language makes no new version of mappings without it.
    """
    content = {"rules": rules.model_dump(mode="json", by_alias=True, exclude_defaults=True), "codes": used}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def map_of(content: str, version: str, name: str, path: Path) -> Map:
    """A mapping from the text that ``content_of`` gave: an old version, as it was."""
    kept = json.loads(content)
    return Map(name, path, Rules.model_validate(kept["rules"]), kept["codes"], version)


def _version(rules: Rules, used: Mapping[str, Mapping[str, str]]) -> str:
    """First 12 hex digits of the sha256 of the content."""
    return hashlib.sha256(content_of(rules, used).encode()).hexdigest()[:12]


def _own_identities(folders: Mapping[str, PartnerFolder]) -> None:
    """An identity of an envelope belongs to one partner alone."""
    owner: dict[tuple[str, str, str], str] = {}
    for name, folder in folders.items():
        for identity in folder.partner.identities:
            key = (identity.scheme, identity.qualifier, identity.id)
            if identity.scheme != "name" and owner.setdefault(key, name) != name:
                raise ConfigError(
                    f"{folder.path / 'partner.yaml'}: identities: {identity.scheme} {identity.qualifier}:{identity.id} "
                    f"belongs to {owner[key]} too. Next: leave it with the partner that sends under it."
                )


def _retailer_names(folders: Mapping[str, PartnerFolder]) -> Names:
    """Id, name and every identity of each retailer; a name of two retailers is refused."""
    found: dict[str, str] = {}
    for name, folder in folders.items():
        partner = folder.partner
        if partner.role != "retailer":
            continue
        for called in {partner.id, partner.name, *(identity.id for identity in partner.identities)}:
            if found.setdefault(_plain(called), name) != name:
                raise ConfigError(
                    f"{folder.path / 'partner.yaml'}: {called!r} also names the retailer {found[_plain(called)]}. "
                    "Next: keep the name with one of them."
                )
    return Names(found)
