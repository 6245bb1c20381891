"""The version of a mapping is made of what it says; its content gives the mapping back."""

from pathlib import Path

import pytest

from mappings.catalog import Catalog, Map, content_of, map_of
from tests.mappings.folders import partner_folder

SHIPPED = Catalog.load(Path(__file__).resolve().parent.parent.parent / "mappings" / "partners")
MAPS = [one for folder in SHIPPED.partners for one in folder.maps]


@pytest.mark.parametrize("one", MAPS, ids=[f"{one.path.parent.parent.name}-{one.name}" for one in MAPS])
def test_the_content_gives_the_mapping_back(one: Map) -> None:
    again = map_of(content_of(one.rules, one.codes), one.version, one.name, one.path)
    assert again == one


def test_what_nobody_wrote_makes_no_version(tmp_path: Path) -> None:
    (plain,) = partner_folder(tmp_path, {"returns": "extends: x12/180\n"}).maps
    assert "join" not in content_of(plain.rules, plain.codes)
    (said,) = partner_folder(
        tmp_path, {"returns": "extends: x12/180\nlines: {po_line: {from: PRF.05, clean: strip}}\n"}
    ).maps
    assert said.version == plain.version
    (other,) = partner_folder(tmp_path, {"returns": "extends: x12/180\nlines: {po_line: {from: PRF.04}}\n"}).maps
    assert other.version != plain.version
