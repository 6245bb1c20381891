"""Open this when a finding on a segment or a value says the wrong thing: what our tables say of a reading.

    review(reading, standard) -> Segments      # the same, with its loops, and with findings on order and values

``review`` works on columns. What goes through every segment is ``walk.walk``, what goes through every value is
``check.check``; only findings are made one by one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mappings.formats import check, elements, walk
from mappings.formats.grammar import Names, grammar
from mappings.formats.hierarchy import HIERARCHIES, levels_above
from mappings.formats.names import segment_name
from mappings.formats.segments import LOOPS, OWNERS, Segments
from mappings.formats.structure import Structure, structure
from schemas.findings import CATALOGUE
from schemas.tables import FINDINGS

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
_Walk = Callable[[walk.Grammar, walk.Text, walk.Loops, Numbers, walk.Notes], tuple[int, int]]
_Check = Callable[[check.Formats, check.Text, Numbers, Numbers], int]

_CODES = {
    walk.UNKNOWN: "MSG-STRUCTURE",
    walk.MISPLACED: "MSG-SEGMENT-MISPLACED",
    walk.REPEATED: "MSG-SEGMENT-REPEATED",
    walk.LOOP_REPEATED: "MSG-LOOP-REPEATED",
    walk.MISSING: "MSG-SEGMENT-MISSING",
}
_VALUE_CODES = {
    check.MISSING: "ELEMENT-MISSING",
    check.TOO_LONG: "ELEMENT-TOO-LONG",
    check.TOO_SHORT: "ELEMENT-TOO-SHORT",
    check.NO_NUMBER: "ELEMENT-BAD-NUMBER",
    check.NO_DATE: "ELEMENT-BAD-DATE",
    check.NO_TIME: "ELEMENT-BAD-TIME",
    check.NO_CODE: "ELEMENT-BAD-CODE",
    check.NO_TEXT: "ELEMENT-BAD-CHARACTER",
    check.TOO_MANY: "ELEMENT-TOO-MANY",
}
_VALUE_DETAILS = {
    check.MISSING: "{tag} must have its {what} here",
    check.TOO_LONG: "{what} {value} has more than {most} characters",
    check.TOO_SHORT: "{what} {value} has fewer than {least} characters",
    check.NO_NUMBER: "{what} {value} is no number of the form that {tag} has here",
    check.NO_DATE: "{what} {value} is no date",
    check.NO_TIME: "{what} {value} is no time of day",
    check.NO_CODE: "{what} {value} is none of the standard's codes",
    check.NO_TEXT: "{what} {value} holds a control character",
    check.TOO_MANY: "{tag} ends before {value}",
}
_HEADERS = {"x12": ("ISA", "GS", "ST"), "edifact": ("UNB", "UNG", "UNH")}
_FAULTS_FIRST = 1024  # how many are kept room for at first
_TAG_SHOWN = 20
_VALUE_SHOWN = 40
_TRAILERS = frozenset({"SE", "UNT"})  # judged with the envelopes


class Inner(NamedTuple):
    """The functions that go through every segment: as they are, or compiled."""

    walk: _Walk = walk.walk
    check: _Check = check.check


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding to be: its code, its place in the reading, and what it says. ``times``: how often in the message."""

    code: str
    segment: int
    detail: str
    times: int = 1
    element: int = 0
    component: int = 0
    span: tuple[int, int] | None = None  # the bytes, where they are not the segment's


def review(reading: Segments, standard: str, run: Inner | None = None) -> Segments:
    """The reading with its loops, and with findings on the order of its segments and the form of its values."""
    run = run or Inner()
    names, of_message = _named(reading)
    remarks = _values(reading, standard, run, names, of_message)
    kinds, number = _kinds(standard, names)
    if kinds:
        reading, of_order = _ordered(reading, standard, run, kinds, number[of_message])
        remarks += of_order
    return _with(reading, standard, remarks)


def _named(reading: Segments) -> tuple[list[tuple[str, str]], Numbers]:
    """Each kind of message once, by type and version, and for each message which of them it is."""
    columns = [reading.messages["type"], reading.messages["version"]]
    named = pc.binary_join_element_wise(*columns, "\x1f").combine_chunks().dictionary_encode()
    names = [tuple(name.split("\x1f", 1)) for name in named.dictionary.to_pylist()]
    return names, named.indices.to_numpy()


