"""Which outbound map and which version of a layout a partner gets, and how a map is laid over what it extends."""

from pathlib import Path

import pytest

from mappings.catalog import Catalog
from mappings.layouts import nearest_version
from mappings.outbound.catalog import OutboundMap, map_for, shipped
from schemas.errors import ConfigError
from tests.mappings.folders import partner_folder


def own_maps(root: Path, **maps: str) -> tuple[OutboundMap, ...]:
    """The outbound maps of a partner `shop`."""
    folder = partner_folder(root, {}).path / "outbound"
    folder.mkdir()
    for name, text in maps.items():
        (folder / f"{name}.yaml").write_text(text)
    return Catalog.load(root).partner("shop").outbound


def test_a_partners_own_map_is_taken_for_what_it_writes_and_shipped_ones_for_the_rest(tmp_path: Path) -> None:
    maps = own_maps(tmp_path, outcomes="extends: x12/824\n")
    assert map_for(maps, "outcome", "x12") is maps[0]
    assert map_for(maps, "outcome", "edifact") is shipped("edifact/aperak")
    assert map_for(maps, "results", "csv") is shipped("tables/results")


def test_two_maps_for_the_same_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"one.yaml and .*two.yaml both write outcome as x12. Next: keep one"):
        own_maps(tmp_path, one="extends: x12/824\n", two="extends: x12/824\n")


def test_one_function_with_its_argument_is_replaced_not_added_to(tmp_path: Path) -> None:
    (one,) = own_maps(tmp_path, outcomes="extends: x12/824\nlines:\n  summary: {clean: {first: 60}}\n")
    assert one.rules.lines is not None
    summary = one.rules.lines.fields["summary"]
    assert [(step.function, step.argument) for step in summary.clean] == [("first", "60")]
    assert summary.from_ == ("words",)


@pytest.mark.parametrize(
    ("layout", "stated", "taken"),
    [
        ("x12/824", "004010", "004010"),
        ("x12/824", "004030", "004010"),
        ("x12/824", "006040", "005010"),
        ("x12/824", "003060", "003070"),
        ("edifact/aperak", "D:97A:UN", "D:96A:UN"),
        ("edifact/aperak", "D:02A:UN:EAN010", "D:01B:UN"),
        ("edifact/aperak", "D:93A:UN", "D:96A:UN"),
        ("edifact/aperak", "", "D:01B:UN"),
        ("edifact/invoic", "D:01B:UN:EAN010", "D:01B:UN:EAN010"),
        ("edifact/invoic", "D:24A:UN", "D:01B:UN"),
    ],
)
def test_the_version_nearest_to_the_partners_is_written(layout: str, stated: str, taken: str) -> None:
    assert nearest_version(layout, stated) == taken
