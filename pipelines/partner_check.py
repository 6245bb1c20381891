"""Open this when ``backhaul partner check`` says that a partner cannot go live: everything that must be in place.

Each question is a function that answers one or more checks; whether the outside answers is asked with the real
connections of the settings.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mappings.catalog import Catalog, PartnerFolder
from mappings.engine import Translation, translate
from mappings.formats.segments import RawFile
from mappings.samples import raw_file, samples
from mappings.workbench.lint import lint_partner
from pipelines.map_samples import tested
from pipelines.settings import Settings
from schemas.rules import EDI

State = Literal["ok", "missing", "note"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: whether it is in place, what was found, and if not what is next."""

    name: str
    state: State
    told: str
    following: str = ""


@dataclass(frozen=True)
class Read:
    """A sample, and what the partner's mappings make of it."""

    file: RawFile
    translation: Translation


@dataclass(frozen=True)
class Subject:
    """What is checked: the partner, its samples, and the settings it would run with (None: there are none)."""

    folder: PartnerFolder
    catalog: Catalog
    settings: Settings | None
    now: datetime
    read: tuple[Read, ...]

    @staticmethod
    def of(folder: PartnerFolder, catalog: Catalog, settings: Settings | None, now: datetime) -> "Subject":
        """The partner with its samples read."""
        files = [raw_file(path) for path in samples(folder)]
        read = tuple(Read(file, translate([file], folder, catalog)) for file in files)
        return Subject(folder, catalog, settings, now, read)

    @property
    def edi(self) -> list[str]:
        """The EDI standards that its mappings read."""
        return [one for one in EDI if self.folder.maps_for(one)]


def ok(name: str, told: str) -> Check:
    """It is in place."""
    return Check(name, "ok", told)


def missing(name: str, told: str, following: str) -> Check:
    """It is not, and the partner cannot go live without it."""
    return Check(name, "missing", told, following)


def note(name: str, told: str) -> Check:
    """It does not concern this partner."""
    return Check(name, "note", told)


def checklist(subject: Subject) -> Iterator[Check]:
    """Every check, in the order in which one sets a partner up."""
    from pipelines.partner_answers import acknowledgements
    from pipelines.partner_channels import channels
    from pipelines.partner_terms import terms

    questions: tuple[Callable[[Subject], Iterator[Check]], ...] = (
        identities, senders, channels, mappings, code_lists, proofs, acknowledgements, terms,
    )  # fmt: skip
    for question in questions:
        yield from question(subject)


def identities(subject: Subject) -> Iterator[Check]:
    """Who it is in an envelope, and who we are to it. That nobody else is so called is checked when partners load."""
    partner = subject.folder.partner
    if not subject.edi:
        yield note("identities", "its files have no envelopes")
        return
    for standard in subject.edi:
        own = [f"{one.qualifier}:{one.id}" for one in partner.identities if one.scheme == standard]
        name = f"identity in {standard}"
        if own:
            yield ok(name, f"{', '.join(own)}, and no other partner's")
        else:
            yield missing(
                name, "partner.yaml has none", f"add `identities: [{{scheme: {standard}, qualifier: …, id: …}}]`"
            )
    ours = partner.our_identity
    if ours is None:
        yield missing("our identity", "partner.yaml does not say how it addresses us", "add `our_identity:`")
    else:
        yield ok("our identity", f"{ours.qualifier}:{ours.id}")


def senders(subject: Subject) -> Iterator[Check]:
    """Whether the samples come from one of its identities."""
    known = {f"{one.qualifier}:{one.id}" for one in subject.folder.partner.identities}
    found = {row for one in subject.read for row in one.translation.interchanges["sender"].to_pylist()}
    if not found:
        return
    if found & known:
        yield ok("senders of samples", ", ".join(sorted(found & known)))
    for stranger in sorted(found - known):
        yield missing("senders of samples", f"{stranger} is none of its identities", "add it, or take the sample out")


def mappings(subject: Subject) -> Iterator[Check]:
    """Whether there are mappings, and nothing in them is wrong."""
    if not subject.folder.maps:
        yield missing("mappings", "there are none", f"write one into {subject.folder.id}/maps (mappings/README.md)")
        return
    errors = [one for one in lint_partner(subject.folder.path) if one.is_error]
    names = ", ".join(one.name for one in subject.folder.maps)
    if errors:
        told = f"{len(errors)} error{'' if len(errors) == 1 else 's'} in {names}"
        yield missing("mappings", told, f"`backhaul map lint {subject.folder.id}` shows them")
    else:
        yield ok("mappings", names)


def code_lists(subject: Subject) -> Iterator[Check]:
    """The code lists that its mappings look up; a mapping without its list does not load."""
    used = sorted({name for one in subject.folder.maps for name in one.codes})
    yield ok("code lists", ", ".join(used)) if used else note("code lists", "its mappings look nothing up")


def proofs(subject: Subject) -> Iterator[Check]:
    """A sample for each mapping, and each sample as expected."""
    folder = subject.folder
    read = {one for part in subject.read for one in part.translation.documents["rule_version"].to_pylist()}
    for one in folder.maps:
        if one.version not in read:
            yield missing(
                f"sample of {one.name}", "no sample is read by it", f"put a real file into {folder.id}/samples"
            )
    for path in samples(folder):
        told = tested(path, folder, subject.catalog).told
        if told:
            yield missing(f"sample {path.name}", told, f"`backhaul map test {folder.id}` shows what differs")
        else:
            yield ok(f"sample {path.name}", "as expected")
