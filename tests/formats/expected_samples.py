"""What the readers find in each third-party sample, and the command that writes it down.

    python -m tests.formats.expected_samples

writes ``tests/data/edi_samples/expected.json`` anew. Read the differences before you keep them: an expert must agree.
"""

import json
from pathlib import Path
from typing import Any

from mappings.formats import edifact, x12
from mappings.formats.segments import RawFile, Segments
from mappings.formats.sniff import sniff

FOLDER = Path(__file__).parents[1] / "data" / "edi_samples"
EXPECTED = FOLDER / "expected.json"
READERS = {"x12": x12.read, "edifact": edifact.read}


def names() -> list[str]:
    """Every sample by its path in the folder."""
    return sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*__*/**/*") if path.is_file())


def found(name: str) -> dict[str, Any]:
    """What is in a sample: its standard, its envelopes, its messages, and what is wrong with it."""
    data = (FOLDER / name).read_bytes()
    kind = sniff(data)
    if kind not in READERS:
        return {"standard": kind}
    got = READERS[kind]([RawFile("0" * 64, name, data)])
    return {
        "standard": kind,
        "interchanges": got.interchanges.num_rows,
        "groups": got.groups.num_rows,
        "messages": _messages(got),
        "findings": [f"{row['code']} at {row['path'] or 'file'}" for row in got.findings.to_pylist()],
    }


def _messages(got: Segments) -> list[str]:
    return [
        f"{row['type']} {row['version']}: {row['segment_count']} segments" + ("" if row["readable"] else ", cut off")
        for row in got.messages.to_pylist()
    ]


def write() -> None:
    """Write down what is found in all samples."""
    table = {name: found(name) for name in names()}
    EXPECTED.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
