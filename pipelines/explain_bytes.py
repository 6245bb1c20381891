"""Open this when a line is shown otherwise than it stands in its file: its text, or the cells of its workbook."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from connectors.store.story import Story
from mappings.catalog import Map, PartnerFolder
from mappings.formats.charset import SYNTAX_LEVELS, actual
from mappings.formats.segments import RawFile
from mappings.workbench.trace import trace
from pipelines.edi_layout import plain
from pipelines.wiring import Hub
from pipelines.work.versions import map_that_read

Row = dict[str, Any]
# Bytes of a file that are shown of a line at most.
SHOWN_BYTES = 320
_CELL = re.compile("([A-Z]+)([0-9]+)$")
_SYNTAX_LEVEL = re.compile(rb"UNB.(UNO[A-Z])")


def line_in_file(hub: Hub, story: Story, row: Row) -> Iterator[RenderableType]:
    """How the line's file came, and the line as it stands there."""
    (document,) = (one for one in story.documents.to_pylist() if one["document"] == row["document"])
    came = f"{_how_it_came(story, row)} (sha256 {row['file'][:12]}…)"
    data = hub.vault.get(row["file"])
    folder = hub.catalog.partner(document["partner"])
    by = map_that_read(hub.store, folder, document["rule_version"])
    if document["standard"] == "workbook":
        yield Text(f"In {came}:")
        yield from _cells(hub, folder, by, row, data) if by else ()
        return
    yield Text(f"In {came}, bytes {row['offset']} to {row['offset'] + row['length']}:")
    written = data[row["offset"] : row["offset"] + row["length"]][:SHOWN_BYTES]
    text = written.decode(actual(data, _declared(document["standard"], data, by)), "replace")
    yield Text("\n".join(f"  {plain(one)}" for one in text.strip().splitlines()), "dim")


def _how_it_came(story: Story, row: Row) -> str:
    arrivals = [a for a in story.arrivals.to_pylist() if a["file"] == row["file"] and not a["duplicate"]]
    return f"{arrivals[0]['name']}, received {arrivals[0]['arrived_at']:%Y-%m-%d %H:%M}" if arrivals else "a file"


def _declared(standard: str, data: bytes, by: Map | None) -> str | None:
    """The character set that the file or its mapping declares, where one does."""
    if standard == "edifact":
        level = _SYNTAX_LEVEL.search(data)
        return SYNTAX_LEVELS.get(level[1].decode()) if level else None
    return by.rules.reads.encoding if by else None


def _cells(hub: Hub, folder: PartnerFolder, by: Map, row: Row, data: bytes) -> Iterator[Text]:
    """The cells that the mapping read, by the columns that it names: what a person finds in the workbook."""
    traced = trace(RawFile(row["file"], "", data), replace(folder, maps=(by,)), hub.catalog)
    (line,) = (one for one in traced if (one.document, one.line_no) == (row["document"], row["line_no"]))
    found = (one for field in line.fields for one in field.found if one is not None and one.spot.place)
    cells = {one.spot.place: f"{one.path}: {plain(one.text)}" for one in found}
    for place in sorted(cells, key=_row_and_column):
        yield Text(f"  {plain(place)}  {cells[place]}", "dim")


def _row_and_column(place: str) -> tuple[int, int, str]:
    """Where a cell stands in its sheet: ``Retoure!B8`` before ``Retoure!C8``, ``Z8`` before ``AA8``."""
    column, row = _CELL.findall(place)[-1]
    return int(row), len(column), column