def _kinds(standard: str, names: Sequence[tuple[str, str]]) -> tuple[tuple[Structure, ...], Numbers]:
    """The tables of the messages, and for each kind of message which of them is its own (-1: none)."""
    tables: dict[Structure, int] = {}
    number = []
    for name in names:
        found = structure(standard, *name)
        number.append(-1 if found is None else tables.setdefault(found, len(tables)))
    return tuple(tables), np.array(number, np.int32)


# --- loops and order


def _ordered(
    reading: Segments, standard: str, run: Inner, kinds: tuple[Structure, ...], of_message: npt.NDArray[np.int32]
) -> tuple[Segments, list[Remark]]:
    made, names = grammar(kinds, standard == "edifact")
    known = np.array([names.tags.get(tag, -1) for tag in reading.tags], np.int32)
    readable = reading.messages["readable"].to_numpy(zero_copy_only=False).astype(np.bool_)
    text = walk.Text(reading.cuts.message, reading.cuts.tag, known, of_message, readable)
    segments = len(text.message)
    loops = walk.Loops(np.empty(segments, np.int32), np.empty((segments, 4), np.int32))
    size = _FAULTS_FIRST
    while True:
        faults = np.empty((size, 4), np.int32)
        opened, count = run.walk(made, text, loops, faults, walk.fresh(made, len(reading.tags)))
        if count <= size:
            break
        size = count
    table = _loop_table(reading, loops.opened[:opened], names)
    reading = replace(reading, cuts=reading.cuts._replace(loop=loops.of_segment), loops=table)
    return reading, _remarks(reading, of_message, made, names, faults[:count])


def _loop_table(reading: Segments, opened: Numbers, names: Names) -> pa.Table:
    message, first_segment, parent, loop = (
        opened[:, n].copy() for n in (walk.OF_MESSAGE, walk.FIRST_SEGMENT, walk.PARENT, walk.OF_LOOP)
    )
    is_level = np.array([tag in HIERARCHIES for tag in names.openers], np.bool_)
    above = levels_above(reading, message, first_segment, is_level[loop])
    called = pa.array(names.loops, pa.string()).take(pa.array(loop))
    columns = (message, called, first_segment, parent, above)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, LOOPS, strict=True)], schema=LOOPS)


def _remarks(
    reading: Segments, of_message: npt.NDArray[np.int32], made: walk.Grammar, names: Names, faults: Numbers
) -> list[Remark]:
    message = names.messages
    found = []
    kinds = of_message[reading.cuts.message[faults[:, walk.SEGMENT]]].tolist()
    for kind, code, segment, about, times in zip(kinds, *faults.T.tolist(), strict=True):
        if times:
            tag = reading.tags[about] if code in (walk.UNKNOWN, walk.MISPLACED) else names.states[about]
            detail = _detail(made, names, message[kind], code, about, tag[:_TAG_SHOWN])
            found.append(Remark(_CODES[code], segment, detail, times))
    return found


def _detail(made: walk.Grammar, names: Names, message: str, code: int, about: int, tag: str) -> str:
    if code == walk.UNKNOWN:
        return f"{message} has no segment {tag}"
    if code == walk.MISPLACED:
        return f"{message} has no place for {tag} here"
    around = names.openers[made.states[about, walk.HOLDER]]
    if code == walk.MISSING:
        return f"{message} must have a segment {tag}" + (f" in a loop {around}" if around else "")
    what = f"a loop {tag}" if code == walk.LOOP_REPEATED else tag
    times = "once" if made.states[about, walk.MOST] == 1 else f"{made.states[about, walk.MOST]} times"
    return f"{message} allows {what} {times} at most" + (f" in a loop {around}" if around else "")


# --- values


