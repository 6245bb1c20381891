"""A town whose shop agreed on something about differences, opened on any day."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from pipelines.wiring import open_hub
from tests.databases import copied, dropped
from tests.world.town import ADDRESS, Town, settings_of

TODAY = date(2026, 6, 1)


class Agreed:
    """A copy of the built town. The shop can be answered in a mailbox."""

    def __init__(self, built: Path, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(built, folder)
        self.home = folder / "partners" / "shop"
        self._terms = (self.home / "partner.yaml").read_text()
        if (folder / ADDRESS).exists():
            (folder / ADDRESS).write_text(copied((folder / ADDRESS).read_text(), folder))

    @contextmanager
    def on(self, policy: str = "", today: date = TODAY) -> Iterator[Town]:
        """The town on this day, its ``reconciliation`` as written here."""
        terms = self._terms.replace("map_hold_days: 0", f"map_hold_days: 0, reconciliation: {{{policy}}}")
        mailbox = "channels: [{id: main, kind: folder, inbox: in, archive: done, outbox: out}]\n"
        (self.home / "partner.yaml").write_text(terms + mailbox)
        settings = settings_of(self.folder)
        assert settings.clock is not None
        clock = settings.clock.replace(month=today.month, day=today.day)
        with open_hub(settings.model_copy(update={"clock": clock})) as hub:
            yield Town(hub)

    def forget(self) -> None:
        """Drop its database, where it is on a server."""
        if (self.folder / ADDRESS).exists():
            dropped((self.folder / ADDRESS).read_text())


@pytest.fixture
def agreed(built: Path, tmp_path: Path) -> Iterator[Agreed]:
    """A town of its own, to be opened as often as one likes."""
    town = Agreed(built, tmp_path / "agreed")
    yield town
    town.forget()
