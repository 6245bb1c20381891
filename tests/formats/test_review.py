"""What the tables say of a reading: which loop holds each segment, and what is wrong with their order."""

from collections.abc import Sequence

import hypothesis.strategies as some
import pytest
from hypothesis import given, settings

from mappings.formats import edifact as edifact_reader
from mappings.formats import x12 as x12_reader
from mappings.formats.segments import Segments
from mappings.formats.structure import Loop, Use, structure
from tests.formats.files import codes, edifact, gs, isa, raw, st, unb, unh, x12


def read_x12(*bodies: Sequence[str], kind: str = "180", version: str = "004010") -> Segments:
    messages = (st(body, kind=kind, control=f"{n:04d}") for n, body in enumerate(bodies, 1))
    return x12_reader.read([raw(x12(isa(gs(*messages, code=GROUPS[kind], version=version))))])


def read_edifact(*bodies: Sequence[str], kind: str = "RETANN:D:01B:UN") -> Segments:
    messages = (unh(body, kind=kind, reference=str(n)) for n, body in enumerate(bodies, 1))
    return edifact_reader.read([raw(edifact(unb(*messages)))])


GROUPS = {"180": "AN", "856": "SH", "944": "RE", "997": "FA", "832": "SC"}


def found(got: Segments) -> list[tuple[str, str, str]]:
    """Every finding: code, path inside its message, detail."""
    rows = got.findings.select(["code", "path", "detail"]).to_pylist()
    return [
        (row["code"], row["path"].split("/", 3 if row["path"][:3] == "ISA" else 2)[-1], row["detail"]) for row in rows
    ]


def chains(got: Segments) -> list[str]:
    """Each segment with the loops that hold it, the outermost first: ``BLI1 > QTY1 : DTM``."""
    loops = got.loops.to_pylist()
    rows = got.segments.to_pylist()
    return [" > ".join([*_around(loops, row["loop"]), row["tag"]]) for row in rows]


def _around(loops: list[dict], at: int) -> list[str]:
    """A loop and those around it, by name, with which one of that name it is in its message."""
    names = []
    while at >= 0:
        row = loops[at]
        same = [n for n in range(at + 1) if (loops[n]["message"], loops[n]["name"]) == (row["message"], row["name"])]
        names.append(f"{row['name']}{len(same)}")
        at = row["parent"]
    return names[::-1]


HEAD = "BGN*00*R-1*20260304"
BLI = "BLI*EN*9520000000028*2*EA"


# --- loops


def test_each_segment_of_a_return_has_the_innermost_loop_that_holds_it() -> None:
    body = [
        HEAD,
        "N1*SF*A",
        "N4*Bath",
        BLI,
        "N9*LI*1",
        "N1*BY*C",
        "QTY*39*1",
        "LX*1",
        "N9*SN*1",
        "LX*2",
        "QTY*39*2",
        BLI,
    ]
    got = read_x12(body)
    assert codes(got) == []
    assert chains(got) == [
        "ST", "BGN", "N11 > N1", "N11 > N4", "BLI1 > BLI", "BLI1 > N9", "BLI1 > N12 > N1", "BLI1 > QTY1 > QTY",
        "BLI1 > QTY1 > LX1 > LX", "BLI1 > QTY1 > LX1 > N9", "BLI1 > QTY1 > LX2 > LX", "BLI1 > QTY2 > QTY",
        "BLI2 > BLI", "SE",
    ]  # fmt: skip
    assert got.loops["first_segment"].to_pylist() == [2, 4, 6, 7, 8, 10, 11, 12]
    assert got.loops["above"].to_pylist() == [-1] * 8


def test_segment_groups_are_named_by_their_first_segment_and_number() -> None:
    body = [
        "BGM+732+R-1+9",
        "DTM+137:20260304:102",
        "LIN+1++9520000000028:EN",
        "RFF+ON:1",
        "DTM+171:20260101:102",
        "UNS+S",
    ]
    got = read_edifact(body)
    assert codes(got) == []
    loops = got.loops["name"].to_pylist()
    assert [name.split("/SG")[0] for name in loops] == ["LIN", "RFF"]
    table = structure("edifact", "RETANN", "RETANN:D:01B:UN")
    assert [name.split("/SG")[1] for name in loops] == [
        str(number_of(table.body, path)) for path in (["LIN"], ["LIN", "RFF"])
    ]