def _values(
    reading: Segments, standard: str, run: Inner, names: Sequence[tuple[str, str]], of_message: Numbers
) -> list[Remark]:
    table = elements.table(standard)
    covered = np.array([elements.covers(standard, *name) for name in names], np.bool_)
    if not covered.any():
        return []
    text = _text(reading, standard, table, covered[of_message])
    size = max(_FAULTS_FIRST, 2 * len(of_message))
    while True:
        faults = np.empty((size, check.FAULT_COLUMNS), np.int32)
        count = run.check(table.formats, text, faults, check.fresh(table.formats))
        if count <= size:
            break
        size = count
    return _value_remarks(reading, standard, table.formats, faults[:count])


def _text(reading: Segments, standard: str, table: elements.Table, is_checked: npt.NDArray[np.bool_]) -> check.Text:
    cuts, interchange = reading.cuts, reading.messages["interchange"].to_numpy()
    charsets = reading.interchanges["charset"].to_pylist()
    releases = reading.interchanges["release"].to_pylist()
    return check.Text(
        data=np.frombuffer(reading.buffer, np.uint8),
        message=cuts.message,
        tag=cuts.tag,
        first_mark=cuts.first_mark,
        mark_at=cuts.mark_at,
        mark_kind=cuts.mark_kind,
        format=np.array([-1 if tag in _TRAILERS else table.rows.get(tag, -1) for tag in reading.tags], np.int32),
        is_checked=is_checked,
        is_utf8=np.array([charset == "utf-8" for charset in charsets], np.bool_)[interchange],
        release=np.array([ord(release) if release else -1 for release in releases], np.int32)[interchange],
        comma=ord("," if standard == "edifact" else "."),
    )


def _value_remarks(reading: Segments, standard: str, formats: check.Formats, faults: Numbers) -> list[Remark]:
    cuts, about, mark = reading.cuts, faults[:, check.ABOUT], faults[:, check.MARK]
    tags = [reading.tags[tag] for tag in cuts.tag[faults[:, check.SEGMENT]].tolist()]
    holder = np.searchsorted(formats.elements[:, check.FIRST_COMPONENT], about, "right") - 1
    has_parts = (formats.elements[holder, check.COMPONENTS] > 1).tolist()
    begins = cuts.mark_at[mark].astype(np.int64) + 1
    spans = zip(begins.tolist(), cuts.mark_at[np.where(mark < 0, 0, mark + 1)].tolist(), strict=True)
    limits = formats.components[about, check.LEAST : check.MOST + 1].tolist()
    words, found = _Words(standard), []
    for row, tag, parts, span, (least, most) in zip(faults.tolist(), tags, has_parts, spans, limits, strict=True):
        code, segment, element, component, at, times, _ = row
        value = repr(reading.buffer[slice(*span)][:_VALUE_SHOWN].decode("utf-8", "replace")) if at >= 0 else ""
        what = words.of(tag, element, max(component, 1))
        detail = _VALUE_DETAILS[code].format(tag=tag, what=what, value=value, least=least, most=most)
        shown = component if parts or component > 1 else 0
        found.append(Remark(_VALUE_CODES[code], segment, detail, times, element, shown, span if at >= 0 else None))
    return found


class _Words:
    """What elements are called, each looked up once."""

    def __init__(self, standard: str) -> None:
        self._standard = standard
        self._known: dict[tuple[str, int, int], str] = {}

    def of(self, tag: str, element: int, component: int) -> str:
        """The name of the element, or of its component; `value` where we have none."""
        key = (tag, element, component)
        if key not in self._known:
            segment = segment_name(self._standard, tag)
            named = segment.element(element, component) if segment else None
            self._known[key] = named.text if named else "value"
        return self._known[key]


# --- findings


def _with(reading: Segments, standard: str, remarks: Sequence[Remark]) -> Segments:
    """The reading with these findings behind its own, in the order of the segments."""
    if not remarks:
        return reading
    at = sorted(remarks, key=lambda remark: (remark.segment, remark.element, remark.component))
    message = reading.cuts.message[[remark.segment for remark in at]]
    interchange = reading.messages["interchange"].to_numpy()[message]
    findings = _findings(reading, standard, at, message, interchange)
    columns = (
        interchange, message, [one.segment for one in at], [one.element for one in at], [one.component for one in at],
    )  # fmt: skip
    owners = pa.table([pa.array(c, f.type) for c, f in zip(columns, OWNERS, strict=True)], schema=OWNERS)
    return replace(
        reading,
        findings=pa.concat_tables([reading.findings, findings]),
        owners=pa.concat_tables([reading.owners, owners]),
    )


