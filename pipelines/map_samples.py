"""Open this when ``backhaul map test`` says something else than the tests: a sample and its expected rows."""

from dataclasses import dataclass
from pathlib import Path

from mappings.catalog import Catalog, PartnerFolder
from mappings.outbound import samples as written_samples
from mappings.outbound.catalog import OutboundMap
from mappings.samples import changed_rows, differences, expected_path, rows_of
from mappings.workbench.row_changes import RowChange


@dataclass(frozen=True, slots=True)
class Tested:
    """A sample's differences, and in a few words what is wrong with it; empty when nothing is."""

    changes: list[RowChange]
    told: str


def tested(sample: Path, folder: PartnerFolder, catalog: Catalog) -> Tested:
    """The sample against its expected rows."""
    if not expected_path(sample).is_file():
        return Tested([], "nothing is expected of it yet: look at it with `backhaul map trace`, then --regenerate")
    if not differences(sample, folder, catalog):
        return Tested([], "")
    changes = changed_rows(sample, folder, catalog)
    if not changes:
        return Tested([], "the rows are right, but written otherwise: --regenerate writes them anew")
    return Tested(changes, f"{len(changes)} row{'' if len(changes) == 1 else 's'} not as expected")


def regenerated(sample: Path, folder: PartnerFolder, catalog: Catalog) -> bool:
    """Write the rows that the sample gives as those expected of it; whether that changed anything."""
    path, text = expected_path(sample), rows_of(sample, folder, catalog)
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8")
    return True


def outbound_samples(folder: PartnerFolder) -> list[tuple[Path, OutboundMap]]:
    """The samples of the partner's outbound maps, each with its map."""
    return [(sample, one) for one in folder.outbound for sample in written_samples.samples_of(one)]


def tested_outbound(sample: Path, one: OutboundMap, folder: PartnerFolder) -> Tested:
    """A sample of an outbound map against the file that it must give."""
    if not written_samples.expected_path(one, sample).is_file():
        return Tested(
            [], "nothing is expected of it yet: --regenerate writes what it gives; read that before you keep it"
        )
    return Tested([], written_samples.difference(one, folder.partner, sample))


def regenerated_outbound(sample: Path, one: OutboundMap, folder: PartnerFolder) -> bool:
    """Write the file that the sample gives as the one expected of it; whether that changed anything."""
    path, data = written_samples.expected_path(one, sample), written_samples.written(one, folder.partner, sample)
    if path.is_file() and path.read_bytes() == data:
        return False
    path.write_bytes(data)
    return True