def number_of(body, path: list[str]) -> int:
    """Which loop of the table it is, in the order of the table."""
    count = 0
    for part in body:
        if isinstance(part, Loop):
            count += 1
            if part.trigger == path[0]:
                return count + (number_of(part.body, path[1:]) if path[1:] else 0)
            count += sum_of(part.body)
    raise KeyError(path)


def sum_of(body) -> int:
    return sum(1 + sum_of(part.body) for part in body if isinstance(part, Loop))


def test_a_message_without_a_table_has_no_loops_and_no_findings() -> None:
    got = read_x12(["BCT*PC", "LIN**UP*1", "LIN**UP*2"], kind="832")
    assert (codes(got), got.loops.num_rows, set(got.cuts.loop.tolist())) == ([], 0, {-1})


def test_messages_of_several_kinds_have_their_own_loops() -> None:
    groups = [
        gs(st([HEAD, BLI])),
        gs(st(["BCT*PC"], kind="832"), code="SC"),
        gs(st([HEAD, BLI, BLI]), version="003040"),
    ]
    got = x12_reader.read([raw(x12(isa(*groups))), raw(x12(isa(gs(st([HEAD, BLI])))))])
    assert got.loops["message"].to_pylist() == [0, 2, 2, 3]
    assert got.loops["name"].to_pylist() == ["BLI"] * 4


# --- levels


def shipped(*levels: str) -> Segments:
    return read_x12(["BSN*00*1*20260304*0506", *levels], kind="856")


@pytest.mark.parametrize(
    ("levels", "above"),
    {
        "in order": (["HL*1**S", "TD1*CTN*2", "HL*2*1*O", "HL*3*2*P", "HL*4*1*O"], [-1, 0, 1, 0]),
        "shuffled": (["HL*4*2*I", "HL*2*1*O", "HL*1**S", "HL*3*2*I"], [1, 2, -1, 1]),
        "no such parent": (["HL*1**S", "HL*2*9*O"], [-1, -1]),
        "its own parent": (["HL*1*1*S", "HL*2*1*O"], [-1, 0]),
        "a circle": (["HL*1*3*S", "HL*2*1*O", "HL*3*2*P", "HL*4*3*I"], [-1, -1, -1, 2]),
        "a number twice": (["HL*1**S", "HL*2*1*O", "HL*1**S", "HL*2*1*O"], [-1, 0, -1, 2]),
        "only the second": (["HL*5*1*O", "HL*1**S", "HL*1**S"], [1, -1, -1]),
        "no parent": (["HL*1", "HL*2*1"], [-1, 0]),
        "no number": (["HL", "HL**S", "HL***S"], [-1, -1, -1]),
        "other zeros": (["HL*01**S", "HL*2*1*O"], [-1, -1]),
        "long numbers": (["HL*123456789012**S", "HL*2*123456789012*O", "HL*3*123456789013*O"], [-1, 0, -1]),
    }.values(),
)
def test_a_level_hangs_below_the_one_it_names(levels: list[str], above: list[int]) -> None:
    assert shipped(*levels).loops["above"].to_pylist() == above


def test_levels_of_one_message_are_none_of_another() -> None:
    one, other = ["BSN*00*1*20260304*0506", "HL*1**S"], ["BSN*00*2*20260304*0506", "HL*2*1*S", "HL*3*2*O"]
    assert read_x12(one, other, kind="856").loops["above"].to_pylist() == [-1, -1, 1]


