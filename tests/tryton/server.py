"""A real Tryton for the tests: its database is made once and kept, each test works on a copy of its own."""

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path

import httpx
import pytest

from connectors.erp.tryton.adapter import TrytonErp
from connectors.erp.tryton.settings import TrytonSettings
from tests.contracts.conftest import free_port

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / ".venv-tryton" / "bin"
CACHE = ROOT / ".state" / "tryton"
KEY = "a-key-of-the-tests-0123456789"
MODULES = ("backhaul_key", "account_product", "sale")
CONFIG = """
[database]
uri = sqlite://
path = {path}
[web]
listen = 127.0.0.1:{port}
[session]
timeout = 0
[queue]
worker = True
"""  # timeout: a database that is copied there while the server runs is seen at once; worker: there is none, so that a
# confirmed sale waits and can still be changed
_MADE_FROM = (
    ROOT / "connectors/erp/tryton/server-module/requirements.lock",
    ROOT / "connectors" / "erp" / "tryton" / "server-module" / "backhaul_key",
    ROOT / "tests" / "tryton" / "seed.py",
)
_numbers = count(1)


def seeded() -> Path:
    """The database that every test starts from: taken from the cache, or made anew (one to two minutes)."""
    files = [path for place in _MADE_FROM for path in ([place] if place.is_file() else sorted(place.glob("*.*")))]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
    kept = CACHE / f"{digest}.sqlite"
    if not kept.is_file():
        CACHE.mkdir(parents=True, exist_ok=True)
        folder = CACHE / f"making-{os.getpid()}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "trytond.conf").write_text(CONFIG.format(path=folder, port=1))
        (folder / "password").write_text("a-password-of-the-tests\n")
        (folder / "erp.sqlite").touch()
        for command in (
            ("trytond-admin", "--all", "--email", "admin@example.com"),
            ("trytond-admin", "-u", *MODULES, "--activate-dependencies"),
        ):
            _run(folder, str(BIN / command[0]), "-c", "trytond.conf", "-d", "erp", *command[1:])
        _run(folder, str(BIN / "python"), str(Path(__file__).with_name("seed.py")), "trytond.conf", "erp", KEY)
        (folder / "erp.sqlite").rename(kept)
        shutil.rmtree(folder)
    return kept


def _run(folder: Path, *command: str) -> None:
    environment = {**os.environ, "TRYTONPASSFILE": str(folder / "password")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@dataclass
class Server:
    """A running server; ``database`` gives a fresh copy of the seeded one."""

    folder: Path
    port: int
    template: Path
    key_file: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @cached_property
    def shared(self) -> TrytonErp:
        """On one database for all tests that leave others room: a new one costs a second or two."""
        return self.erp()

    def database(self) -> str:
        name = f"t{next(_numbers)}"
        shutil.copyfile(self.template, self.folder / f"{name}.sqlite")
        return name

    def settings(self, **changed: object) -> TrytonSettings:
        given: dict[str, object] = {
            "kind": "tryton",
            "url": self.url,
            "key_file": self.key_file,
            "customers": {"nordstad": "NORDSTAD", "lindhaus": "LINDHAUS"},
            "requests_per_second": 1000,
            "timeout_seconds": 60,
        }
        given |= changed
        return TrytonSettings.model_validate(given if "database" in given else given | {"database": self.database()})

    def erp(self, **changed: object) -> TrytonErp:
        return TrytonErp(self.settings(**changed))


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A Tryton server on loopback; ended by its own process when the block ends."""
    if not (BIN / "trytond").exists():
        pytest.skip("there is no .venv-tryton: run `make test-erp`")
    template, port = seeded(), free_port()
    databases = folder / "databases"
    databases.mkdir()
    (folder / "trytond.conf").write_text(CONFIG.format(path=databases, port=port))
    key_file = folder / "key"
    key_file.touch(0o600)
    key_file.write_text(KEY + "\n")
    log = (folder / "trytond.log").open("wb")
    process = subprocess.Popen(
        [BIN / "trytond", "-c", "trytond.conf"], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
    )
    try:
        _wait_for(port, process, folder / "trytond.log")
        server = Server(databases, port, template, key_file)
        yield server
        server.shared.close()
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        with suppress(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/", trust_env=False, timeout=5)
            return
        time.sleep(0.1)
    raise AssertionError(f"Tryton does not answer: {log.read_text()}")
