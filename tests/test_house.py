"""The house stands: our packages are ours, docs name what exists, and no file says what it must not."""

import graphlib
import re
import subprocess
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from pipelines.cli import WORDS, app
from pipelines.settings import Settings
from schemas.findings import CATALOGUE
from schemas.ledger import COLUMNS, EXPECTED, FINAL, LEGAL_MOVES, OPEN, OPEN_COLUMNS, ORIGINS, Bucket
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


def shown(page: str, said: str) -> set[str]:
    """The commands that a page shows; none is shown that does not exist."""
    known = words(get_command(app))
    named = re.findall(rf"`{said} ([a-z]+(?:[ -][a-z]+)*)", page)
    found = {line: {name for name in known if f"{line} ".startswith(f"{name} ")} for line in named}
    assert all(found.values()), [line for line, names in found.items() if not names]
    return set().union(*found.values())


def test_every_command_of_the_readme_exists() -> None:
    assert {"status", "explain", "verify"} <= shown(README, re.escape(".venv/bin/backhaul"))


def test_the_page_of_commands_shows_every_command_in_the_order_of_the_help() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert shown(page, "backhaul") == words(get_command(app))
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == list(WORDS)


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", README)) - {"and"} <= targets


def test_every_path_in_the_readme_exists() -> None:
    for path in re.findall(r"`((?:schemas|mappings|connectors|pipelines|sql|tests|docs)/[\w./-]*)`", README):
        assert (ROOT / path).exists(), path
    for link in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / link).exists(), link


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.stem)
def test_every_link_of_the_docs_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link


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
    again = {(frm, to) for frm, to in LEGAL_MOVES if frm in FINAL and to not in FINAL}
    # What did not come may be credited all the same.
    assert again == {(Bucket.SHORT, Bucket.ANNOUNCED), (Bucket.SHORT, Bucket.ACCEPTED)}
    assert (Bucket.REFUSED, Bucket.MOVED) in LEGAL_MOVES


# Units in these buckets stand on their sale, and those of the second line are credited on it.
STANDING = {*OPEN, Bucket.CREDITED, Bucket.WITHHELD}
CREDITED = {Bucket.CREDITED}


def test_a_legal_move_takes_of_the_sale_what_comes_to_stand_on_it_and_gives_back_what_leaves_it() -> None:
    for (frm, to), move in LEGAL_MOVES.items():
        assert frm is Bucket.UNSOLD or move.takes == (to in STANDING) - (frm in STANDING), (frm, to)
        assert move.credits == (to in CREDITED) - (frm in CREDITED), (frm, to)


def test_every_bucket_but_an_origin_has_its_column_and_no_unit_ends_twice() -> None:
    assert sorted(bucket for buckets in COLUMNS.values() for bucket in buckets) == sorted({*Bucket} - {*ORIGINS})
    assert sorted(EXPECTED) == list(EXPECTED)  # views know by the name which is the furthest on the way
    assert [bucket for name in OPEN_COLUMNS for bucket in COLUMNS[name]] == list(OPEN)
    # no way leads back to where units were, but that of a receipt that is counted again
    onward = {move for move in LEGAL_MOVES if move not in COUNTED_AGAIN}
    graphlib.TopologicalSorter(_sources(onward)).prepare()  # CycleError: a way leads back


COUNTED_AGAIN = {(Bucket.RECEIVED, Bucket.ANNOUNCED), (Bucket.SHORT, Bucket.ANNOUNCED)}


def _sources(moves: Iterable[tuple[Bucket, Bucket]]) -> dict[Bucket, set[Bucket]]:
    sources: dict[Bucket, set[Bucket]] = {}
    for frm, to in moves:
        sources.setdefault(to, set()).add(frm)
    return sources


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
