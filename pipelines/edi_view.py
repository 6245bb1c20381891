"""Open this when ``backhaul edi`` is hard to read: a reading of an EDI file as lines for the terminal."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from mappings.formats.names import codes, message_name, segment_name
from mappings.formats.outline import Line, Value, outline
from mappings.formats.segments import Segments
from pipelines.edi_file import Noted, findings_of
from pipelines.edi_layout import labelled, packed, pair, plain, short
from schemas.findings import Severity

Row = dict[str, Any]

_COLOURS = {Severity.INFO: "blue", Severity.WARNING: "yellow", Severity.ERROR: "red", Severity.FATAL: "bold red"}
_STEP, _INSIDE = 2, 4  # how far loops, and segments below their message, stand in
_INDENTS = {"IEA": 0, "UNZ": 0, "GE": _STEP, "UNE": _STEP, "TA1": _STEP, "SE": _STEP, "UNT": _STEP}


def file_view(segments: Segments, path: Path, width: int, limit: int = 0) -> Iterator[Text]:
    """Every segment of up to so many messages (0: all), findings at their place, and a summary."""
    findings = findings_of(segments)
    cut = _cut(segments, limit)
    pending = [one for one in findings if one.offset <= cut]
    for line in outline(segments, limit):
        while pending and pending[0].offset < line.start:
            yield _finding(pending.pop(0), width)
        yield _line(line, width)
    for one in pending:
        yield _finding(one, width)
    hidden = segments.messages.num_rows - limit
    if limit and hidden > 0:
        behind = sum(one.offset > cut for one in findings)
        yield _more(hidden, behind)
    yield from _summary(segments, findings, path)


def check_view(segments: Segments, path: Path) -> Iterator[Text]:
    """A line for each finding: severity, code, path, byte, what it is, what is next. One line when there is none."""
    findings = findings_of(segments)
    for one in findings:
        yield Text.assemble(
            (f"{one.severity:<7}", _COLOURS[one.severity]), "  ", (one.code, "bold"), f"  {plain(one.path) or '-'}",
            (f"  byte {one.offset}", "dim"), f"  {_what(one)}", (f"  next: {one.entry.next_step}", "green"),
        )  # fmt: skip
    if not findings:
        messages = _count(segments.messages.num_rows, "message")
        yield Text.assemble(("✓ ", "green"), f"{path}: nothing is wrong in {messages}")


def _cut(segments: Segments, limit: int) -> int:
    """The last byte that is shown."""
    if limit and segments.messages.num_rows > limit:
        return int(segments.messages["end"][limit - 1].as_py())
    return len(segments.buffer)


# --- lines


def _line(line: Line, width: int) -> Text:
    row = line.row or {}
    if line.level == "interchange":
        return _headed(line, "bold cyan", 0, _of_interchange(line.standard, row), width)
    if line.level == "group":
        return _headed(line, "cyan", _STEP, _of_group(line.standard, row), width)
    if line.level == "message":
        return _headed(line, "bold magenta", _STEP, _of_message(line.standard, row), width)
    return _segment(line, width)


def _headed(line: Line, colour: str, indent: int, facts: Sequence[Text], width: int) -> Text:
    """The heading of an interchange, a group or a message; one of a group stands close to what is above it."""
    known, control = segment_name(line.standard, line.tag), short(line.row["control"]) if line.row else ""
    left = Text(f"{'':{indent}}{short(line.tag):<4}{known.text if known else line.level} {control}", colour)
    return Text("" if line.level == "group" else "\n").append_text(packed(left, facts, width))


def _of_interchange(standard: str, row: Row) -> list[Text]:
    kinds = codes(standard, "I05" if standard == "x12" else "0007")
    marks = "element_separator", "component_separator", "repetition", "release", "segment_terminator"
    return [
        labelled("from", row["sender"], _with_meaning(row["sender_qualifier"], kinds)),
        labelled("to", row["receiver"], _with_meaning(row["receiver_qualifier"], kinds)),
        labelled("written", f"{row['date']} {row['time']}"),
        labelled("version", row["version"]),
        labelled("usage", row["usage"], codes("x12", "I14").get(row["usage"], "")),
        labelled("answer asked", "yes" if row["ack_requested"] else "no"),
        labelled("delimiters", " ".join(row[mark] for mark in marks if row[mark])),
        labelled("characters", row["charset"]),
    ]


def _with_meaning(code: str, meanings: Mapping[str, str]) -> str:
    return f"{code} {meanings.get(code, '')}".strip()


def _of_group(standard: str, row: Row) -> list[Text]:
    meanings = codes("x12", "479") if standard == "x12" else {}
    return [
        labelled("kind", row["code"], meanings.get(row["code"], "")),
        labelled("from", row["sender"]),
        labelled("to", row["receiver"]),
        labelled("version", row["version"]),
    ]


def _of_message(standard: str, row: Row) -> list[Text]:
    what = Text(f"{plain(row['type'])} {message_name(standard, row['type'])}".rstrip(), "bold")
    return [what, labelled("version", row["version"]), labelled("segments", f"{row['segment_count']:,}")]


def _segment(line: Line, width: int) -> Text:
    known = segment_name(line.standard, line.tag)
    indent = _INDENTS.get(line.tag, _INSIDE + _STEP * line.depth)
    left = Text.assemble(" " * indent, (f"{short(line.tag):<4}", "bold"), (known.text if known else "", "cyan"))
    pairs = [_pair(line, value) for value in line.values]
    return packed(left, pairs, width)


def _pair(line: Line, value: Value) -> Text:
    known = segment_name(line.standard, line.tag)
    named = known.element(value.element, value.component) if known else None
    place = f"{value.element:02d}" + (f".{value.component}" if value.component > 1 else "")
    place += f"#{value.repetition}" if value.repetition > 1 else ""
    if named is None:
        return pair(place, "", value.text)
    return pair(place, named.text, value.text, named.codes.get(value.text, ""))


# --- findings and the end


def _finding(one: Noted, width: int) -> Text:
    colour = _COLOURS[one.severity]
    left = Text.assemble(" " * _INSIDE, (f"▲ {one.severity} {one.code}", colour))
    words = [Text(word, colour) for word in _what(one).split()]
    told = packed(left, words, width, gap=" ", column=_INSIDE + 2)
    following = [Text(word, "green") for word in one.entry.next_step.split()]
    step = packed(Text(" " * (_INSIDE + 2) + "next:", "green"), following, width, gap=" ", column=_INSIDE + 2)
    return told.append("\n").append_text(step)


def _what(one: Noted) -> str:
    return f"{one.entry.meaning}: {plain(one.detail)}" if one.detail else one.entry.meaning


def _more(messages: int, findings: int) -> Text:
    behind = f" with {_count(findings, 'finding')}" if findings else ""
    return Text(f"\n… {_count(messages, 'more message')}{behind}. `--limit 0` shows everything.", "bold yellow")


def _summary(segments: Segments, findings: Sequence[Noted], path: Path) -> Iterator[Text]:
    counts = [
        _count(segments.interchanges.num_rows, "interchange"),
        _count(segments.messages.num_rows, "message"),
        _count(segments.segments.num_rows, "segment"),
    ]
    yield Text.assemble("\n", (str(path), "bold"), f": {', '.join(counts)}, {_count(len(segments.buffer), 'byte')}")
    for (standard, kind), times in sorted(_kinds(segments).items()):
        yield Text(f"  {times:>5,} × {plain(kind)} {message_name(standard, kind)}".rstrip())
    if not findings:
        yield Text("✓ nothing is wrong", "green")
        return
    by_severity = Counter(one.severity for one in findings)
    told = [
        Text(f"{by_severity[severity]} {severity}", _COLOURS[severity])
        for severity in _COLOURS
        if by_severity[severity]
    ]
    yield Text.assemble(f"{_count(len(findings), 'finding')}: ", Text(", ").join(reversed(told)))


def _kinds(segments: Segments) -> Counter[tuple[str, str]]:
    standards = segments.interchanges["standard"].to_pylist()
    messages = segments.messages.select(["interchange", "type"]).to_pylist()
    return Counter((standards[row["interchange"]], row["type"]) for row in messages)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
