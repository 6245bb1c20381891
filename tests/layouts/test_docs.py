"""docs/layouts.md says what is so: its examples run, its tables are whole."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from mappings.layouts import layout_names
from mappings.layouts.load import parse_layout
from mappings.layouts.template import COMPUTED
from mappings.layouts.values import KINDS
from mappings.layouts.write import write_document

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "layouts.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def names_in(head: str) -> set[str]:
    """The names in the first column of the table with this head."""
    table = PAGE.split(f"| {head} |", 1)[1].split("\n\n", 1)[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    return {name.split()[0] for cell in cells for name in re.findall(r"`([a-zN][^`]*)`", cell)}


def test_the_example_runs() -> None:
    (example,) = blocks("python")
    seen: dict[str, Any] = {}
    exec(compile(example, "docs/layouts.md", "exec"), seen)
    assert b"RDR*RD**RT~" in seen["data"]


@pytest.mark.parametrize(("version", "day"), [("004010", "20260304"), ("003060", "260304")])
def test_the_layout_on_the_page_loads_and_writes(version: str, day: str) -> None:
    (raw,) = blocks("yaml")
    layout = parse_layout("x12/page", yaml.safe_load(raw), version)
    (issued_on,) = yaml.safe_load("[2026-03-04]")
    document = {"purpose": "cancel", "number": "R-1", "issued_on": issued_on, "remark": "x" * 81}
    assert write_document(layout, document) == [
        ["BGN", "01", "R-1", day],
        ["NTE", "GEN", "x" * 80],
        ["NTE", "GEN", "x"],
    ]


def test_every_type_and_every_computed_value_is_explained() -> None:
    assert names_in("Type") == {*KINDS, "code"}
    assert names_in("Computed") == COMPUTED


def test_every_layout_is_named() -> None:
    assert set(re.findall(r"`((?:x12|edifact)/\w+)`", PAGE)) == set(layout_names())
