"""Open this when a partner that sends tables asks what became of its file: the table of results we send back.

What stands in it is in its outbound map, which for most partners is ``tables/results``.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mappings.answers.answer import Answer, name_of
from mappings.formats.segments import RawFile
from mappings.outbound.catalog import OutboundMap
from mappings.outbound.documents import cells_of, tables_of
from mappings.outbound.files import table
from schemas.findings import CATALOGUE, Severity

_ROW = re.compile(r"\brow (\d+)")


def results(
    files: Sequence[RawFile], findings: pa.Table, documents: pa.Table, one: OutboundMap, now: datetime
) -> list[Answer]:
    """A table for each file.

    ``refused`` when the file as a whole or every document in it was refused, ``accepted with remarks`` when something
    is held or remarked, else ``accepted``.
    """
    told = [_rows(file, findings, documents, now) for file in files]
    written = one.rules.writes.csv
    assert written is not None  # a map of results writes a table
    answers = []
    for file, (above, rows, faults) in zip(files, cells_of(one, tables_of("results", told)), strict=True):
        name = name_of(file.name.rsplit(".", 1)[0], file.sha256[:12], "results", ending=".csv")
        try:
            data = b"" if faults else table(written, above, rows)
        except UnicodeEncodeError as fault:
            data, faults = b"", [f"{written.encoding} has no {fault.object[fault.start]!r}"]
        problems = tuple(f"results of {file.name}: {fault}" for fault in faults[:1])
        answers.append(Answer("results", file.sha256, name, data, None, problems))
    return answers


def _rows(file: RawFile, findings: pa.Table, documents: pa.Table, now: datetime) -> dict[str, Any]:
    """A file as the outbound map reads it (``schemas.outbound.RESULTS``), with its findings."""
    found = findings.filter(pc.equal(findings["file"], file.sha256)).to_pylist()
    own = documents.filter(pc.equal(documents["file"], file.sha256))["document"].to_pylist()
    moment = now.replace(tzinfo=None, second=0, microsecond=0)
    lines = [_line(row) for row in found]
    return {"file_name": file.name, "verdict": _verdict(found, own), "written_at": moment, "lines": lines}


def _line(found: Mapping[str, Any]) -> dict[str, Any]:
    entry, row = CATALOGUE[found["code"]], _ROW.search(found["path"] or "")
    return {
        "code": found["code"],
        "severity": found["severity"],
        "row": row.group(1) if row else None,
        "place": found["path"],
        "meaning": entry.meaning,
        "detail": found["detail"] or None,
        "next_step": entry.next_step,
    }


def _verdict(found: Sequence[Mapping[str, Any]], documents: Sequence[str]) -> str:
    refused = {one["document"] for one in found if one["severity"] == Severity.FATAL}
    if None in refused or (documents and refused.issuperset(documents)):
        return "refused"
    return "accepted with remarks" if any(one["severity"] != Severity.INFO for one in found) else "accepted"
