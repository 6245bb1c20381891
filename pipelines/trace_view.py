"""Open this when ``backhaul map trace`` is hard to read: each canonical field, its bytes and its rule."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mappings.marks import Mark
from mappings.workbench.trace import Found, TracedField, TracedRow
from pipelines.edi_layout import plain
from pipelines.map_view import more
from pipelines.show import SEVERITY_COLOURS
from schemas.findings import CATALOGUE, Severity


def trace_view(
    rows: Sequence[TracedRow], findings: Sequence[dict[str, Any]], limit: int, line: int | None
) -> Iterator[RenderableType]:
    """Row by row a table of its fields, with the findings of that row; then the findings of no row."""
    wanted = [row for row in rows if line is None or row.line_no == line]
    for row in wanted[:limit] if limit else wanted:
        yield _heading(row)
        yield _fields(row)
        yield from _findings(findings, row.document, row.line_no)
    yield from more(len(wanted), limit, "row")
    yield from _findings(findings, None, 0)


def _heading(row: TracedRow) -> Text:
    what = f"{row.kind} {plain(row.number) or 'without number'}"
    at = f", line {row.line_no}" if row.line_no else ""
    bytes_ = "" if row.by.rules.standard == "workbook" else f", bytes {_span(row.offset, row.length)}"
    by = f"  document {row.document}{bytes_}, mapping {row.by.name} {row.by.version}"
    return Text.assemble("\n", (f"{what}{at}", "bold magenta"), (by, "dim"))


def _fields(row: TracedRow) -> Table:
    where = "cell" if row.by.rules.standard == "workbook" else "bytes"
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("field", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("found", overflow="fold")
    table.add_column(where, overflow="fold")
    table.add_column("by", overflow="fold")
    for field in row.fields:
        told = _told(field)
        found = Text("\n").join(Text(repr(plain(one.text))) for one in told) if told else _nothing(field)
        spots = Text("\n").join(Text(_spot(one), "cyan") for one in told)
        table.add_row(Text(field.name, "bold"), _value(field), found, spots, _by(field, row.by.path))
    return table


def _value(field: TracedField) -> Text:
    if field.value is None:
        return Text("—", "dim")
    shown = str(field.value).lower() if isinstance(field.value, bool) else str(field.value)
    return Text(plain(shown), "green")


def _told(field: TracedField) -> Sequence[Found]:
    """What was found by the path that won; of joined fields by each; else what stands there and cannot be read."""
    there = [one for one in field.found if one is not None]
    read = [one for one in there if one.read is not None] or there
    return there if field.rule.join is not None else read[:1]


def _nothing(field: TracedField) -> Text:
    return Text("constant" if field.rule.const is not None else "nothing", "dim")


def _spot(found: Found) -> str:
    spot = found.spot
    if spot.is_whole:
        return plain(spot.place) if spot.place else "of the file"
    return _span(spot.offset, spot.length)


def _span(offset: int, length: int) -> str:
    return f"{offset}–{offset + length}"


def _by(field: TracedField, own: Path) -> Text:
    """The path that won, among how many; what was done to its text; where the mapping says so."""
    rule, won = field.rule, field.won
    told = [f"const {rule.const!r}"] if rule.const is not None else [_path(field, won)]
    told += [plain(step) for step in field.steps]
    return Text.assemble("; ".join(told), (f"  {place_of(field.mark, own)}" if field.mark else "", "dim"))


def _path(field: TracedField, won: int | None) -> str:
    paths = field.rule.from_
    if field.rule.join is not None:
        return " and ".join(paths)
    if won is None:
        return " or ".join(paths)
    return paths[won] + (f" (path {won + 1} of {len(paths)})" if len(paths) > 1 else "")


def place_of(mark: Mark, own: Path) -> str:
    """``returns:14``: a line of the mapping itself; ``x12/180:14``: of one that it extends."""
    name = mark.path.stem if mark.path == own else f"{mark.path.parent.name}/{mark.path.stem}"
    return f"{name}:{mark.line}"


def _findings(findings: Sequence[dict[str, Any]], document: str | None, line_no: int) -> Iterator[Text]:
    for one in findings:
        if one["document"] == document and (one["line_no"] or 0) == line_no:
            entry = CATALOGUE[one["code"]]
            colour = SEVERITY_COLOURS[Severity(one["severity"])]
            yield Text.assemble(
                (f"▲ {one['code']}", colour), f" {entry.meaning}: {plain(one['detail'])}",
                (f"  next: {entry.next_step}", "green"),
            )  # fmt: skip
