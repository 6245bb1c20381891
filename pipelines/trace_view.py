"""Open this when ``backhaul map trace`` is hard to read: each canonical field, its bytes and its rule."""

from collections.abc import Iterator, Sequence
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
    by = f"  document {row.document}, map {row.by.name} {row.by.version}"
    return Text.assemble("\n", (f"{what}{at}", "bold magenta"), (by, "dim"))


def _fields(row: TracedRow) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("field", no_wrap=True)
    for title in ("value", "from", "by"):
        table.add_column(title, overflow="fold", ratio=None)
    for field in row.fields:
        table.add_row(Text(field.name, "bold"), _value(field), _from(field), _by(field))
    return table


def _value(field: TracedField) -> Text:
    return Text("—", "dim") if field.value is None else Text(plain(str(field.value)), "green")


def _from(field: TracedField) -> Text:
    """The text and its bytes; of joined fields each of them."""
    if field.rule.const is not None:
        return Text("constant", "dim")
    there = [one for one in field.found if one is not None]
    if not there:
        return Text("nothing found", "dim")
    read = [one for one in there if one.read is not None] or there
    return Text("\n").join(_found(one) for one in (there if field.rule.join is not None else read[:1]))


def _found(found: Found) -> Text:
    spot = found.spot
    text = repr(plain(found.text))
    if spot.is_whole:
        return Text.assemble(
            text, (f" at {plain(spot.place)}", "cyan") if spot.place else (" of the file itself", "dim")
        )
    return Text.assemble(text, (f" bytes {spot.offset}–{spot.offset + spot.length}", "cyan"))


def _by(field: TracedField) -> Text:
    """The path that won, among how many; what was done to its text; where the mapping says so."""
    rule, won = field.rule, field.won
    told = [f"const {rule.const!r}"] if rule.const is not None else [_path(field, won)]
    told += [plain(step) for step in field.steps]
    return Text.assemble("; ".join(told), (f"  {place_of(field.mark)}" if field.mark else "", "dim"))


def _path(field: TracedField, won: int | None) -> str:
    paths = field.rule.from_
    if field.rule.join is not None:
        return " and ".join(paths)
    if won is None:
        return " or ".join(paths)
    return paths[won] + (f" ({won + 1} of {len(paths)})" if len(paths) > 1 else "")


def place_of(mark: Mark) -> str:
    """``x12/180.yaml:14``: the file by its last two parts, and the line."""
    return f"{'/'.join(mark.path.parts[-2:])}:{mark.line}"


def _findings(findings: Sequence[dict[str, Any]], document: str | None, line_no: int) -> Iterator[Text]:
    for one in findings:
        if one["document"] == document and (one["line_no"] or 0) == line_no:
            entry = CATALOGUE[one["code"]]
            colour = SEVERITY_COLOURS[Severity(one["severity"])]
            yield Text.assemble(
                (f"▲ {one['code']}", colour), f" {entry.meaning}: {plain(one['detail'])}",
                (f"  next: {entry.next_step}", "green"),
            )  # fmt: skip
