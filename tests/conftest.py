"""What holds for every test."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.tryton.server import Server

# The commands' consoles keep the width that COLUMNS has when they are made. They are made here, without one, so that
# each test can set its own.
os.environ.pop("COLUMNS", None)

import pipelines.terminal  # noqa: F401


@pytest.fixture(scope="session")
def tryton(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Server]":
    """A real Tryton on loopback, for tests marked ``tryton``."""
    from tests.tryton.server import running

    with running(tmp_path_factory.mktemp("tryton")) as server:
        yield server