def test_packages_hang_below_the_one_they_name() -> None:
    body = ["BGM+351+1+9", "CPS+1", "CPS+2+1", "PAC+1", "LIN+1", "CPS+3+2", "CPS+4+1"]
    got = read_edifact(body, kind="DESADV:D:96A:UN")
    assert codes(got) == []
    loops = got.loops.to_pylist()
    levels = {n: row["above"] for n, row in enumerate(loops) if row["name"].startswith("CPS")}
    first, second, third, fourth = levels
    assert levels == {first: -1, second: first, third: second, fourth: first}


# --- order


X12_FAULTS = {
    "unknown": (
        [HEAD, "REF*IV*1", BLI, "REF*IV*2"],
        ("MSG-STRUCTURE", "REF 1", "180 has no segment REF, and 1 more like it"),
    ),
    "missing": ([BLI], ("MSG-SEGMENT-MISSING", "BLI", "180 must have a segment BGN")),
    "missing in a loop": (
        [HEAD, BLI, "LM*ZZ", BLI, BLI, "LM*ZZ"],
        ("MSG-SEGMENT-MISSING", "BLI 2", "180 must have a segment LQ in a loop LM, and 1 more like it"),
    ),
    "misplaced": ([HEAD, BLI, "RDR*RN*DR", "N9*LI*1"], ("MSG-SEGMENT-MISPLACED", "N9", "180 has no place for N9 here")),
    "misplaced, not missing": (
        ["DTM*097*20260304", HEAD, BLI],
        ("MSG-SEGMENT-MISPLACED", "DTM", "180 has no place for DTM here"),
    ),
    "repeated": (
        [HEAD, *["G38*1"] * 4],
        ("MSG-SEGMENT-REPEATED", "G38 2", "180 allows G38 once at most, and 2 more like it"),
    ),
    "repeated in a loop": (
        [HEAD, BLI, "RDR*RN", BLI, "RDR*RN", "RDR*RN"],
        ("MSG-SEGMENT-REPEATED", "RDR 3", "180 allows RDR once at most in a loop BLI"),
    ),
    "loop repeated": (
        [HEAD, *["LM*ZZ", "LQ*1*2"] * 12],
        ("MSG-LOOP-REPEATED", "LM 11", "180 allows a loop LM 10 times at most, and 1 more like it"),
    ),
    "a loop that nobody opened": (
        [HEAD, BLI, "LX*1", "N9*SN*1", BLI],
        ("MSG-SEGMENT-MISPLACED", "LX", "180 has no place for LX here"),
    ),
    "a loop after its time": (
        [HEAD, BLI, "N1*SF*A", "N4*Bath", "LM*ZZ", "LQ*1", "LM*ZZ", "LQ*1"],
        ("MSG-SEGMENT-MISPLACED", "LM 1", "180 has no place for LM here"),
    ),
}


@pytest.mark.parametrize(("body", "expected"), X12_FAULTS.values(), ids=X12_FAULTS)
def test_one_fault_of_an_x12_message_is_one_finding(body: list[str], expected: tuple[str, str, str]) -> None:
    assert found(read_x12(body)) == [expected]


LINE = ["LIN+1++9520000000028:EN", "QTY+61:2"]
EDIFACT_FAULTS = {
    "unknown": (["BGM+732+1+9", "TSR+1", *LINE, "UNS+S"], ("MSG-STRUCTURE", "TSR", "RETANN has no segment TSR")),
    "no section": (["BGM+732+1+9", *LINE, "CNT+2:1"], ("MSG-SEGMENT-MISSING", "CNT", "RETANN must have a segment UNS")),
    "no lines": (["BGM+732+1+9", "UNS+S"], ("MSG-SEGMENT-MISSING", "UNS", "RETANN must have a segment LIN")),
    "an amount of the sum among the header": (
        ["BGM+732+1+9", "MOA+79:1", *LINE, "UNS+S"],
        ("MSG-SEGMENT-MISPLACED", "MOA", "RETANN has no place for MOA here"),
    ),
    "a line behind the section": (
        ["BGM+732+1+9", *LINE, "UNS+S", *LINE, *LINE, "CNT+2:1"],
        ("MSG-SEGMENT-MISPLACED", "LIN 2", "RETANN has no place for LIN here"),
    ),
    "an action without its quantity": (
        ["BGM+732+1+9", "LIN+1", "CDI+3E+12E::9", "QTY+61:2", "UNS+S"],
        ("MSG-SEGMENT-MISPLACED", "CDI", "RETANN has no place for CDI here"),
    ),
    "too many": (
        ["BGM+732+1+9", *["DTM+137:20260304:102"] * 10, *LINE, "UNS+S"],
        ("MSG-SEGMENT-REPEATED", "DTM 10", "RETANN allows DTM 9 times at most"),
    ),
}


