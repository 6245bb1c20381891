"""Open this when you change what a partner gets: every sample of an outbound map, beside the file that it must give.

A sample is a YAML file of canonical rows in ``<partner>/outbound/samples``, called like the map that writes it, with
or without more behind a point: ``credits.yaml``, ``credits.two_rates.yaml``. Beside it lies what is written, called
likewise: ``credits.edi`` (a segment a line) or ``credits.csv``.
"""

import difflib
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from mappings.outbound.catalog import OutboundMap
from mappings.outbound.interchanges import written_file
from schemas.errors import ConfigError
from schemas.outbound import OUTBOUND
from schemas.partners import Partner

CONTROL = 1  # of the interchanges of samples
_AT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
_SEGMENT = {"x12": rb"[^~]*~", "edifact": rb"(?:\?.|[^?'])*'"}
_ROWS = TypeAdapter(list[dict[str, Any]], config=ConfigDict(strict=True))


def samples_of(one: OutboundMap) -> list[Path]:
    """The samples of a map, by name."""
    folder = one.path.parent / "samples"
    return sorted(path for path in folder.glob("*.yaml") if path.name.split(".")[0] == one.name)


def expected_path(one: OutboundMap, sample: Path) -> Path:
    """The file that a sample must give."""
    return sample.with_suffix(".csv" if one.standard == "csv" else ".edi")


def written(one: OutboundMap, partner: Partner, sample: Path) -> bytes:
    """The file that a sample gives, a segment a line; ConfigError: it is no sample, or cannot be written."""
    made = written_file(one, partner, _documents(one, sample), _AT, CONTROL)
    if made.problems:
        raise ConfigError(f"{sample}: {made.problems[0]}. Next: correct the sample or the map.")
    if one.standard == "csv":
        return made.data
    return re.sub(_SEGMENT[one.standard], lambda found: found.group() + b"\n", made.data)


def difference(one: OutboundMap, partner: Partner, sample: Path) -> str:
    """What differs between the file expected and the file given, as lines with - and +; empty when nothing does."""
    beside = expected_path(one, sample)
    try:
        given = written(one, partner, sample)
    except ConfigError as fault:
        return str(fault)
    expected = beside.read_bytes() if beside.is_file() else b""
    if expected == given:
        return ""
    was, now = (data.decode("utf-8", "replace").splitlines() for data in (expected, given))
    return "\n".join(difflib.unified_diff(was, now, beside.name, "given", lineterm="", n=0)) or "line ends differ"


def _documents(one: OutboundMap, sample: Path) -> list[dict[str, Any]]:
    """The documents of a sample; ConfigError where it names a column that the rows do not have."""
    try:
        documents = _ROWS.validate_python(yaml.safe_load(sample.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as fault:
        raise ConfigError(
            f"{sample}: no list of documents: {fault}. Next: write `- number: …`, a document each."
        ) from fault
    shapes = OUTBOUND[one.rules.kind]
    for document in documents:
        rows = {"document": [document]} | {name: document.get(name, []) for name in shapes if name != "document"}
        for section, found in rows.items():
            wrong = {key for row in found for key in row} - {*shapes[section].names, *rows}
            if wrong:
                told = f"{sample}: {section} has no column {min(wrong)!r}"
                raise ConfigError(f"{told}. Next: use {', '.join(shapes[section].names[1:])}.")
    return documents
