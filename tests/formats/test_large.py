"""Large batches, cut by the compiled pass: the same as the plain way gives, whatever the bytes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mappings.formats import cutting
from mappings.formats import stream as streaming
from mappings.formats.batch import Syntax, read_plain
from mappings.formats.edifact import SYNTAX as EDIFACT
from mappings.formats.large import Run, read_large
from mappings.formats.segments import Segments, join
from mappings.formats.x12 import SYNTAX as X12
from tests.formats.expected_samples import FOLDER, names
from tests.formats.files import TIMES, edifact, gs, isa, raw, st, unb, unh, x12

NAMES = ("tag", "start", "end")
TABLES = ("interchanges", "groups", "messages", "segments", "values")

GOOD = {
    X12.standard: x12(isa(gs(st(), st(control="0002")), gs(st(), control="2"))),
    EDIFACT.standard: edifact(unb(unh(), unh(reference="2")), una="UNA:+.? '"),
}
SYNTAXES = {syntax.standard: syntax for syntax in (X12, EDIFACT)}

PIECES = [
    *(piece.encode("latin-1") for piece in (*"~'*+:?^>\n\r \0é", "\r\n", "\x85", "ISA*", "UNA:+.? '", "XYZ", "A" * 9)),
    *(segment.encode() for segment in ("GS*AN*A*B*20260304*0506*9*X*004010~", "ST*180*0001~", "SE*3*0001~", "TA1*1~")),
    *(segment.encode() for segment in ("UNG+A+B'", "UNH+1+RETANN:D:01B:UN'", "UNT+2+1'", "UNE+1+1'", "UNZ+1+1'")),
    *("IEA*1*000000101~GE*1*1~", b"\xe2\x80\x99", b"\xef\xbb\xbf", b"\xc3\xa9", b"FTX+AAI+++IT?'S'"),
]
PIECES = [piece if isinstance(piece, bytes) else piece.encode() for piece in PIECES]


@some.composite
def spoilt(draw: some.DrawFn) -> bytes:
    """A file of a known kind into which things were put, from which things were cut, or that was doubled."""
    data = draw(some.sampled_from([GOOD["x12"], GOOD["edifact"], GOOD["x12"] + GOOD["edifact"]]))
    for _ in range(draw(some.integers(1, 5))):
        at = draw(some.integers(0, len(data)))
        cut = draw(some.sampled_from((0, 0, 1, 3, 20, 150)))
        data = data[:at] + draw(some.sampled_from([b"", b"", *PIECES])) + data[at + cut :]
        if draw(some.booleans()):
            data += draw(some.sampled_from([b"", *PIECES, GOOD["x12"], GOOD["edifact"]]))
    return data


def told(reading: Segments) -> list[str]:
    """The findings and what they are about."""
    pairs = zip(reading.findings.to_pylist(), reading.owners.to_pylist(), strict=True)
    return [f"{finding} {owner}" for finding, owner in pairs]


def assert_same(one: Segments, other: Segments) -> None:
    """Both readings hold the same."""
    for table in TABLES:
        assert getattr(one, table).equals(getattr(other, table)), table
    assert told(one) == told(other)


def both(datas: Sequence[bytes], syntax: Syntax) -> tuple[Segments, Segments]:
    """Read the plain way, and by the pass itself, which need not be compiled for that."""
    buffer, files = join([raw(data, f"{number:064}") for number, data in enumerate(datas)])
    return read_plain(syntax, buffer, files), read_large(syntax, buffer, files, cut=cutting.cut)


@pytest.mark.parametrize("syntax", SYNTAXES.values(), ids=SYNTAXES)
@settings(max_examples=150 * TIMES, deadline=None)
@given(datas=some.lists(spoilt(), min_size=1, max_size=3))
def test_spoilt_files_read_alike(syntax: Syntax, datas: list[bytes]) -> None:
    assert_same(*both(datas, syntax))


@pytest.mark.parametrize("syntax", SYNTAXES.values(), ids=SYNTAXES)
@settings(max_examples=50 * TIMES, deadline=None)
@given(data=some.binary(max_size=300))
def test_any_bytes_read_alike(syntax: Syntax, data: bytes) -> None:
    assert_same(*both([data, GOOD[syntax.standard][:200] + data], syntax))


@pytest.mark.parametrize("syntax", SYNTAXES.values(), ids=SYNTAXES)
@settings(max_examples=60 * TIMES, deadline=None)
@given(data=spoilt(), pause=some.sampled_from((0, 100, 400)))
def test_a_file_read_in_pieces_holds_the_same(syntax: Syntax, data: bytes, pause: int) -> None:
    buffer, files = join([raw(data)])
    whole = read_plain(syntax, buffer, files)
    pieces = list(Run(syntax, buffer, files, pause=pause, cut=cutting.cut).pieces())
    assert [row for piece in pieces for row in _places(piece)] == _places(whole)
    codes = [code for piece in pieces for code in piece.findings["code"].to_pylist()]
    # The character set is judged by the bytes at hand, piece by piece.
    assert sorted(c for c in codes if c != "FILE-CHARSET") == sorted(
        c for c in whole.findings["code"].to_pylist() if c != "FILE-CHARSET"
    )


def _places(reading: Segments) -> list[tuple[Any, ...]]:
    controls = reading.messages["control"].take(reading.segments["message"])
    return list(zip(*(reading.segments[name].to_pylist() for name in NAMES), controls.to_pylist(), strict=True))


@pytest.mark.parametrize("syntax", SYNTAXES.values(), ids=SYNTAXES)
@settings(max_examples=150 * TIMES, deadline=None)
@given(datas=some.lists(spoilt(), min_size=1, max_size=3))
def test_spoilt_files_read_alike_compiled(syntax: Syntax, datas: list[bytes]) -> None:
    buffer, files = join([raw(data, f"{number:064}") for number, data in enumerate(datas)])
    assert_same(read_plain(syntax, buffer, files), read_large(syntax, buffer, files))


@pytest.mark.parametrize("syntax", SYNTAXES.values(), ids=SYNTAXES)
def test_all_samples_in_one_batch_read_alike_compiled(syntax: Syntax) -> None:
    buffer, files = join([raw((FOLDER / name).read_bytes(), f"{at:064}") for at, name in enumerate(names())])
    assert_same(read_plain(syntax, buffer, files), read_large(syntax, buffer, files))


@pytest.mark.parametrize("syntax", SYNTAXES.values(), ids=SYNTAXES)
@pytest.mark.parametrize("letters", [0, 1, 2, 3])
def test_a_streamed_file_holds_the_same_wherever_its_windows_end(
    syntax: Syntax, letters: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = GOOD[syntax.standard]
    spoilt = good + good[: len(good) * 2 // 3]  # the second one is truncated by the header of the third
    window = len(spoilt) + good.index(syntax.sign) + letters  # ends inside its sign
    monkeypatch.setattr(streaming, "PIECE_BYTES", window)
    path = tmp_path / "large.edi"
    path.write_bytes(spoilt + good)
    buffer, files = join([raw(path.read_bytes())])
    whole = read_plain(syntax, buffer, files)
    pieces = list(streaming.stream(path, cast(Literal["x12", "edifact"], syntax.standard), piece=200))
    assert "ENV-TRUNCATED" in whole.findings["code"].to_pylist()
    assert "ENV-TRUNCATED" in [code for piece in pieces for code in piece.findings["code"].to_pylist()]
    messages = [row for piece in pieces for row in piece.messages.select(["start", "end", "control"]).to_pylist()]
    assert messages == whole.messages.select(["start", "end", "control"]).to_pylist()


def test_what_only_the_plain_way_can_read_goes_on_where_a_pause_was() -> None:
    messages = [st(control=f"{number:04}") for number in range(1, 6)] + [st(control="00é7"), st(control="0003")]
    data = x12(isa(gs(*messages, ge01="9")))
    buffer, files = join([raw(data)])
    pieces = list(Run(X12, buffer, files, pause=100, cut=cutting.cut).pieces())
    assert len(pieces) > 3
    codes = [code for piece in pieces for code in piece.findings["code"].to_pylist()]
    assert codes == ["MSG-CONTROL-REPEATED", "GROUP-COUNT-WRONG"]
    assert [c for piece in pieces for c in piece.messages["control"].to_pylist()][-2:] == ["00é7", "0003"]


@pytest.mark.parametrize("segment", ["XYZ" + "*1" * 40_000, "~".join(["A"] * 9000), "XYZ*" + ">" * 50_000])
def test_room_grows_where_a_batch_has_more_than_was_guessed(segment: str) -> None:
    assert_same(*both([x12(isa(gs(st(["N9*1", segment]))))], X12))


def test_a_number_that_stands_twice_is_found_across_pieces() -> None:
    data = edifact(unb(*[unh(reference=str(number)) for number in (1, 2, 3, 1)]))
    buffer, files = join([raw(data)])
    pieces = list(Run(EDIFACT, buffer, files, pause=0, cut=cutting.cut).pieces())
    assert [c for piece in pieces for c in piece.findings["code"].to_pylist()] == ["MSG-CONTROL-REPEATED"]
