"""Open this when a partner that sends tables asks what became of its file: the table of results we send back."""

import csv
import io
import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mappings.answers.answer import Answer, name_of
from mappings.formats.segments import RawFile
from schemas.findings import CATALOGUE, Severity

_COLUMNS = ("code", "row", "effect", "what", "next step")
_EFFECTS = {
    Severity.FATAL: "not taken",
    Severity.ERROR: "line held",
    Severity.WARNING: "remark",
    Severity.INFO: "for information",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
_ROW = re.compile(r"\brow (\d+)")


def results(file: RawFile, findings: pa.Table, documents: pa.Table) -> Answer:
    """A semicolon table (UTF-8 with BOM, CRLF): a line with the verdict, a header, then a row for each finding.

    ``refused`` when the file as a whole or every document in it was refused, ``accepted with remarks`` when something
    is held or remarked, else ``accepted``. No cell can run as a formula.
    """
    found = findings.filter(pc.equal(findings["file"], file.sha256)).to_pylist()
    own = documents.filter(pc.equal(documents["file"], file.sha256))["document"].to_pylist()
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_safe(_verdict(found, own)), _safe(file.name)])
    writer.writerow(_COLUMNS)
    writer.writerows([_safe(cell) for cell in _cells(one)] for one in found)
    name = name_of(file.name.rsplit(".", 1)[0], file.sha256[:12], "results", ending=".csv")
    return Answer("results", file.sha256, name, text.getvalue().encode("utf-8-sig"), None)


def _verdict(found: list[dict[str, Any]], documents: list[str]) -> str:
    refused = {one["document"] for one in found if one["severity"] == Severity.FATAL}
    if None in refused or (documents and refused.issuperset(documents)):
        return "refused"
    return "accepted with remarks" if any(one["severity"] != Severity.INFO for one in found) else "accepted"


def _cells(one: dict[str, Any]) -> tuple[str, ...]:
    code, row = CATALOGUE[one["code"]], _ROW.search(one["path"] or "")
    what = f"{code.meaning}: {one['detail']}" if one["detail"] else code.meaning
    return one["code"], row.group(1) if row else "", _EFFECTS[Severity(one["severity"])], what, code.next_step


def _safe(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
