"""A line is shown as it stands in its file: in the file's own letters, and of a workbook by its cells."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console, Group

from pipelines.explain_bytes import line_in_file
from pipelines.settings import SHIPPED_PARTNERS
from pipelines.wiring import open_hub
from tests.world.town import File, Town, build, settings_of

SENT = {"kaufring": "retoure.xlsx", "fjellmark": "returer.csv", "varnholt": "returns.edi", "tallowick": "returns.json"}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town with shipped partners, each of which sent its sample; the EDIFACT one names a shop in Latin-1."""
    folder = tmp_path_factory.mktemp("letters")
    build(folder)
    for name in SENT:
        shutil.copytree(SHIPPED_PARTNERS / name, folder / "partners" / name)
    with open_hub(settings_of(folder)) as hub:
        town = Town(hub)
        for name, sample in SENT.items():
            town.deliver(File(name, _sent(SHIPPED_PARTNERS / name / "samples" / sample)))
        yield town


def _sent(path: Path) -> bytes:
    return path.read_bytes().replace(b"PIA+1+22344:SA'", b"PIA+1+B\xe4r\x07 22344:SA'")


def shown(town: Town, partner: str) -> str:
    """The first line of the partner's return, as the terminal shows it."""
    lines = sorted(town.store.table("return_line", retailer=partner)["return_line"].to_pylist())
    story = town.store.story(lines[0])
    console = Console(width=160, color_system=None, markup=False)
    with console.capture() as capture:
        console.print(Group(*line_in_file(town.hub, story, story.notice_lines.to_pylist()[0])))
    return capture.get()


def test_a_line_of_a_workbook_is_told_by_its_cells(town: Town) -> None:
    said = shown(town, "kaufring")
    assert "bytes" not in said
    assert "PK" not in said
    cells = [line.split("  ")[1] for line in said.splitlines()[1:]]
    assert cells == [f"Retoure!{cell}" for cell in ("F3", "B8", "C8", "E8", "F8", "G8", "H8", "I8")]
    assert "  Retoure!B8  Artikel / EAN: 9522234400018" in said


def test_letters_are_those_that_the_mapping_declares(town: Town) -> None:
    said = shown(town, "fjellmark")
    assert "bytes" in said
    assert "�" not in said
    assert any(letter in said for letter in "æøåÆØÅ")


def test_letters_of_edifact_are_those_of_its_syntax_level_and_controls_do_nothing(town: Town) -> None:
    assert "PIA+1+Bär<07> 22344:SA'" in shown(town, "varnholt")


def test_a_line_of_json_is_its_text(town: Town) -> None:
    assert '"quantity"' in shown(town, "tallowick")


def test_without_the_mapping_that_read_it_only_the_file_is_named(town: Town, monkeypatch: Any) -> None:
    monkeypatch.setattr("pipelines.explain_bytes.map_that_read", lambda *_: None)
    assert len(shown(town, "kaufring").splitlines()) == 1
