"""A town for tests of the ledger; see ``tests.world.town``."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.hasty import hasty
from tests.world.town import Town, build, town_at


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town in which nothing has happened."""
    folder = tmp_path_factory.mktemp("ledger") / "built"
    build(folder)
    return folder


@pytest.fixture
def town(built: Path, tmp_path: Path) -> Iterator[Town]:
    """A town of its own that does not wait for the disk."""
    with town_at(built, tmp_path / "town") as opened:
        hasty(opened.store)
        yield opened