@pytest.mark.parametrize(("body", "expected"), EDIFACT_FAULTS.values(), ids=EDIFACT_FAULTS)
def test_one_fault_of_an_edifact_message_is_one_finding(body: list[str], expected: tuple[str, str, str]) -> None:
    assert found(read_edifact(body)) == [expected]


def test_a_finding_lies_on_its_segment_and_belongs_to_it() -> None:
    got = read_x12([HEAD, BLI], [HEAD, BLI, "REF*IV*1"])
    row = got.findings.to_pylist()[0]
    assert row["path"] == "ISA 000000101/GS 1/ST 0002/REF"
    assert got.buffer[row["offset"] : row["offset"] + row["length"]] == b"REF*IV*1"
    assert got.owners.to_pylist() == [{"interchange": 0, "message": 1, "segment": 7, "element": 0, "component": 0}]


def test_a_finding_is_placed_in_its_own_file() -> None:
    file = x12(isa(gs(st([HEAD, "REF*IV*1"]))))
    got = x12_reader.read([raw(file, "a" * 64), raw(file, "b" * 64)])
    assert got.findings["file"].to_pylist() == ["a" * 64, "b" * 64]
    assert got.findings["offset"].to_pylist() == [file.index(b"REF")] * 2


def test_each_message_is_told_of_the_same_fault() -> None:
    body = [HEAD, "REF*IV*1", BLI, BLI, "LM*ZZ"]
    assert [path for _, path, _ in found(read_x12(body, body))] == ["REF", "SE"] * 2


def test_a_message_that_is_cut_off_misses_nothing_at_its_end() -> None:
    whole = edifact(unb(unh(["BGM+732+1+9", *LINE])))
    cut = whole[: whole.index(b"UNT")]
    assert [code for code in codes(edifact_reader.read([raw(cut)])) if code.startswith("MSG-SEG")] == []


def test_more_faults_than_there_was_room_for_are_all_told() -> None:
    bodies = [[HEAD, f"X{n:02d}*1", f"Y{n:02d}*1"] for n in range(60)]
    assert len(found(read_x12(*bodies * 10))) == 1200


# --- against a slow and obvious reference


class Turn:
    """A loop that is open: how far its body was read, and how often each part of it was met."""

    def __init__(self, loop: Loop, around: "Turn | None", *, is_there: bool = True) -> None:
        self.body = loop.body if around is None else loop.body[1:]
        self.around, self.place, self.met, self.is_there = around, 0, [0] * len(self.body), is_there

    def depth(self) -> int:
        return self.around.depth() + self.is_there if self.around else 0

    def index(self, tag: str, first: int = 0) -> int:
        return next((n for n in range(first, len(self.body)) if opener(self.body[n]) == tag), -1)


def opener(part: Loop | Use) -> str:
    return part.trigger if isinstance(part, Loop) else part.tag


def reference(body: tuple[Loop | Use, ...], tags: list[str]) -> list[int]:
    """The depth of each segment, by walking up and down the table itself."""
    turn = Turn(Loop("", 1, 1, body), None)
    depths = []
    for tag in tags:
        turn, depth = step(turn, tag)
        depths.append(depth)
    return depths


def step(turn: Turn, tag: str) -> tuple[Turn, int]:
    ahead = places(turn, tag, all_of=False)
    free = [(at, n) for at, n in ahead if at.body[n].most is None or at.met[n] < at.body[n].most]
    if ahead:
        at, n = free[0] if free else ahead[-1]
        at.place = n
        return enter(at, n)
    behind = places(turn, tag, all_of=True)
    if behind:
        at, n = behind[0]
        if isinstance(at.body[n], Loop):
            at.place = n
            return enter(at, n)
        return turn, at.depth()
    return deeper(turn, tag)


