"""How long each step of the chain takes on the demonstration's world, and reading beside pydifact on the same files.

Prints a table for people and, as its last line, one JSON object.
"""

import json
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from pydifact.segmentcollection import Interchange
from rich.console import Console

from mappings.engine import translate
from mappings.formats import edifact
from mappings.formats.segments import RawFile
from pipelines.settings import load_settings
from pipelines.show import progress_of, standing, table_of
from pipelines.simulate.demo import prepare_demo
from pipelines.simulate.partners_online import partners_online
from pipelines.wiring import Hub, open_hub
from pipelines.work.process import process
from pipelines.work.receive import receive
from pipelines.work.run import in_order, post
from pipelines.work.send import send
from pipelines.work.settle import settle

T = TypeVar("T")
ROUNDS = 5


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[name] += time.perf_counter() - start


def _chain(hub: Hub, console: Console) -> dict[str, float]:
    """Seconds of each step over all partners."""
    seconds: dict[str, float] = defaultdict(float)
    steps = {"receive": receive, "process": process, "settle": settle, "post": post, "send": send}
    for partner in progress_of(console, in_order(hub.catalog.partners), lambda one: one.name):
        for name, step in steps.items():
            with _timed(seconds, name):
                step(hub, partner)
    return seconds


def _best(work: Callable[[], T]) -> float:
    """The shortest of some rounds, in seconds."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        rounds.append(time.perf_counter() - start)
    return min(rounds)


def _reading(folder: Path, hub: Hub) -> dict[str, float]:
    """Seconds to read the RETANN files, by us and by pydifact, and to translate them."""
    paths = sorted((folder / "world/sftp/brightwell/returns-done").iterdir())
    files = [RawFile(path.name, path.name, path.read_bytes()) for path in paths]
    texts = [file.data.decode("latin-1") for file in files]
    partner = hub.catalog.partner("brightwell")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = _best(lambda: [list(Interchange.from_str(text).get_messages()) for text in texts])
    return {
        "bytes": sum(len(file.data) for file in files),
        "read": _best(lambda: edifact.read(files)),
        "translate": _best(lambda: translate(files, partner, hub.catalog)),
        "pydifact": theirs,
    }


def main() -> None:
    """Run the chain once on a new world."""
    console = Console()
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "demo"
        folder.mkdir()
        settings = load_settings(prepare_demo(folder))
        with open_hub(settings) as hub, partners_online(settings):
            seconds = _chain(hub, console)
            lines = standing(hub).return_lines
            reading = _reading(folder, hub)
    rows = [(name, f"{spent:.2f}", f"{lines / spent:,.0f}") for name, spent in seconds.items()]
    console.print(table_of(f"{lines} return lines through the chain", ("step", "s", "lines/s"), rows, "lnn"))
    megabytes = reading["bytes"] / 1e6
    rows = [
        (name, f"{reading[name] * 1e3:.1f}", f"{megabytes / reading[name]:.2f}")
        for name in ("read", "translate", "pydifact")
    ]
    console.print(table_of("EDIFACT RETANN, the same files", ("reader", "ms", "MB/s"), rows, "lnn"))
    print(json.dumps({
        "lines": lines,
        "lines_per_s": round(lines / sum(seconds.values()), 1),
        "seconds": {name: round(spent, 3) for name, spent in seconds.items()},
        "ratio_pydifact_read": round(reading["pydifact"] / reading["read"], 2),
        "ratio_pydifact_translated": round(reading["pydifact"] / reading["translate"], 2),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
