"""What holds for every test."""

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from connectors.store import store
from tests.databases import Databases, PostgresDatabases, QuickSchemas, SqliteFiles, databases, started
from tests.schedule import LongestFirst

if TYPE_CHECKING:
    from tests.erp.sap_server import SapServer
    from tests.tryton.server import Server

# The commands' consoles keep the width that COLUMNS has when they are made. They are made here, without one, so that
# each test can set its own.
os.environ.pop("COLUMNS", None)

import pipelines.terminal  # noqa: F401

# Dozens of tests start processes: where the environment says that no bytecode is to be kept, each would compile all of
# the code anew, which takes longer than what it is started for. So would each run of the tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The examples of a test are the same in each run, so that none fails by chance, and may take what time they need.
# `make fuzz` and `make soak` look for others.
hypothesis.settings.register_profile(
    "steady", derandomize="BACKHAUL_FUZZ" not in os.environ, deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
)  # fmt: skip
hypothesis.settings.load_profile("steady")

# Thousands of tests make a database and folders each: in memory, where there is room, they need not wait for a disk.
_MEMORY, _ROOM = Path("/dev/shm"), 6 * 1024**3
_CHOSEN = {"TMPDIR", "PYTEST_DEBUG_TEMPROOT"} & os.environ.keys()
if not _CHOSEN and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
    os.environ["PYTEST_DEBUG_TEMPROOT"] = os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)


# What is imported and collected stays until the end: looking through all of it for garbage, again and again while it
# grows, takes a fifth of the time before the first test.
gc.disable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """From here on garbage is looked for, among what the tests themselves make."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LongestFirst:
    """Which worker gets which tests."""
    return LongestFirst(config, log)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests of the store run on every database; others on SQLite, unless they are marked ``both_databases``."""
    if "database" in metafunc.fixturenames:
        of_the_store = "tests/store/" in metafunc.definition.path.as_posix()
        both = of_the_store or metafunc.definition.get_closest_marker("both_databases") is not None
        metafunc.parametrize("database", databases(both), indirect=True, scope="session")


@pytest.fixture(scope="session", autouse=True)
def quick_schemas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuickSchemas]:
    """Stores of this process are migrated once; those of other processes, and in the store's own tests, each time."""
    with pytest.MonkeyPatch.context() as patched:
        quick = QuickSchemas(tmp_path_factory.mktemp("schema"))
        patched.setattr(store, "ensure_current", quick.ensure_current)
        yield quick


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[], PostgresDatabases]]:
    """The server of this test process, started when it is first asked for."""
    with ExitStack() as open_servers:
        yield cache(lambda: open_servers.enter_context(started()))


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest, postgresql: Callable[[], PostgresDatabases]) -> Databases:
    """The databases of the kind on which this test runs."""
    return postgresql() if request.param == "postgresql" else SqliteFiles()


@pytest.fixture(scope="session")
def tryton(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Server]":
    """A real Tryton on loopback, for tests marked ``tryton``."""
    from tests.tryton.server import running

    with running(tmp_path_factory.mktemp("tryton")) as server:
        yield server


@pytest.fixture(scope="session")
def sap(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[SapServer]":
    """A third party's SAP on loopback."""
    from tests.erp.sap_server import running_sap

    with running_sap(tmp_path_factory.mktemp("sap")) as server:
        yield server