def _findings(
    reading: Segments, standard: str, remarks: Sequence[Remark], message: npt.NDArray[np.int32], interchange: Ints
) -> pa.Table:
    """The remarks as rows of FINDINGS."""
    cuts, segment = reading.cuts, np.array([remark.segment for remark in remarks], np.int64)
    files = reading.interchanges["file_index"].to_numpy()[interchange]
    spans = zip(cuts.start[segment].tolist(), cuts.end[segment].tolist(), strict=True)
    begin, end = np.array([remark.span or own for remark, own in zip(remarks, spans, strict=True)], np.int64).T
    paths = zip(_message_paths(reading, standard, message, interchange), _positions(reading, remarks), strict=True)
    columns = {
        "code": [remark.code for remark in remarks],
        "severity": [CATALOGUE[remark.code].severity.value for remark in remarks],
        "file": reading.files["file"].take(pa.array(files)),
        "offset": begin - reading.files["start"].to_numpy()[files],
        "length": end - begin,
        "path": [f"{path}/{position}" for path, position in paths],
        "document": pa.nulls(len(remarks), pa.string()),
        "line_no": pa.nulls(len(remarks), FINDINGS.field("line_no").type),
        "detail": [remark.detail + _more(remark.times) for remark in remarks],
    }
    return pa.table({name: columns[name] for name in FINDINGS.names}, schema=FINDINGS)


def _more(times: int) -> str:
    return f", and {times - 1} more like it" if times > 1 else ""


def _message_paths(reading: Segments, standard: str, message: npt.NDArray[np.int32], interchange: Ints) -> list[str]:
    """How a person finds the messages: ``ISA 000000017/GS 17/ST 0003``."""
    outer, group, inner = _HEADERS[standard]
    outers = reading.interchanges["control"].take(pa.array(interchange)).to_pylist()
    rows = reading.messages.select(["group", "control"]).take(pa.array(message)).to_pylist()
    groups = reading.groups["control"].to_pylist() if reading.groups.num_rows else []
    return [
        f"{outer} {control}"
        + (f"/{group} {groups[row['group']]}" if row["group"] >= 0 else "")
        + f"/{inner} {row['control']}"
        for control, row in zip(outers, rows, strict=True)
    ]


def _positions(reading: Segments, remarks: Sequence[Remark]) -> list[str]:
    """Segment, element and component of each remark, as ``schemas.findings.Place`` writes them."""
    segment = np.array([remark.segment for remark in remarks], np.int64)
    numbers, counts = _numbered(reading, segment)
    found = []
    for remark, number, count in zip(remarks, numbers.tolist(), counts.tolist(), strict=True):
        tag = reading.tags[reading.cuts.tag[remark.segment]][:_TAG_SHOWN]
        which = f" {number}" if count > 1 else ""
        element = f".{remark.element:02d}" if remark.element else ""
        found.append(f"{tag}{which}{element}" + (f"-{remark.component}" if remark.component else ""))
    return found


def _numbered(reading: Segments, segment: Ints) -> tuple[Ints, Ints]:
    """The number of each segment among those of its tag in its message, and how many of these there are."""
    cuts = reading.cuts
    message = cuts.message[segment]
    first = reading.messages["first_segment"].to_numpy()[message]
    behind = first + reading.messages["segment_count"].to_numpy()[message]
    numbers, counts = np.empty(len(segment), np.int64), np.empty(len(segment), np.int64)
    tags = cuts.tag[segment]
    for tag in np.unique(tags).tolist():
        rows, places = np.flatnonzero(tags == tag), np.flatnonzero(cuts.tag == tag)
        before = np.searchsorted(places, first[rows])
        numbers[rows] = np.searchsorted(places, segment[rows], "right") - before
        counts[rows] = np.searchsorted(places, behind[rows]) - before
    return numbers, counts