def places(turn: Turn | None, tag: str, *, all_of: bool) -> list[tuple[Turn, int]]:
    """Where the tag may stand in this loop and those around it; ahead only as far as nothing must come before."""
    found_at = []
    while turn:
        first = 0 if all_of else turn.place
        for n in range(first, len(turn.body)):
            if opener(turn.body[n]) == tag and (all_of or not is_of_detail(turn, n)):
                found_at.append((turn, n))
            if found_at and not all_of and turn.body[n].least and n > turn.place:
                return found_at
        turn = turn.around
    return found_at


def is_of_detail(turn: Turn, n: int) -> bool:
    """Whether UNS lies between here and this part, and the tag stands before it as well."""
    head = list(turn.body[:n])
    section = next((i for i, part in enumerate(head) if opener(part) == "UNS"), -1)
    return section > turn.place and opener(turn.body[n]) in tags_of(turn.body[:section])


def tags_of(body: Sequence[Loop | Use]) -> set[str]:
    return {tag for part in body for tag in (tags_of(part.body) if isinstance(part, Loop) else {part.tag})}


def enter(at: Turn, n: int) -> tuple[Turn, int]:
    at.met[n] += 1
    if isinstance(at.body[n], Use):
        return at, at.depth()
    inner = Turn(at.body[n], at)
    return inner, inner.depth()


def deeper(turn: Turn, tag: str) -> tuple[Turn, int]:
    """A loop inside one that nobody opened; without one, the segment stays where it is."""
    at: Turn | None = turn
    while at:
        for way in ways(at.body, tag):
            for n in way[:-1]:
                at.place = n
                at = Turn(at.body[n], at, is_there=False)
            at.place = way[-1]
            return enter(at, way[-1])
        at = at.around
    return turn, turn.depth()


def ways(body: Sequence[Loop | Use], tag: str) -> list[list[int]]:
    """Every way down to a loop that the tag opens, in the order of the table."""
    found_ways = []
    for n, part in enumerate(body):
        if isinstance(part, Loop):
            found_ways += [[n]] if part.trigger == tag else []
            found_ways += [[n, *way] for way in ways(part.body[1:], tag)]
    return found_ways


@pytest.mark.parametrize(("standard", "kind", "version"), [("x12", "180", "007010"), ("edifact", "RETANN", "D:93A")])
@settings(max_examples=120, deadline=None)
@given(data=some.data())
def test_any_order_of_segments_gives_the_loops_of_the_reference(standard: str, kind: str, version: str, data) -> None:
    name = f"{kind}:{version}:UN" if standard == "edifact" else version
    table = structure(standard, kind, name)
    assert not table.is_whole  # in one that is, a segment may be judged by the one behind it
    tags = sorted(table.tags - {"ST", "SE", "UNH", "UNT"})
    body = data.draw(some.lists(some.sampled_from(tags), max_size=40))
    got = read_x12(body, version=version) if standard == "x12" else read_edifact(body, kind=name)
    assert depths(got) == reference(table.body, got.segments["tag"].to_pylist())


def depths(got: Segments) -> list[int]:
    parents = got.loops["parent"].to_pylist()
    return [len(around(parents, at)) for at in got.cuts.loop.tolist()]


def around(parents: list[int], at: int) -> list[int]:
    return [at, *around(parents, parents[at])] if at >= 0 else []


# --- values


