"""A small simulated world, with the sales known, that each test gets a copy of."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import Settings, load_settings
from pipelines.simulate.demo import prepare_demo
from pipelines.simulate.partners_online import partners_online
from pipelines.simulate.truth import TrueLine, read_truth
from pipelines.simulate.world import MAILBOXES
from pipelines.wiring import Hub, open_hub
from pipelines.work.run import PartnerRun, in_order, run_partner
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
def sold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small world in which what was sold is known and nothing has come back yet."""
    folder = tmp_path_factory.mktemp("sold") / "demo"
    folder.mkdir()
    prepare_demo(folder, STORES)
    Bench(folder).run("erp-export")
    return folder


@pytest.fixture(scope="session")
def settled(sold: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small world after its whole chain: returns placed, counted, credited and answered."""
    folder = tmp_path_factory.mktemp("settled") / "demo"
    shutil.copytree(sold, folder)
    Bench(folder).run()
    return folder


@pytest.fixture
def bench(sold: Path, tmp_path: Path) -> Bench:
    """A copy of the world in which only the sales are known."""
    shutil.copytree(sold, tmp_path / "demo")
    return Bench(tmp_path / "demo")


@pytest.fixture
def settled_bench(settled: Path, tmp_path: Path) -> Bench:
    """A copy of the world after its whole chain."""
    shutil.copytree(settled, tmp_path / "demo")
    return Bench(tmp_path / "demo")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small town in which nothing has happened; see ``town``."""
    folder = tmp_path_factory.mktemp("town") / "built"
    build(folder)
    return folder


@pytest.fixture
def town(built: Path, tmp_path: Path) -> Iterator[Town]:
    """A town of its own."""
    with town_at(built, tmp_path / "town") as opened:
        yield opened
