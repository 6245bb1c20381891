"""Open this when ``backhaul map`` takes the wrong mapping or partner: from typed words to mappings and files."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mappings import code_lists
from mappings.catalog import Catalog, Map, PartnerFolder, load_map
from mappings.engine import translate
from mappings.formats.segments import RawFile
from mappings.marks import unknown_name
from mappings.samples import raw_file, samples, tables_of
from mappings.workbench.row_changes import RowChange, row_changes
from pipelines.settings import SHIPPED_PARTNERS, Settings, partners_folder
from pipelines.wiring import Hub, open_hub
from pipelines.work.versions import live_maps, stored_map
from schemas.errors import PermanentError


def catalog_of(folder: Path | None) -> Catalog:
    """The partners of this folder, else of the settings in force, else the shipped ones."""
    return Catalog.load(folder or partners_folder())


def catalog_for(folder: Path | None, settings: Settings | None) -> Catalog:
    """The partners of this folder, else of these settings, else the shipped ones."""
    return Catalog.load(folder or (settings.path(settings.partners) if settings else SHIPPED_PARTNERS))


def linted(folder: Path | None, partners: Sequence[str] | None) -> list[Path]:
    """The folders of these partners, or of all; they need not load. PermanentError: there is no such folder."""
    top = folder or partners_folder()
    paths = {path.parent.name: path.parent for path in sorted(top.glob("*/partner.yaml"))}
    for name in partners or ():
        if name not in paths:
            raise PermanentError(f"{top}: {unknown_name(name, paths, 'partner')}")
    return [paths[name] for name in partners or paths]


def chosen(catalog: Catalog, partners: Sequence[str] | None) -> list[PartnerFolder]:
    """These partners, or all."""
    return [catalog.partner(one) for one in partners] if partners else list(catalog.partners)


def file_at(path: Path) -> RawFile:
    """A file that somebody named. PermanentError: it cannot be read."""
    try:
        return raw_file(path)
    except OSError as fault:
        reason = (fault.strerror or type(fault).__name__).lower()
        raise PermanentError(f"{path} cannot be read: {reason}. Next: check the path and its permissions.") from fault


def sender_of(file: RawFile, catalog: Catalog) -> PartnerFolder:
    """The one partner whose mappings read this file. PermanentError: nobody's do, or more than one's."""
    fitting = [one for one in catalog.partners if translate([file], one, catalog).documents.num_rows]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = ", ".join(one.id for one in fitting)
        raise PermanentError(f"{file.name} fits mappings of {names}. Next: say whose it is, with --partner.")
    raise PermanentError(
        f"No partner's mapping reads {file.name}. Next: name the partner with --partner to see what its mappings miss."
    )


# --- mappings by name, by file, by version


def whose_files(a: str, b: str, partner: str | None, catalog: Catalog) -> PartnerFolder:
    """The partner whose files two mappings read: the one given, else the one that either mapping belongs to."""
    folder = catalog.partner(partner) if partner else _owner(a, catalog) or _owner(b, catalog)
    if folder is None:
        raise PermanentError(
            "Neither mapping lies in a partner's folder, so it is not known whose identities count. "
            "Next: name the partner with --partner."
        )
    return folder


def named(text: str, catalog: Catalog, settings: Path | None, whose: PartnerFolder) -> Map:
    """``FILE.yaml``, ``PARTNER@version``, ``PARTNER/MAP``, or ``PARTNER`` where it has one mapping.

    A file that lies in nobody's folder takes the code lists of the partner ``whose`` files it is to read.
    """
    path = Path(text)
    folder = _owner(text, catalog)
    if folder is None or path.is_file():
        return map_at(path, folder or whose)
    _, _, version = text.partition("@")
    if version:
        with open_hub(settings) as hub:
            return stored_map(hub.store, folder, version)
    _, _, name = text.partition("/")
    fitting = [one for one in folder.maps if not name or one.name == name]
    if len(fitting) != 1:
        known = " or ".join(f"{folder.id}/{one.name}" for one in folder.maps) or "a file"
        raise PermanentError(f"{text} names no single mapping. Next: write {known}.")
    return fitting[0]


def _owner(text: str, catalog: Catalog) -> PartnerFolder | None:
    """The partner whose mapping the words name; of a file the one in whose folder it lies, elsewhere nobody."""
    path = Path(text)
    if not path.is_file():
        return catalog.partner(text.partition("@")[0].partition("/")[0])
    at = path.resolve().parent.parent
    inside = next((one for one in catalog.partners if one.path.resolve() == at), None)
    if inside is None and (at / "partner.yaml").is_file():
        return Catalog.load(at.parent).partner(at.name)
    return inside


def map_at(path: Path, folder: PartnerFolder | None) -> Map:
    """The mapping file, with the code lists of this partner or of the folder it lies in."""
    own = path.resolve().parent.parent / "codes"
    codes = own if own.is_dir() else folder.path / "codes" if folder else own
    lists = code_lists.shadowed(code_lists.lists_of(code_lists.SHIPPED), code_lists.lists_of(codes))
    return load_map(path, lists)


# --- what two mappings make of the same files


@dataclass(frozen=True)
class Compared:
    """What two mappings read differently, with the name of the file of each row."""

    old: Map
    new: Map
    files: int
    rows: int  # canonical rows of the old mapping
    changes: list[tuple[str, RowChange]]


def compare(old: Map, new: Map, files: Sequence[RawFile] | None, folder: PartnerFolder, catalog: Catalog) -> Compared:
    """Both mappings, each as the partner's only one, over these files, or over the partner's samples.

    They are read under one name: what a file is called is no difference between mappings.
    """
    given = list(files) if files is not None else [raw_file(path) for path in samples(folder)]
    if not given:
        raise PermanentError(f"{folder.id} has no samples. Next: name files with --files, or use --archive.")
    sides = [replace(folder, maps=(replace(side, name=old.name),)) for side in (old, new)]
    rows, changes = 0, []
    for file in given:
        before, after = (tables_of(translate([file], side, catalog)) for side in sides)
        rows += sum(len(table) for name, table in before.items() if name != "findings")
        changes += [(file.name, change) for change in row_changes(before, after)]
    return Compared(old, new, len(given), rows, changes)


def archive_of(hub: Hub, folder: PartnerFolder) -> list[RawFile]:
    """Every file that ever came from the partner, by arrival and name."""
    rows = hub.store.table("source_file", partner=folder.id).to_pylist()
    rows.sort(key=lambda row: (row["arrived_at"], row["name"], row["file"]))
    return [RawFile(row["file"], row["name"], hub.vault.get(row["file"])) for row in rows]


# --- which mappings a replay compares


def replayed_sides(
    hub: Hub, partner: str, file: Path | None, partners: Path | None
) -> tuple[PartnerFolder, PartnerFolder]:
    """The partner with its mappings as they are and as they would be.

    With ``file`` or ``partners`` what is on the disk now is compared with those; else what is live with the disk.
    """
    now = hub.catalog.partner(partner)
    if file is not None:
        return now, replace(now, maps=_replaced(now, map_at(file, now)))
    if partners is not None:
        return now, replace(now, maps=Catalog.load(partners).partner(partner).maps)
    live = live_maps(hub.store, now)
    if not live:
        raise PermanentError(
            f"No version of a mapping of {partner} is live in this store, so there is nothing to compare with. "
            "Next: name the changed mapping with --map FILE, or a changed partners' folder with --partners."
        )
    return replace(now, maps=live), now


def _replaced(folder: PartnerFolder, new: Map) -> tuple[Map, ...]:
    """The partner's mappings with this one in the place of its namesake, else of the only one for the same thing."""
    alike = [one for one in folder.maps if one.name == new.name]
    kin = (new.rules.standard, new.rules.kind)
    alike = alike or [one for one in folder.maps if (one.rules.standard, one.rules.kind) == kin]
    if len(alike) != 1:
        return tuple(sorted((*folder.maps, new), key=lambda one: one.name))
    return tuple(replace(new, name=one.name) if one is alike[0] else one for one in folder.maps)
