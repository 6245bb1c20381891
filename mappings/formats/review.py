"""Open this when a finding on a segment says the wrong thing: what the tables of messages say of a reading.

    review(reading, standard) -> Segments      # the same, with its loops, and with findings on order

``review`` works on columns. What goes through every segment is ``grammar.walk``; only findings are made one by one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mappings.formats.grammar import (
    FIRST_SEGMENT,
    HOLDER,
    LOOP_REPEATED,
    MISPLACED,
    MISSING,
    MOST,
    OF_LOOP,
    OF_MESSAGE,
    PARENT,
    REPEATED,
    SEGMENT,
    UNKNOWN,
    Grammar,
    Loops,
    Names,
    Notes,
    Numbers,
    Text,
    fresh,
    grammar,
    walk,
)
from mappings.formats.hierarchy import HIERARCHIES, levels_above
from mappings.formats.segments import LOOPS, OWNERS, Segments
from mappings.formats.structure import Structure, structure
from schemas.findings import Finding, Place, as_table

Ints = npt.NDArray[np.int64]

_CODES = {
    UNKNOWN: "MSG-STRUCTURE",
    MISPLACED: "MSG-SEGMENT-MISPLACED",
    REPEATED: "MSG-SEGMENT-REPEATED",
    LOOP_REPEATED: "MSG-LOOP-REPEATED",
    MISSING: "MSG-SEGMENT-MISSING",
}
_HEADERS = {"x12": ("ISA", "GS", "ST"), "edifact": ("UNB", "UNG", "UNH")}
_FAULTS_FIRST = 1024  # how many are kept room for at first
_TAG_SHOWN = 20


class Inner(NamedTuple):
    """The functions that go through every segment: as they are, or compiled."""

    walk: Callable[[Grammar, Text, Loops, Numbers, Notes], tuple[int, int]] = walk


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
    """The reading with its loops, and with findings on segments that are unknown, missing or out of place."""
    run = run or Inner()
    kinds, of_message = _kinds(reading, standard)
    remarks: list[Remark] = []
    if kinds:
        reading, remarks = _ordered(reading, standard, run, kinds, of_message)
    return _with(reading, standard, remarks)


def _kinds(reading: Segments, standard: str) -> tuple[tuple[Structure, ...], npt.NDArray[np.int32]]:
    """The tables of the messages, and for each message which of them is its own (-1: none)."""
    columns = [reading.messages["type"], reading.messages["version"]]
    named = pc.binary_join_element_wise(*columns, "\x1f").combine_chunks().dictionary_encode()
    tables: dict[Structure, int] = {}
    of_name = []
    for name in named.dictionary.to_pylist():
        table = structure(standard, *name.split("\x1f", 1))
        of_name.append(-1 if table is None else tables.setdefault(table, len(tables)))
    own = np.array(of_name, np.int32)[named.indices.to_numpy()] if of_name else np.empty(0, np.int32)
    return tuple(tables), own


# --- loops and order


def _ordered(
    reading: Segments, standard: str, run: Inner, kinds: tuple[Structure, ...], of_message: npt.NDArray[np.int32]
) -> tuple[Segments, list[Remark]]:
    made, names = grammar(kinds, standard == "edifact")
    known = np.array([names.tags.get(tag, -1) for tag in reading.tags], np.int32)
    readable = reading.messages["readable"].to_numpy(zero_copy_only=False).astype(np.bool_)
    text = Text(reading.cuts.message, reading.cuts.tag, known, of_message, readable)
    segments = len(text.message)
    loops = Loops(np.empty(segments, np.int32), np.empty((segments, 4), np.int32))
    size = _FAULTS_FIRST
    while True:
        faults = np.empty((size, 4), np.int32)
        opened, count = run.walk(made, text, loops, faults, fresh(made, len(reading.tags)))
        if count <= size:
            break
        size = count
    table = _loop_table(reading, loops.opened[:opened], names)
    reading = replace(reading, cuts=reading.cuts._replace(loop=loops.of_segment), loops=table)
    return reading, _remarks(reading, of_message, made, names, faults[:count])


def _loop_table(reading: Segments, opened: Numbers, names: Names) -> pa.Table:
    message, first_segment, parent, loop = (opened[:, n].copy() for n in (OF_MESSAGE, FIRST_SEGMENT, PARENT, OF_LOOP))
    is_level = np.array([tag in HIERARCHIES for tag in names.openers], np.bool_)
    above = levels_above(reading, message, first_segment, is_level[loop])
    called = pa.array(names.loops, pa.string()).take(pa.array(loop))
    columns = (message, called, first_segment, parent, above)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, LOOPS, strict=True)], schema=LOOPS)


def _remarks(
    reading: Segments, of_message: npt.NDArray[np.int32], made: Grammar, names: Names, faults: Numbers
) -> list[Remark]:
    message = names.messages
    found = []
    kinds = of_message[reading.cuts.message[faults[:, SEGMENT]]].tolist()
    for kind, code, segment, about, times in zip(kinds, *faults.T.tolist(), strict=True):
        if times:
            tag = reading.tags[about] if code in (UNKNOWN, MISPLACED) else names.states[about]
            detail = _detail(made, names, message[kind], code, about, tag[:_TAG_SHOWN])
            found.append(Remark(_CODES[code], segment, detail, times))
    return found


def _detail(made: Grammar, names: Names, message: str, code: int, about: int, tag: str) -> str:
    if code == UNKNOWN:
        return f"{message} has no segment {tag}"
    if code == MISPLACED:
        return f"{message} has no place for {tag} here"
    around = names.openers[made.states[about, HOLDER]]
    if code == MISSING:
        return f"{message} must have a segment {tag}" + (f" in a loop {around}" if around else "")
    what = f"a loop {tag}" if code == LOOP_REPEATED else tag
    times = "once" if made.states[about, MOST] == 1 else f"{made.states[about, MOST]} times"
    return f"{message} allows {what} {times} at most" + (f" in a loop {around}" if around else "")


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
    found = []
    for remark, sha, start, path in zip(remarks, shas, starts, paths, strict=True):
        begin, end = remark.span or (int(reading.cuts.start[remark.segment]), int(reading.cuts.end[remark.segment]))
        more = f", and {remark.times - 1} more like it" if remark.times > 1 else ""
        place = Place(sha, begin - start, end - begin, f"{path}/{_position(reading, remark)}")
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


def _position(reading: Segments, remark: Remark) -> str:
    """Segment, element and component, as ``schemas.findings.Place`` writes them."""
    cuts, segment = reading.cuts, remark.segment
    first, behind = np.searchsorted(cuts.message, (cuts.message[segment], cuts.message[segment] + 1))
    same = cuts.tag[first:behind] == cuts.tag[segment]
    tag = reading.tags[cuts.tag[segment]][:_TAG_SHOWN]
    number = f" {np.count_nonzero(same[: segment - first + 1])}" if np.count_nonzero(same) > 1 else ""
    element = f".{remark.element:02d}" if remark.element else ""
    return f"{tag}{number}{element}" + (f"-{remark.component}" if remark.component else "")
