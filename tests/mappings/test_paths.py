"""Lookups over columns find what a person finds who walks the segments one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings import machine
from mappings.formats import x12
from mappings.messages.lookups import Index, Loops
from mappings.messages.paths import parse
from mappings.messages.seeking import ABOVE, INSIDE
from tests.mappings.folders import raw
from tests.mappings.folders import x12 as interchange

PAIRS = {"BLI": (1, 4)}
SEGMENT = st.sampled_from([
    "BLI*EN*1*2*VN*A", "BLI*VN*B", "BLI*EN**3*EN*9", "BLI", "N9*CN*X", "N9*CN*Y", "N9*IV*Z", "N9*CN", "LX*1",
    "PRF*P**Q",
])  # fmt: skip
PATHS = [
    "BLI.02",
    "BLI[EN].next",
    "BLI[VN].next",
    "N9.02",
    "N9[CN].02",
    "^N9[CN].02",
    "<N9[CN].02",
    "PRF.03",
    "BLI[2=1].04",
    "N9[2=X].01",
    "^PRF[3=Q].01",
    "^PRF.01",
]


def value(segment: list[str], path) -> str:
    """What the path finds in one segment, or nothing."""
    if segment[0] != path.tag:
        return ""
    at = dict(enumerate(segment))
    if path.how == "next":
        return next((at.get(e + 1, "") for e in PAIRS[path.tag] if at.get(e) == path.qualifier and at.get(e + 1)), "")
    if path.qualifier and at.get(path.qualified_in) != path.qualifier:
        return ""
    return at.get(path.element, "")


def walked(message: list[list[str]], path) -> list[str]:
    """What the path finds for each line of a message: lines open at BLI, and LX ends them."""
    found, opened = [], False
    header, outside = "", ""
    lines: list[str] = []
    for segment in message:
        if segment[0] in ("BLI", "LX"):
            opened = segment[0] == "BLI"
            if opened:
                found.append(outside)
                lines.append("")
        text = value(segment, path)
        if opened:
            lines[-1] = lines[-1] or text
        else:
            outside = text or outside
            header = header or (text if not found else "")
    return {"": lines, "<": found, "^": [header] * len(lines)}[path.scope]


@settings(deadline=None, max_examples=80)
@given(st.lists(st.lists(SEGMENT, max_size=10), min_size=1, max_size=4), st.sampled_from(PATHS))
def test_a_masked_lookup_finds_what_a_walk_finds(messages, written):
    path = parse(written)
    # A message without a table has no loops, so that all that stands outside lines speaks of the whole message.
    index = Index(x12.read([raw(interchange(*messages, message="888"))]))
    loops = Loops.of(index, "BLI", ("LX", "SE"), PAIRS)
    expected = [text for body in messages for text in walked([s.split("*") for s in body], path)]
    column = loops.of_lines(np.arange(len(loops.lines)), path)
    assert [text or "" for text in column.text.to_pylist()] == expected
    buffer = index.segments.buffer
    places = zip(column.start.tolist(), column.end.tolist(), strict=True)
    assert [buffer[start:end].decode() if start >= 0 else "" for start, end in places] == expected


@pytest.mark.parametrize("form", [machine.PLAIN, machine.compiled_form()], ids=["plain", "compiled"])
@settings(deadline=None, max_examples=60)
@given(messages=st.lists(st.lists(SEGMENT, max_size=10), min_size=1, max_size=4))
def test_all_paths_sought_in_one_way_find_what_each_finds(form, messages):
    index = Index(x12.read([raw(interchange(*messages, message="888"))]))
    index.__dict__["machine"] = form
    loops = Loops.of(index, "BLI", ("LX", "SE"), PAIRS)
    paths = [parse(written) for written in PATHS if not written.startswith("<")]
    loops.seek([(path, ABOVE if path.scope else INSIDE) for path in paths])
    for path in paths:
        expected = [text for body in messages for text in walked([s.split("*") for s in body], path)]
        column = loops.of_lines(np.arange(len(loops.lines)), path)
        assert [text or "" for text in column.text.to_pylist()] == expected, path.written


@pytest.mark.parametrize(
    "written",
    [
        "",
        "BLI",
        "BLI.",
        "BLI.a",
        "bli.01",
        "BLI.01.02.03",
        "N1[].04",
        "BLI.next",
        "BLI[2=EN].next",
        "BLI[0=1].02",
        "@row",
        "BLI.00",
        "*N1.02",
    ],
)
def test_what_is_no_path_is_refused_with_advice(written):
    with pytest.raises(ValueError, match=r"write|count from 1"):
        parse(written)
