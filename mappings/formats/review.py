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
    LOOP_REPEATED,
    MISPLACED,
    MISSING,
    REPEATED,
    UNKNOWN,
    Faults,
    Grammar,
    Loops,
    Names,
    Notes,
    Text,
    fresh,
    grammar,
    walk,
)
from mappings.formats.hierarchy import levels_above
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

    walk: Callable[[Grammar, Text, Loops, Faults, Notes], tuple[int, int]] = walk


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
    loops = Loops(*(np.empty(len(text.message), np.int32) for _ in Loops._fields))
    size = _FAULTS_FIRST
    while True:
        faults = Faults(*(np.empty(size, np.int32) for _ in Faults._fields))
        opened, count = run.walk(made, text, loops, faults, fresh(made, len(reading.tags)))
        if count <= size:
            break
        size = count
    loops = Loops(loops.of_segment, *(column[:opened] for column in loops[1:]))
    faults = Faults(*(column[:count] for column in faults))
    table = _loop_table(reading, standard, loops, names)
    reading = replace(reading, cuts=reading.cuts._replace(loop=loops.of_segment), loops=table)
    return reading, _remarks(reading, of_message, made, names, faults)


def _loop_table(reading: Segments, standard: str, loops: Loops, names: Names) -> pa.Table:
    opener = np.array([tag in ("HL", "CPS") for tag in names.openers], np.bool_)
    above = levels_above(reading, loops.message, loops.first_segment, opener[loops.loop])
    called = pa.array(names.loops, pa.string()).take(pa.array(loops.loop))
    columns = (loops.message, called, loops.first_segment, loops.parent, above)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, LOOPS, strict=True)], schema=LOOPS)


def _remarks(
    reading: Segments, of_message: npt.NDArray[np.int32], made: Grammar, names: Names, faults: Faults
) -> list[Remark]:
    message = names.messages
    found = []
    kinds = of_message[reading.cuts.message[faults.segment]].tolist()
    for kind, code, segment, about, times in zip(kinds, *(column.tolist() for column in faults), strict=True):
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
    around = names.openers[made.holder[about]]
    if code == MISSING:
        return f"{message} must have a segment {tag}" + (f" in a loop {around}" if around else "")
    what = f"a loop {tag}" if code == LOOP_REPEATED else tag
    times = "once" if made.most[about] == 1 else f"{made.most[about]} times"
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
