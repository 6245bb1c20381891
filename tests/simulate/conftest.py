"""One whole simulated world and one small one, built once for all tests here."""

from pathlib import Path

import pytest

from pipelines.simulate.world import World, build_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_world(tmp_path_factory.mktemp("whole") / "world")


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_world(tmp_path_factory.mktemp("small") / "world", stores=2)


@pytest.fixture(scope="session")
def good_files(small_world: World) -> dict[str, bytes]:
    """The largest notice file of each retailer."""
    return {
        retailer: max((file.read_bytes() for file in _files(small_world.inbox(retailer))), key=len)
        for retailer in ("nordstad", "brightwell", "lindhaus")
    }


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())
