"""A small simulated world, with the sales known, that each test gets a copy of."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.settings import Settings, load_settings
from pipelines.simulate.demo import prepare_demo
from pipelines.simulate.partners_online import partners_online
from pipelines.simulate.truth import TrueLine, read_truth
from pipelines.simulate.world import MAILBOXES
from pipelines.wiring import Hub, open_hub
from pipelines.work.run import PartnerRun, in_order, run_partner
from tests.databases import Databases, copied, dropped
from tests.world.agreed import agreed  # noqa: F401  (a fixture)
from tests.world.town import Town, build, town_at

STORES = 2


@dataclass
class Bench:
    """A world on a disk, and what tests do with it."""

    folder: Path

    @property
    def settings(self) -> Settings:
        """The world's settings."""
        return load_settings(self.folder / "backhaul.yaml")

    def mailbox(self, partner: str, name: str | None = None) -> Path:
        """A folder of the partner's mailbox: its inbox unless another one is named."""
        kind, inbox = MAILBOXES[partner]
        return self.folder / "world" / {"sftp": "sftp", "folder": "folders"}[kind] / partner / (name or inbox)

    def keep(self, partner: str, count: int) -> list[Path]:
        """Leave only so many files in the partner's inbox, and answer them; the first line of the first was sold."""
        files = sorted(self.mailbox(partner).iterdir())
        first = next(file for file in files if self._first_line_was_sold(file))
        kept = [first, *(file for file in files if file != first)][:count]
        for file in files:
            if file not in kept:
                file.unlink()
        return kept

    def _first_line_was_sold(self, file: Path) -> bool:
        """Whether the first line of the first return in the file has a true sale."""
        text = file.read_bytes()
        of_file = [one for one in self.truth if one.return_number.encode() in text]
        first = min(of_file, key=lambda one: (text.index(one.return_number.encode()), one.line_no))
        return bool(first.true_invoice)

    @property
    def truth(self) -> list[TrueLine]:
        """What really happened in this world."""
        return read_truth(self.folder / "world" / "truth.csv")

    @contextmanager
    def open(self) -> Iterator[Hub]:
        """The hub, with the partners' SSH server running."""
        with open_hub(self.settings) as hub, partners_online(hub.settings):
            yield hub

    def run(self, *partners: str) -> list[PartnerRun]:
        """The chain of these partners, or of all in their order."""
        with self.open() as hub:
            chosen = in_order([hub.catalog.partner(one) for one in partners] or hub.catalog.partners)
            return [run_partner(hub, partner) for partner in chosen]

    def findings(self, code: str) -> list[dict[str, Any]]:
        """The recorded findings of this code."""
        with open_hub(self.settings) as hub:
            rows: list[dict[str, Any]] = hub.store.findings(code=code).to_pylist()
            return rows

    def answers(self, partner: str) -> dict[str, bytes]:
        """The answers in the partner's mailbox, by name."""
        return {file.name: file.read_bytes() for file in sorted(self.mailbox(partner, "answers").iterdir())}


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Databases, str], Path]:
    """Worlds to be copied, made once for each kind of database.

    sold: a small demonstration in which what was sold is known and nothing has come back yet. settled: the same after
    its whole chain. town: nothing has happened.
    """

    @cache
    def made(database: Databases, name: str) -> Path:
        folder = tmp_path_factory.mktemp(name) / "demo"
        if name == "town":
            build(folder, None if database.name == "sqlite" else database.new(folder))
        elif name == "sold":
            folder.mkdir()
            prepare_demo(folder, STORES)
            if database.name != "sqlite":
                set_address(folder, database.new(folder))
            Bench(folder).run("erp-export")
        else:
            copy_world(made(database, "sold"), folder)
            Bench(folder).run()
        return folder

    return made


def set_address(folder: Path, url: str) -> None:
    """Name the database in the world's settings."""
    settings = folder / "backhaul.yaml"
    raw = yaml.safe_load(settings.read_text(encoding="utf-8"))
    settings.write_text(yaml.safe_dump(raw | {"database": url}, allow_unicode=True), encoding="utf-8")


def copy_world(world: Path, to: Path) -> str | None:
    """Copy a world with its database; answers the address of the copy when it is on a server."""
    shutil.copytree(world, to)
    url = load_settings(to / "backhaul.yaml").database
    if url is None:
        return None
    url = copied(url, to)
    set_address(to, url)
    return url


@contextmanager
def benched(world: Path, to: Path) -> Iterator[Bench]:
    """A copy of the world, whose database goes at the end."""
    url = copy_world(world, to)
    yield Bench(to)
    if url:
        dropped(url)


@pytest.fixture(scope="session")
def settled(database: Databases, worlds: Callable[[Databases, str], Path]) -> Path:
    """The world after its whole chain, which is not to be changed."""
    return worlds(database, "settled")


@pytest.fixture
def bench(database: Databases, worlds: Callable[[Databases, str], Path], tmp_path: Path) -> Iterator[Bench]:
    """A copy of the world in which only the sales are known."""
    with benched(worlds(database, "sold"), tmp_path / "demo") as bench:
        yield bench


@pytest.fixture
def settled_bench(settled: Path, tmp_path: Path) -> Iterator[Bench]:
    """A copy of the world after its whole chain."""
    with benched(settled, tmp_path / "demo") as bench:
        yield bench


@pytest.fixture(scope="session")
def built(database: Databases, worlds: Callable[[Databases, str], Path]) -> Path:
    """A small town in which nothing has happened; see ``town``."""
    return worlds(database, "town")


@pytest.fixture
def town(built: Path, tmp_path: Path) -> Iterator[Town]:
    """A town of its own."""
    with town_at(built, tmp_path / "town") as opened:
        yield opened
