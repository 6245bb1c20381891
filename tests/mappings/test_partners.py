"""The shipped partners are what the readme says of mappings: short, and without a line that says nothing new."""

from pathlib import Path

import pytest
import yaml

from mappings import samples
from mappings.catalog import STANDARDS, Catalog

SHIPPED = Path(samples.__file__).parent / "partners"
CATALOG = Catalog.load(SHIPPED)
EXTENDING = [one for folder in CATALOG.partners for one in folder.maps if one.rules.extends]
LINES_MAX = 15


@pytest.mark.parametrize("one", EXTENDING, ids=lambda one: f"{one.path.parts[-3]}/{one.name}")
def test_a_mapping_says_nothing_that_its_standard_says_already(one):
    own = yaml.safe_load(one.path.read_text(encoding="utf-8"))
    shipped = yaml.safe_load((STANDARDS / f"{own['extends']}.yaml").read_text(encoding="utf-8"))
    for section in ("document", "lines"):
        for name, rule in (own.get(section) or {}).items():
            assert rule != shipped[section].get(name, "nothing"), f"{section}: {name}"


def test_three_quirks_over_a_standard_are_at_most_fifteen_lines():
    text = (SHIPPED / "kelmore" / "maps" / "returns.yaml").read_text(encoding="utf-8")
    assert len(yaml.safe_load(text)["lines"]) == 3
    assert len(text.splitlines()) <= LINES_MAX
