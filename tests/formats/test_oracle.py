"""The readers against slow, obvious ones: a plain splitter for X12, pydifact's tokenizer for EDIFACT; and any bytes."""

from collections.abc import Callable

import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pydifact.control.characters import Characters
from pydifact.token import Token
from pydifact.tokenizer import Tokenizer

from mappings.formats import edifact as edifact_reader
from mappings.formats import x12 as x12_reader
from mappings.formats.segments import Segments
from tests.formats.files import TIMES, edifact, gs, isa, raw, records, st, unb, unh, x12

BLANKS = " \t\r\n"

Records = list[tuple[str, list[tuple[int, int, int, str]]]]

DELIMITERS = some.tuples(some.permutations("*|~^>:!\\\x1d\x1e"), some.booleans()).map(
    lambda drawn: [*drawn[0][:2], "\n" if drawn[1] else drawn[0][2], drawn[0][3]]
)


def plain_x12(body: str, element: str, component: str, terminator: str, repetition: str) -> Records:
    """Every segment of a text, split in the most obvious way."""
    found: Records = []
    for segment in body.split(terminator):
        tag, *elements = segment.lstrip(BLANKS).split(element)
        values = [
            (position, repeat, part, text)
            for position, value in enumerate(elements, 1)
            for repeat, repeated in enumerate(value.split(repetition), 1)
            for part, text in enumerate(repeated.split(component), 1)
            if text
        ]
        if segment.strip(BLANKS):
            found.append((tag.split(component)[0].strip(BLANKS), values))
    return found


@settings(max_examples=60 * TIMES, deadline=None)
@given(DELIMITERS, some.text("AB19 ecrt", max_size=80))
def test_x12_reads_like_a_plain_splitter(delimiters: list[str], letters: str) -> None:
    element, component, terminator, repetition = delimiters
    body = letters.translate(str.maketrans("ecrt", element + component + repetition + terminator))
    usual = x12(isa(gs(st()), version="00501", isa11="^"), end="~").decode()
    good = usual.translate(str.maketrans("*>~^", element + component + terminator + repetition))
    start = good.index(f"ST{element}180")
    end = good.index(f"SE{element}6")
    data = good[:start] + f"ST{element}180{element}0001{terminator}" + body + terminator + good[end:]
    message = data[start : data.index(f"GE{element}1")]
    got = x12_reader.read([raw(data.encode())])
    assert records(got) == plain_x12(message, element, component, terminator, repetition)


def by_pydifact(message: str) -> Records:
    """Every segment of a text, as pydifact's tokenizer cuts it."""
    segments: list[list[list[str]]] = [[[""]]]
    for token in Tokenizer().get_tokens(message, Characters.from_str("UNA:+.? '")):
        if token.type is Token.Type.TERMINATOR:
            segments.append([[""]])
        elif token.type is Token.Type.DATA_SEPARATOR:
            segments[-1].append([""])
        elif token.type is Token.Type.COMPONENT_SEPARATOR:
            segments[-1][-1].append("")
        else:
            segments[-1][-1][-1] = token.value
    return [
        (tag[0], [(p, 1, c, v) for p, e in enumerate(rest, 1) for c, v in enumerate(e, 1) if v])
        for tag, *rest in segments
        if [tag, *rest] != [[""]]
    ]


@settings(max_examples=120 * TIMES, deadline=None)
@given(some.text("AB19+:?'", max_size=80))
def test_edifact_reads_like_pydifact(body: str) -> None:
    message = f"UNH+1+RETANN:D:01B:UN'{body}'UNT+9+1'"
    data = edifact(unb([], count="1"), end="'").replace(b"UNZ", message.encode() + b"UNZ")
    assert records(edifact_reader.read([raw(data)])) == by_pydifact(message)


def is_sound(got: Segments) -> bool:
    """Whether every number in the tables points at something that is there."""
    size = len(got.buffer)
    for table in (got.interchanges, got.groups, got.messages, got.segments, got.values):
        spans = zip(table["start"].to_pylist(), table["end"].to_pylist(), strict=True)
        if not all(0 <= start <= end <= size for start, end in spans):
            return False
    return (
        pc.all(pc.less(got.values["segment"], got.segments.num_rows)).as_py() is not False
        and pc.all(pc.less(got.segments["message"], got.messages.num_rows)).as_py() is not False
        and pc.all(pc.less(got.messages["interchange"], got.interchanges.num_rows)).as_py() is not False
        and got.findings.num_rows == len(got.owners["interchange"]) == len(got.owners["message"])
        and not any(got.interchanges[name].null_count for name in ("charset", "control", "complete"))
    )


GOOD = [
    x12(),
    x12(isa(gs(st(), st(control="0002")), gs(st(), control="2"))),
    x12(isa(gs(st()), version="00501", isa11="^"), end="\n"),
    edifact(una="UNA:+,? '"),
    edifact(unb(unh(["FTX+AAI+++it?'s??"]), unh(reference="2"))),
]
PIECES = [
    b"ISA*",
    b"ISA",
    b"UNA",
    b"UNB+",
    b"?",
    b"??'",
    b"~",
    b"'",
    b"IEA*1*",
    b"\x00",
    b"\xff\xfe",
    b"\r\n",
    b"SE*",
    b"UNT",
]


@some.composite
def damaged(draw: Callable[..., bytes]) -> bytes:
    """A good file, or two, with pieces cut out and others put in."""
    data = b"".join(draw(some.lists(some.sampled_from(GOOD), min_size=1, max_size=2)))
    for _ in range(draw(some.integers(1, 4))):
        at = draw(some.integers(0, len(data)))
        gone = draw(some.integers(0, 30))
        data = data[:at] + draw(some.sampled_from([b"", *PIECES])) + data[at + gone :]
    return data


@settings(max_examples=120 * TIMES, deadline=None)
@given(some.one_of(damaged(), some.binary(max_size=200)))
def test_any_bytes_are_read_without_exception(data: bytes) -> None:
    for reader in (x12_reader, edifact_reader):
        got = reader.read([raw(b"first file"), raw(data), raw(x12() + edifact())])
        assert is_sound(got)
        assert all(isinstance(tag, str) for tag, _ in records(got))
        assert got.messages.num_rows >= 1  # the good file behind is read whatever stands before it


HOSTILE = {
    "headers of X12": b"ISA*" * 10_000,
    "headers of EDIFACT": b"UNA:+.? 'UNB+" * 2_000,
    "headers without terminator": b"UNB+UNOA " * 10_000,
    "releases": edifact()[:-20] + b"?'" * 20_000,
    "release characters alone": edifact()[:-20] + b"?" * 50_000,
    "terminators": x12()[:150] + b"~" * 50_000,
    "separators": x12()[:150] + b"*" * 50_000,
}


@pytest.mark.timeout(600)  # a second or so; quadratic work takes minutes
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_take_no_longer_than_others(name: str) -> None:
    for reader in (x12_reader, edifact_reader):
        assert is_sound(reader.read([raw(HOSTILE[name])]))
