"""One file streamed into flat tables by a process of its own, so that its memory is the stream's alone.

    python -m benchmarks.streaming x12 FILE

Prints one line of JSON: seconds, return lines, findings, and the process's peak of memory in megabytes.
"""

import json
import resource
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import cast

from benchmarks.interchanges import Name, interchanges
from benchmarks.measured import timed
from mappings.formats.flat import RETURN_LINES, flat_lines
from mappings.formats.stream import stream
from pipelines.memory import keep_memory

_STATUS = Path("/proc/self/status")


def peak_megabytes() -> float:
    """The most memory that this process ever held; what its parent held does not count where the system says so."""
    if _STATUS.exists():
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


def read_in_pieces(standard: Name, path: Path) -> tuple[int, int]:
    """Return lines and findings of a file, piece by piece; no piece is kept."""
    lines = findings = 0
    for piece in stream(path, standard):
        lines += flat_lines(piece, RETURN_LINES[standard]).num_rows
        findings += piece.findings.num_rows
    return lines, findings


def warm_up(standard: Name) -> None:
    """Have the compiled functions there before anything is measured."""
    with NamedTemporaryFile() as file:
        file.write(next(interchanges(standard)).data)
        file.flush()
        read_in_pieces(standard, Path(file.name))


def main() -> None:
    """Stream the file, and print what it took."""
    standard, path = cast(Name, sys.argv[1]), Path(sys.argv[2])
    keep_memory()
    warm_up(standard)
    lines = findings = 0

    def read() -> None:
        nonlocal lines, findings
        lines, findings = read_in_pieces(standard, path)

    spent = timed(read)
    told = {"wall": spent.wall, "cpu": spent.cpu, "lines": lines, "findings": findings}
    print(json.dumps({**told, "peak_rss_mb": round(peak_megabytes(), 1)}))


if __name__ == "__main__":
    main()
