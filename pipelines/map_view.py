"""Open this when ``backhaul map`` is hard to read: samples, differences and versions as lines and tables."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mappings.catalog import Map, PartnerFolder
from mappings.workbench.row_changes import RowChange
from pipelines.edi_layout import plain
from pipelines.map_files import Compared
from pipelines.show import table_of

TICK, CROSS, DASH = ("✓ ", "green"), ("✗ ", "bold red"), ("– ", "dim")
_NOTHING = "—"
_STATES = {"live": "green", "test": "yellow", "retired": "dim"}


def counted(number: int, noun: str) -> str:
    """``1 sample``, ``2 samples``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


# --- test


def sample_view(sample: Path, changes: Sequence[RowChange], told: str, limit: int) -> Iterator[RenderableType]:
    """A tick, or a cross with the rows that differ."""
    mark = TICK if not told else CROSS
    yield Text.assemble("  ", mark, (sample.name, "" if not told else "bold"), (f"  {told}" if told else "", "red"))
    if changes:
        yield Padding(changes_table([("", one) for one in changes], ("expected", "given"), limit), (0, 0, 0, 4))
        yield from more(len(changes), limit, "row")


def without_samples(folder: PartnerFolder) -> Text:
    """A partner that proves nothing."""
    return Text.assemble(
        "  ", DASH, ("no samples. Next: put a real file into ", "dim"), (f"{folder.id}/samples/", "dim")
    )


def samples_summary(right: int, wrong: int, written: int | None) -> Iterator[Text]:
    """How many are as expected, and what is next where some are not."""
    if written is not None:
        told = f"{counted(written, 'expected file')} changed. Next: read what changed before you keep it."
        yield Text(told if written else "No expected file changed.", "bold")
        return
    total = counted(right + wrong, "sample")
    if not wrong:
        yield Text(f"{total}: all as expected.", "bold green")
        return
    yield Text(f"{total}: {wrong} not as expected.", "bold red")
    yield Text(
        "Next: mend the mapping; if the given rows are right, `backhaul map test PARTNER --regenerate` writes them.",
        "dim",
    )


# --- rows that differ


def changes_table(changes: Sequence[tuple[str, RowChange]], sides: tuple[str, str], limit: int) -> Table:
    """Field by field what was and what is; a whole row that is new or gone is one line."""
    shown = changes[:limit] if limit else changes
    rows: list[tuple[Any, ...]] = []
    for file, change in shown:
        where = f"{_noun(change)} {change.row}".strip() if change.table != "documents" else change.row
        for number, (field, old, new) in enumerate(_cells(change)):
            rows.append((where if not number else "", field, old, new, file if not number else ""))
    columns = ("row", "field", *sides, "file")
    if not any(file for file, _ in changes):
        return table_of("", columns[:4], [row[:4] for row in rows])
    return table_of("", columns, rows)


def _noun(change: RowChange) -> str:
    return change.table.removesuffix("s").removesuffix("_line") + ":"


def _cells(change: RowChange) -> Iterator[tuple[str, Text, Text]]:
    if change.what == "changed" or change.table == "findings":
        for field in change.fields:
            yield field.field, _value(field.old, "red"), _value(field.new, "green")
        return
    whole = ", ".join(
        f"{field.field} {_written(field.new if change.what == 'new' else field.old)}" for field in change.fields
    )
    gone = change.what == "gone"
    yield "whole row", _value(whole if gone else None, "red"), _value(None if gone else whole, "green")


def _value(value: Any, colour: str) -> Text:
    return Text(_NOTHING, "dim") if value is None else Text(_written(value), colour)


def _written(value: Any) -> str:
    return plain(str(value))


def more(count: int, limit: int, noun: str) -> Iterator[Text]:
    """That some are not shown."""
    if limit and count > limit:
        yield Text(f"… {counted(count - limit, f'more {noun}')}. `--limit 0` shows everything.", "bold yellow")


def diff_view(compared: Compared, limit: int) -> Iterator[RenderableType]:
    """Which fields differ how often, then the rows."""
    old, new = compared.old, compared.new
    yield Text.assemble((f"{old.name} {old.version}", "bold"), " → ", (f"{new.name} {new.version}", "bold"))
    over = f"{counted(compared.files, 'file')}, {counted(compared.rows, 'canonical row')}"
    if not compared.changes:
        yield Text.assemble(TICK, f"no canonical row differs ({over})")
        return
    kinds = Counter(change.what for _, change in compared.changes)
    told = ", ".join(f"{kinds[what]} {what}" for what in ("changed", "new", "gone") if kinds[what])
    yield Text.assemble(CROSS, f"{counted(len(compared.changes), 'row')} differ: {told} ({over})")
    yield fields_table([change for _, change in compared.changes])
    yield changes_table(compared.changes, ("A", "B"), limit)
    yield from more(len(compared.changes), limit, "row")


def fields_table(changes: Sequence[RowChange]) -> Table:
    """How often each field differs, with the first example."""
    times: Counter[str] = Counter()
    first: dict[str, tuple[Any, Any]] = {}
    for change in changes:
        if change.what != "changed":
            what = change.fields[0].field if change.table == "findings" else "whole row"
            times[f"{_noun(change)} {what} {change.what}"] += 1
            continue
        for field in change.fields:
            name = f"{_noun(change)} {field.field}"
            times[name] += 1
            first.setdefault(name, (field.old, field.new))
    rows = [
        (
            name,
            f"{count:,}",
            *(_value(one, colour) for one, colour in zip(first.get(name, (None, None)), ("red", "green"), strict=True)),
        )
        for name, count in times.most_common()
    ]
    return table_of("Fields", ("field", "rows", "for example", "becomes"), rows, "ln")


# --- versions


def versions_view(
    rows: Sequence[Mapping[str, Any]], on_disk: Mapping[tuple[str, str], Map]
) -> Iterator[RenderableType]:
    """Every recorded version, and what is on the disk but was never seen at work."""
    known = {(row["partner"], row["map"], row["version"]) for row in rows}
    cells = [_version(row, on_disk) for row in rows]
    cells += [
        (f"{partner}/{name}", Text(one.version), Text("●", "cyan"), Text("new", "yellow"), "", "", "", "0")
        for (partner, name), one in sorted(on_disk.items())
        if (partner, name, one.version) not in known
    ]
    columns = ("mapping", "version", "disk", "state", "first seen", "promoted", "by", "docs")
    yield table_of("Versions of mappings", columns, cells, "llllllln")
    for row in rows:
        if row["note"]:
            yield Text.assemble((f"{row['partner']}/{row['map']} {row['version']}", "bold"), f": {plain(row['note'])}")
    if any(row["state"] == "test" for row in rows):
        yield Text("Next: `backhaul map promote PARTNER MAP` lets the version on the disk go live.", "dim")
    if len(cells) > len(rows):
        yield Text("A new version is recorded when it reads its first file; a replay says what it will change.", "dim")


def _version(row: Mapping[str, Any], on_disk: Mapping[tuple[str, str], Map]) -> tuple[str | Text, ...]:
    one = on_disk.get((row["partner"], row["map"]))
    is_here = one is not None and one.version == row["version"]
    return (
        f"{row['partner']}/{row['map']}", Text(row["version"]), Text("●" if is_here else "", "cyan"),
        Text(row["state"], _STATES[row["state"]]), _day(row["first_seen_at"]), _day(row["promoted_at"]),
        row["promoted_by"] or "", f"{row['documents']:,}",
    )  # fmt: skip


def _day(moment: datetime | date | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""