X12_VALUES = {
    "no number": ("BLI*EN*9520000000028*two*EA", "ELEMENT-BAD-NUMBER", ".03", b"two"),
    "a comma": ("BLI*EN*9520000000028*1,5*EA", "ELEMENT-BAD-NUMBER", ".03", b"1,5"),
    "two points": ("BLI*EN*9520000000028*1.2.3*EA", "ELEMENT-BAD-NUMBER", ".03", b"1.2.3"),
    "no digit": ("BLI*EN*9520000000028*-.*EA", "ELEMENT-BAD-NUMBER", ".03", b"-."),
    "a point in a whole number": ("LX*1.0", "ELEMENT-BAD-NUMBER", ".01", b"1.0"),
    "too many digits": ("BLI*EN*9520000000028*1234567890123456*EA", "ELEMENT-TOO-LONG", ".03", b"1234567890123456"),
    "too long": ("BLI*ENX*9520000000028*2*EA", "ELEMENT-TOO-LONG", ".01", b"ENX"),
    "too short": ("BLI*E*9520000000028*2*EA", "ELEMENT-TOO-SHORT", ".01", b"E"),
    "missing": ("BLI**9520000000028*2*EA", "ELEMENT-MISSING", ".01", b"BLI**9520000000028*2*EA"),
    "missing at the end": ("BLI*EN", "ELEMENT-MISSING", ".02", b"BLI*EN"),
    "no date": ("DTM*097*20260230", "ELEMENT-BAD-DATE", ".02", b"20260230"),
    "no leap year": ("DTM*097*260229", "ELEMENT-BAD-DATE", ".02", b"260229"),
    "a date of seven digits": ("DTM*097*2026030", "ELEMENT-BAD-DATE", ".02", b"2026030"),
    "no month": ("DTM*097*20261301", "ELEMENT-BAD-DATE", ".02", b"20261301"),
    "no time": ("DTM*097*20260304*2460", "ELEMENT-BAD-TIME", ".03", b"2460"),
    "a letter in a time": ("DTM*097*20260304*12305X", "ELEMENT-BAD-TIME", ".03", b"12305X"),
    "no code": ("RDR*XX", "ELEMENT-BAD-CODE", ".01", b"XX"),
    "a control character": ("NTE*GEN*a\x01b", "ELEMENT-BAD-CHARACTER", ".02", b"a\x01b"),
    "too many elements": ("NTE*GEN*a*b", "ELEMENT-TOO-MANY", ".03", b"b"),
    "a component": ("NTE*GEN*a>b", "ELEMENT-TOO-MANY", ".02-2", b"b"),
}


@pytest.mark.parametrize(("segment", "code", "place", "value"), X12_VALUES.values(), ids=X12_VALUES)
def test_a_bad_value_of_an_x12_message_is_found(segment: str, code: str, place: str, value: bytes) -> None:
    tag = segment.split("*")[0]
    got = read_x12([HEAD, *IN_PLACE.get(tag, lambda s: [BLI, s])(segment)])
    rows = [row for row in got.findings.to_pylist() if row["code"].startswith("ELEMENT")]
    assert [row["code"] for row in rows] == [code]
    assert codes(got) == [code]
    assert rows[0]["path"].split("/")[-1] == tag + place
    assert got.buffer[rows[0]["offset"] :][: rows[0]["length"]] == value
    own = got.owners.to_pylist()[0]
    assert got.segments["tag"][own["segment"]].as_py() == tag
    assert f".{own['element']:02d}" in rows[0]["path"]


IN_PLACE = {
    "BLI": lambda s: [s],
    "LX": lambda s: [BLI, "QTY*39*1", s],
    "DTM": lambda s: [s, BLI],
    "NTE": lambda s: [s, BLI],
}

X12_RIGHT = {
    "numbers": [
        "BLI*EN*9520000000028*-1.50*EA",
        "BLI*EN*9520000000028*.5*EA*UCP*2.*EA",
        "BLI*EN*1*-12345.1234567890*EA",
    ],
    "dates": [
        "DTM*097*20240229",
        "DTM*097*20000229",
        "DTM*097*991231",
        "DTM*097*20260304*1230",
        "DTM*097*20260304*12305999",
    ],
    "characters, not bytes": ["NTE*GEN*" + "é" * 80],
    "nothing at the end": ["BLI*EN*9520000000028*2*EA***"],
}


