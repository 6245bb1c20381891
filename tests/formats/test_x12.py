"""What the X12 reader promises, one trap a line: what it reads all the same, and what it says about it."""

import pytest

from mappings.formats import x12 as reader
from tests.formats.files import BODY_180, codes, gs, isa, raw, records, st, x12


def read(data: bytes):
    return reader.read([raw(data)])


GOOD = records(read(x12()))

# Odd files that hold the same 180 as the good one, and need no finding.
SAME = {
    "terminator LF": x12(end="\n"),
    "terminator CR": x12(end="\r"),
    "terminator CRLF": x12(end="\r\n"),
    "one line": x12(end="~"),
    "CRLF behind the terminator": x12(end="~\r\n"),
    "indented": x12(end="~\n\t  "),
    "CRLF and LF mixed": x12().replace(b"~\n", b"~\r\n", 3),
    "terminator CRLF and LF mixed": x12(end="\n").replace(b"\n", b"\r\n", 3),
    "blank lines": x12(end="~\n\n\n"),
    "BOM": b"\xef\xbb\xbf" + x12(),
    "leading blanks": b" \r\n" + x12(),
    "trailing 0x1A and NUL": x12() + b"\x1a\x00\x00",
    "other separator": x12(element="|"),
    "control character as separator": x12(element="\x1d", end="\x1c"),
    "NEL as terminator": x12(end="~").replace(b"~", b"\x85"),
    "ellipsis as terminator": x12(end="…\n"),
    "swapped ~ and *": x12(element="~", end="*"),
    "last terminator missing": x12().rstrip(b"~\n"),
    "sender too short for its width": x12(isa(gs(st()), sender="NORDSTAD")),
    "sender too long for its width": x12(isa(gs(st()), sender="NORDSTAD DEPARTMENT STORES")),
    "ISA02 and ISA04 empty": x12().replace(b"*          ", b"*", 2),
    "ISA13 without leading zeros": x12(isa(gs(st()), control="101", iea02="000000101")),
    "BOM and indented": b"\xef\xbb\xbf" + x12(end="~\r\n    "),
    "IEA02 without leading zeros": x12(isa(gs(st()), iea02="101")),
    "empty segments": x12(end="~~"),
    "TA1 before the group": x12([*(lines := isa(gs(st())))[:1], "TA1*000000001*260304*0506*A*000", *lines[1:]]),
    "wrapped at 40 columns": b"\r\n".join(x12(end="~")[i : i + 40] for i in range(106, 400, 40)).join(
        [x12(end="~")[:106], b""]
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_an_odd_but_legible_file_reads_like_the_good_one(name: str) -> None:
    got = read(SAME[name])
    assert records(got) == GOOD
    assert codes(got) == []
    assert got.interchanges["complete"].to_pylist() == [True]


# What is wrong, the finding it gives, and how many messages are still there.
WRONG = {
    "IEA02": (isa(gs(st()), iea02="000000102"), ["ENV-CONTROL-MISMATCH"], 1),
    "IEA01": (isa(gs(st()), iea01="2"), ["ENV-COUNT-WRONG"], 1),
    "IEA01 is no number": (isa(gs(st()), iea01="x"), ["ENV-COUNT-WRONG"], 1),
    "GE02": (isa(gs(st(), ge02="2")), ["GROUP-CONTROL-MISMATCH"], 1),
    "GE01": (isa(gs(st(), ge01="7")), ["GROUP-COUNT-WRONG"], 1),
    "GE missing": (isa(gs(st())[:-1]), ["GROUP-COUNT-WRONG"], 1),
    "GS01": (isa(gs(st(), code="PO")), ["GROUP-TYPE-MISMATCH"], 1),
    "SE01": (isa(gs(st(se01="9"))), ["MSG-COUNT-WRONG"], 1),
    "SE02": (isa(gs(st(se02="0002"))), ["MSG-CONTROL-MISMATCH"], 1),
    "SE missing": (isa(gs(st()[:-1])), ["MSG-TRUNCATED", "GROUP-COUNT-WRONG"][:1], 1),
    "ST02 twice": (isa(gs(st(), st())), ["MSG-CONTROL-REPEATED"], 2),
    "stray segment": (isa(gs(["REF*IV*1"], st(), ge01="1")), ["MSG-STRUCTURE"], 1),
    "segment that no 180 has": (isa(gs(st([*BODY_180, "REF*IV*1", "REF*IV*2"]))), ["MSG-STRUCTURE"], 1),
    "IEA02 and GE02 and SE02": (
        isa(gs(st(se02="9"), ge02="9"), iea02="9"),
        ["MSG-CONTROL-MISMATCH", "GROUP-CONTROL-MISMATCH", "ENV-CONTROL-MISMATCH"],
        1,
    ),
    "no group": (isa(st(), iea01="0"), ["ENV-BROKEN"], 1),
    "no IEA": (isa(gs(st()))[:-1], ["ENV-TRUNCATED"], 1),
    "cut inside a message": (isa(gs(st()))[:4], ["ENV-TRUNCATED", "MSG-TRUNCATED"], 1),
    "no control number": (isa(gs(st()), control="         "), ["ENV-BROKEN"], 1),
    "text behind": ([*isa(gs(st())), "regards, the EDI team"], ["ENV-TRAILING-TEXT"], 1),
    "mail in front": (["From: edi@example.com", "Subject: ISA file", *isa(gs(st()))], ["ENV-TRAILING-TEXT"], 1),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_and_the_rest_is_read(name: str) -> None:
    segments, expected, messages = WRONG[name]
    got = read(x12(segments))
    assert codes(got) == expected
    assert got.messages.num_rows == messages


def test_a_file_of_ta1_alone_has_no_group_and_no_message() -> None:
    head, tail = isa(iea01="0")
    got = read(x12([head, "TA1*000000001*260304*0506*A*000", tail]))
    assert codes(got) == []
    assert (got.interchanges.num_rows, got.groups.num_rows, got.messages.num_rows) == (1, 0, 0)


def test_several_interchanges_of_a_file_are_each_read() -> None:
    got = read(b"\r\n".join(x12(isa(gs(st()), control=f"{number:09}")) for number in range(1, 4)))
    assert records(got) == GOOD * 3
    assert codes(got) == []
    assert got.interchanges["control"].to_pylist() == ["000000001", "000000002", "000000003"]


def test_a_bad_message_costs_that_message_alone() -> None:
    got = read(x12(isa(gs(st(control="0001"), st(control="0002")[:-1], st(control="0003")))))
    findings = list(zip(codes(got), got.owners["message"].to_pylist(), strict=True))
    assert findings == [("MSG-TRUNCATED", 1)]
    assert got.messages["readable"].to_pylist() == [True, False, True]
    assert got.messages["control"].to_pylist() == ["0001", "0002", "0003"]


def test_a_truncated_interchange_ends_where_the_next_one_begins() -> None:
    cut = x12(isa(gs(st()), control="000000001"))[:-60]
    other = x12(isa(gs(st()), control="000000002"), element="|", end="\n")
    got = read(cut + other)
    assert got.interchanges["control"].to_pylist() == ["000000001", "000000002"]
    assert got.interchanges["complete"].to_pylist() == [False, True]
    assert set(zip(codes(got), got.owners["interchange"].to_pylist(), strict=True)) == {
        ("ENV-TRUNCATED", 0),
        ("MSG-TRUNCATED", 0),
    }


def test_each_interchange_has_its_own_delimiters_and_each_file_its_own_places() -> None:
    first, second = x12(), x12(element="|", end="\n") + x12(isa(gs(st(), ge02="9")))
    got = reader.read([raw(first, "a" * 64), raw(second, "b" * 64)])
    assert records(got) == GOOD * 3
    assert got.interchanges["file_index"].to_pylist() == [0, 1, 1]
    (finding,) = got.findings.to_pylist()
    assert finding["file"] == "b" * 64
    assert second[finding["offset"] :][: finding["length"]] == b"GE*1*9"
    assert finding["path"] == "ISA 000000101/GS 1/GE"


def test_repetition_is_split_from_00402_on_only() -> None:
    body = ["BGN*00*A^B>C"]
    old, new = isa(gs(st(body))), isa(gs(st(body)), version="00501", isa11="^")
    assert records(read(x12(old)))[1][1][1:] == [(2, 1, 1, "A^B"), (2, 1, 2, "C")]
    assert records(read(x12(new)))[1][1][1:] == [(2, 1, 1, "A"), (2, 2, 1, "B"), (2, 2, 2, "C")]


def test_spans_point_at_the_bytes() -> None:
    data = x12()
    got = read(data)
    start, end = got.messages["start"][0].as_py(), got.messages["end"][0].as_py()
    assert data[start:end].startswith(b"ST*180*0001~")
    assert data[start:end].endswith(b"SE*6*0001")
    row = got.interchanges.to_pylist()[0]
    assert data[row["start"] : row["end"]] == data.strip()[:-1]
    assert (row["sender_qualifier"], row["sender"], row["receiver"]) == ("ZZ", "NORDSTAD", "WICKHAMROWE")
    assert (row["control"], row["version"], row["usage"], row["declared_count"]) == ("000000101", "00401", "P", 1)


@pytest.mark.parametrize("data", [b"ST*180*0001~BGN*00*1~SE*3*0001~", b"ISA*", b"ISA*00*~GS*~", b"hello"])
def test_a_file_without_a_header_is_broken(data: bytes) -> None:
    got = read(data)
    assert codes(got) == ["ENV-BROKEN"]
    assert got.owners["interchange"].to_pylist() == [-1]


def test_more_elements_than_the_columns_hold_are_reported_not_raised() -> None:
    got = read(x12(isa(gs(st(["XYZ" + "*1" * 40_000]), version="007010"))))
    assert codes(got) == ["MSG-STRUCTURE", "MSG-SEGMENT-MISSING"]
    assert got.values["element"].to_numpy().max() == 32_767


def test_interchanges_that_cannot_be_utf8_are_cp1252() -> None:
    name = "N1*SF*Kaufhaus Süd"
    latin = "".join(s + "~" for s in isa(gs(st([name])))).encode("cp1252")
    for data, charset in ((x12(isa(gs(st([name])))), "utf-8"), (latin, "cp1252")):
        got = read(data)
        assert got.interchanges["charset"].to_pylist() == [charset]
        assert records(got)[1][1][-1] == (2, 1, 1, "Kaufhaus Süd")
