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
from schemas.findings import Finding, Place, as_table

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
    size = _FAULTS_FIRST
    while True:
        faults = np.empty((size, check.FAULT_COLUMNS), np.int32)
        count = run.check(table.formats, text, faults, check.fresh(table.formats))
        if count <= size:
            break
        size = count
    return [_value_remark(reading, standard, table.formats, row) for row in faults[:count].tolist()]


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


def _value_remark(reading: Segments, standard: str, formats: check.Formats, row: list[int]) -> Remark:
    code, segment, element, component, mark, times, about = row
    cuts = reading.cuts
    span = (int(cuts.mark_at[mark]) + 1, int(cuts.mark_at[mark + 1])) if mark >= 0 else None
    tag = reading.tags[cuts.tag[segment]]
    known = segment_name(standard, tag)
    named = known.element(element, max(component, 1)) if known else None
    what = named.text if named else "value"
    value = repr(reading.buffer[slice(*span)][:_VALUE_SHOWN].decode("utf-8", "replace")) if span else ""
    least, most = (int(n) for n in formats.components[about, 1:3])
    detail = _VALUE_DETAILS[code].format(tag=tag, what=what, value=value, least=least, most=most)
    parts = int(formats.elements[np.searchsorted(formats.elements[:, 0], about, "right") - 1, 1])
    shown = component if parts > 1 or component > 1 else 0
    return Remark(_VALUE_CODES[code], segment, detail, times, element, shown, span)


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
        findings=pa.concat_tables([reading.findings, as_table(findings)]),
        owners=pa.concat_tables([reading.owners, owners]),
    )


def _findings(
    reading: Segments, standard: str, remarks: Sequence[Remark], message: npt.NDArray[np.int32], interchange: Ints
) -> list[Finding]:
    files = reading.interchanges["file_index"].to_numpy()[interchange]
    shas = reading.files["file"].take(pa.array(files)).to_pylist()
    starts = reading.files["start"].to_numpy()[files].tolist()
    paths = _message_paths(reading, standard, message, interchange)
    firsts = reading.messages["first_segment"].to_numpy()[message]
    behinds = firsts + reading.messages["segment_count"].to_numpy()[message]
    segments = zip(firsts.tolist(), behinds.tolist(), strict=True)
    found = []
    for remark, sha, start, path, (first, behind) in zip(remarks, shas, starts, paths, segments, strict=True):
        begin, end = remark.span or (int(reading.cuts.start[remark.segment]), int(reading.cuts.end[remark.segment]))
        more = f", and {remark.times - 1} more like it" if remark.times > 1 else ""
        place = Place(sha, begin - start, end - begin, f"{path}/{_position(reading, remark, first, behind)}")
        found.append(Finding(remark.code, place, remark.detail + more))
    return found


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


def _position(reading: Segments, remark: Remark, first: int, behind: int) -> str:
    """Segment, element and component, as ``schemas.findings.Place`` writes them. The message's segments are given."""
    cuts, segment = reading.cuts, remark.segment
    same = cuts.tag[first:behind] == cuts.tag[segment]
    tag = reading.tags[cuts.tag[segment]][:_TAG_SHOWN]
    number = f" {np.count_nonzero(same[: segment - first + 1])}" if np.count_nonzero(same) > 1 else ""
    element = f".{remark.element:02d}" if remark.element else ""
    return f"{tag}{number}{element}" + (f"-{remark.component}" if remark.component else "")