@pytest.mark.parametrize("body", X12_RIGHT.values(), ids=X12_RIGHT)
def test_a_right_value_of_an_x12_message_is_not_accused(body: list[str]) -> None:
    assert codes(read_x12([HEAD, *body])) == []


EDIFACT_VALUES = {
    "no number": ("MOA+203:12.3x", "ELEMENT-BAD-NUMBER", "MOA.01-2"),
    "too long": ("RFF+ABCD:1", "ELEMENT-TOO-LONG", "RFF.01-1"),
    "no composite": ("RFF", "ELEMENT-MISSING", "RFF.01"),
    "no component": ("RFF+:1", "ELEMENT-MISSING", "RFF.01-1"),
    "too many components": ("QTY+61:2:PCE:9", "ELEMENT-TOO-MANY", "QTY.01-4"),
    "too many elements": ("QTY+61:2++1", "ELEMENT-TOO-MANY", "QTY.03"),
    "no code": ("UNS+X", "ELEMENT-BAD-CODE", "UNS.01"),
}


@pytest.mark.parametrize(("segment", "code", "place"), EDIFACT_VALUES.values(), ids=EDIFACT_VALUES)
def test_a_bad_value_of_an_edifact_message_is_found(segment: str, code: str, place: str) -> None:
    tags = {part.split("+")[0]: part for part in ("LIN+1", "MOA+203:1", "QTY+61:2", "RFF+ON:1", "UNS+S")}
    tags[segment.split("+")[0]] = segment
    got = read_edifact(["BGM+732+1+9", *tags.values()])
    assert [(row["code"], row["path"].split("/")[-1]) for row in got.findings.to_pylist()] == [(code, place)]


EDIFACT_RIGHT = {
    "marks and signs": ["MOA+203:-12,30", "MOA+203:.5", "MOA+203:" + "9" * 34 + ".9"],
    "released": ["FTX+AAI+++" + "?+" * 512],
    "empty": ["FTX+AAI++++", "RFF+ON:", "RFF+ON:1:::::"],
}


@pytest.mark.parametrize("body", EDIFACT_RIGHT.values(), ids=EDIFACT_RIGHT)
def test_a_right_value_of_an_edifact_message_is_not_accused(body: list[str]) -> None:
    assert codes(read_edifact(["BGM+732+1+9", "LIN+1", *body, "UNS+S"])) == []


def test_the_same_fault_is_told_once_in_a_message() -> None:
    got = read_x12([HEAD, *["BLI*EN*9520000000028*two*EA"] * 38], [HEAD, "BLI*EN*9520000000028*two*EA"])
    assert [row["detail"] for row in got.findings.to_pylist()] == [
        "quantity 'two' is no number of the form that BLI has here, and 37 more like it",
        "quantity 'two' is no number of the form that BLI has here",
    ]
    assert got.owners["element"].to_pylist() == [3, 3]
    assert got.owners["component"].to_pylist() == [0, 0]


def test_values_of_versions_that_we_do_not_have_are_not_judged() -> None:
    assert codes(read_x12([HEAD, "BLI*E*9520000000028*two*EA"], version="008010")) == []


def test_a_message_without_a_table_has_its_values_judged() -> None:
    assert codes(read_x12(["N1*B*A", "DTM*097*20261301"], kind="832")) == ["ELEMENT-TOO-SHORT", "ELEMENT-BAD-DATE"]


@settings(max_examples=200, deadline=None)
@given(
    values=some.lists(
        some.tuples(some.sampled_from(["BGN", "BLI", "DTM", "N9", "LX", "RDR", "BAK"]), some.binary(max_size=30))
    )
)
def test_no_value_raises(values: list[tuple[str, bytes]]) -> None:
    body = b"".join(tag.encode() + b"*" + value + b"~" for tag, value in values)
    whole = x12(isa(gs(st([]))))
    got = x12_reader.read([raw(whole.replace(b"SE*2", body + b"SE*2"))])
    assert got.owners.num_rows == got.findings.num_rows
    assert all(row["offset"] + row["length"] <= len(got.buffer) for row in got.findings.to_pylist())
