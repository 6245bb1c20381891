"""Open this when ``map lint`` says that samples do not prove something: mappings and paths that no sample uses."""

from collections.abc import Iterator

from mappings.catalog import Catalog, Map, PartnerFolder
from mappings.engine import translate
from mappings.marks import Loc
from mappings.messages.paths import OF_FILE
from mappings.samples import expected_path, raw_file, samples
from mappings.workbench.trace_rules import asks_of
from mappings.workbench.trace_sources import readings
from schemas.rules import FieldRule, Rules, header_types


def unproved(folder: PartnerFolder, catalog: Catalog) -> Iterator[tuple[Map, Loc, str]]:
    """Mappings without a sample, samples without expected rows, and paths that find nothing in any sample."""
    paths = samples(folder)
    files = [raw_file(path) for path in paths]
    made = translate(files, folder, catalog).documents if files else None
    by = dict(zip(made["document"].to_pylist(), made["rule_version"].to_pylist(), strict=True)) if made else {}
    seen = _seen(folder) if files else set()
    for one in folder.maps:
        if one.version in by.values():
            yield from _unused_paths(one, seen)
        else:
            yield one, (), f"no sample is read by this mapping. Next: put a real file into {folder.id}/samples."
    for path in paths:
        if not expected_path(path).is_file() and folder.maps:
            told = f"{path.name}: nothing is expected of it. Next: `backhaul map test {folder.id} --regenerate`."
            yield folder.maps[0], (), told


Seen = set[tuple[str, bool, str, int]]  # version, of a line, field, alternative


def _seen(folder: PartnerFolder) -> Seen:
    """Which paths found something in the samples."""
    found: Seen = set()
    for reading in readings([raw_file(path) for path in samples(folder)], folder):
        for of_line, _, name, rule in _named(reading.one.rules):
            source = reading.lines if of_line else reading.headers
            for number, ask in enumerate(asks_of(rule)):
                if source.column(*ask.asked).trimmed().is_there.any():
                    found.add((reading.one.version, of_line, name, number))
    return found


def _named(rules: Rules) -> list[tuple[bool, str, str, FieldRule]]:
    """Each field's rule: whether it is of lines, its section and its name."""
    header = {name: getattr(rules.document, name) for name in header_types()}
    named = [(False, "document", name, rule) for name, rule in header.items() if rule is not None]
    return named + [(True, "lines", name, rule) for name, rule in rules.lines.fields.items()]


def _unused_paths(one: Map, seen: Seen) -> Iterator[tuple[Map, Loc, str]]:
    for of_line, section, name, rule in _named(one.rules):
        for number, ask in enumerate(asks_of(rule)):
            if ask.path not in OF_FILE and (one.version, of_line, name, number) not in seen:
                told = f"{ask.path} finds nothing in any sample. Next: add a sample that has it, or take the path away."
                yield one, (section, name, *ask.loc), told
