"""Open this when ``map lint`` says that samples do not prove something: mappings and paths that no sample uses."""

from collections.abc import Iterator

from mappings.catalog import Catalog, Map, PartnerFolder
from mappings.engine import translate
from mappings.marks import Loc
from mappings.samples import expected_path, raw_file, samples
from mappings.workbench.trace import probe
from mappings.workbench.trace_rules import asks_of
from schemas.rules import header_types


def unproved(folder: PartnerFolder, catalog: Catalog) -> Iterator[tuple[Map, Loc, str]]:
    """Mappings without a sample, samples without expected rows, and paths that find nothing in any sample."""
    paths = samples(folder)
    files = [raw_file(path) for path in paths]
    made = translate(files, folder, catalog).documents if files else None
    by = dict(zip(made["document"].to_pylist(), made["rule_version"].to_pylist(), strict=True)) if made else {}
    seen = _seen(folder, catalog, by) if files else set()
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


def _seen(folder: PartnerFolder, catalog: Catalog, by: dict[str, str]) -> Seen:
    """Which paths found something in the samples."""
    files = [raw_file(path) for path in samples(folder)]
    found = probe(files, folder, catalog).texts
    return {(by[document], line > 0, field, number) for document, line, field, number in found if document in by}


def _unused_paths(one: Map, seen: Seen) -> Iterator[tuple[Map, Loc, str]]:
    header = {name: getattr(one.rules.document, name) for name in header_types()}
    named = [(False, "document", name, rule) for name, rule in header.items() if rule is not None]
    named += [(True, "lines", name, rule) for name, rule in one.rules.lines.fields.items()]
    for of_line, section, name, rule in named:
        for number, ask in enumerate(asks_of(rule)):
            if not ask.path.startswith("@") and (one.version, of_line, name, number) not in seen:
                told = f"{ask.path} finds nothing in any sample. Next: add a sample that has it, or take the path away."
                yield one, (section, name, *ask.loc), told
