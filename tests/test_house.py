"""The house stands: our packages are ours, docs name what exists, and no file says what it must not."""

import re
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from pipelines.cli import app
from pipelines.settings import Settings
from schemas.findings import CATALOGUE
from schemas.ledger import FINAL, LEGAL_MOVES, OPEN, ORIGINS, Bucket
from schemas.records import APPEND_ONLY, SEALED

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["schemas", "mappings", "connectors", "pipelines"])
def test_each_room_is_imported_from_this_repository(name: str) -> None:
    assert Path(str(import_module(name).__file__)).is_relative_to(ROOT)


def words(command: Any, before: str = "") -> set[str]:
    """Every command as it is typed: ``status``, ``edi show``."""
    below = getattr(command, "commands", None)
    if below is None:
        return {before}
    return {word for name, one in below.items() for word in words(one, f"{before} {name}".strip())}


def test_every_command_of_the_readme_exists_and_every_command_is_in_the_readme() -> None:
    known = words(get_command(app))
    named = re.findall(r"\.venv/bin/backhaul ([a-z]+(?:[ -][a-z]+)*)", README)
    shown = {name for line in named for name in known if f"{line} ".startswith(f"{name} ")}
    assert all(any(f"{line} ".startswith(f"{name} ") for name in known) for line in named), named
    assert known - shown <= {"demo", "dagster"}  # these two are make targets in the README
    assert {"edi show", "edi check"} <= known


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", README)) - {"and"} <= targets


def test_every_path_in_the_readme_exists() -> None:
    for path in re.findall(r"`((?:schemas|mappings|connectors|pipelines|sql|tests|docs)/[\w./-]*)`", README):
        assert (ROOT / path).exists(), path
    for link in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / link).exists(), link


def test_the_glossary_names_every_stored_table() -> None:
    glossary = (ROOT / "schemas" / "README.md").read_text(encoding="utf-8")
    for record in {*SEALED, *APPEND_ONLY}:
        assert f"`{record.__tablename__}`" in glossary, record


def test_the_settings_page_shows_settings_that_load() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert Settings(folder=ROOT, **yaml.safe_load(example)).files_per_run == 500


def test_every_finding_says_what_it_means_and_what_is_next() -> None:
    for code, entry in CATALOGUE.items():
        assert re.fullmatch(r"[A-Z]+(-[A-Z]+)+", code)
        assert entry.meaning
        assert entry.next_step
        assert not entry.meaning.endswith(".")


def test_buckets_are_origins_open_or_final_and_every_one_can_be_reached() -> None:
    assert {*ORIGINS, *OPEN, *FINAL} == set(Bucket)
    assert {to for _, to in LEGAL_MOVES} == {*OPEN, *FINAL}
    # Units that were refused for want of a sale go on when the sale comes, and missed ones when they are found.
    assert {(frm, to) for frm, to in LEGAL_MOVES if frm in FINAL} == {
        (Bucket.REFUSED, Bucket.MOVED), (Bucket.SHORT, Bucket.ANNOUNCED),
    }  # fmt: skip


def test_a_legal_move_gives_back_what_it_took_unless_it_is_credited() -> None:
    for (frm, to), move in LEGAL_MOVES.items():
        expected = 1 if frm in (Bucket.SOLD, Bucket.SHORT) else -1 if to in FINAL and to is not Bucket.CREDITED else 0
        expected = 0 if frm is Bucket.REFUSED else expected  # refused units stand on no sale any more
        assert move.takes == expected
        assert move.credits == (1 if to is Bucket.CREDITED else 0)


def test_no_tracked_file_names_a_package_host_or_a_home_folder() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    if not any(tracked):
        pytest.skip("this is no git checkout")
    forbidden = re.compile(r"--(extra-)?index-url|files\.pythonhosted|(?<![\w.])/(root|home)/[a-z]")
    for name in filter(None, tracked):
        path = ROOT / name
        if path.suffix in {".gz", ".xlsx", ".png"} or path == Path(__file__) or not path.is_file():
            continue
        found = forbidden.search(path.read_text(encoding="utf-8", errors="replace"))
        assert found is None, (name, found)
