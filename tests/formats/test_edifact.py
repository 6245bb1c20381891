"""What the EDIFACT reader promises, one trap a line: what it reads all the same, and what it says about it."""

import pytest

from mappings.formats import edifact as reader
from tests.formats.files import BODY_RETANN, codes, edifact, raw, records, unb, unh


def read(data: bytes):
    return reader.read([raw(data)])


GOOD = records(read(edifact()))
HEAD, LINES = BODY_RETANN[:2], BODY_RETANN[2:]
UNA = "UNA:+.? '"
GROUP = "UNG+RETANN+BRIGHTWELL+WICKHAM+260304:0506+7+UN+D:01B"


def wrapped(data: bytes, columns: int = 40) -> bytes:
    return b"\r\n".join(data[i : i + columns] for i in range(0, len(data), columns))


# Odd files that hold the same RETANN as the good one, and need no finding.
SAME = {
    "UNA": edifact(una=UNA),
    "UNA on a line of its own": edifact(una=UNA + "\r\n"),
    "UNA with a decimal comma": edifact(una="UNA:+,? '"),
    "UNA without release": edifact(una="UNA:+.  '"),
    "one line": edifact(end="'"),
    "CRLF": edifact(end="'\r\n"),
    "CRLF and LF mixed": edifact().replace(b"'\n", b"'\r\n", 3),
    "terminator LF": edifact(end="\n"),
    "terminator CR": edifact(end="\r"),
    "terminator CRLF": edifact(end="\r\n"),
    "blank lines": edifact(end="'\n\n"),
    "leading blanks": b" \r\n" + edifact(),
    "BOM and UNA": b"\xef\xbb\xbf" + edifact(una=UNA),
    "trailing NUL": edifact() + b"\x00\x00",
    "indented": edifact(end="'\n    "),
    "wrapped": wrapped(edifact(end="'")),
    "BOM": b"\xef\xbb\xbf" + edifact(),
    "trailing 0x1A": edifact() + b"\x1a",
    "other delimiters": edifact(una="UNA@*.? #").translate(bytes.maketrans(b":+'", b"@*#"))[:0]
    or b"UNA@*.? #" + edifact().translate(bytes.maketrans(b":+'", b"@*#")),
    "delimiters of level B": edifact().translate(bytes.maketrans(b":+'", b"\x1f\x1d\x1c")),
    "last terminator missing": edifact().rstrip(b"'\n"),
    "trailing separators": edifact(unb(unh([BODY_RETANN[0] + "+:", *BODY_RETANN[1:]]))),
    "reference with leading zeros": edifact(unb(unh(), unz="04711")),
    "group": edifact(unb([GROUP, *unh(), "UNE+1+7"])),
    "no syntax level": edifact(unb(unh(), level="")),
}


@pytest.mark.parametrize("name", SAME)
def test_an_odd_but_legible_file_reads_like_the_good_one(name: str) -> None:
    got = read(SAME[name])
    assert records(got) == GOOD
    assert codes(got) == []
    assert got.interchanges["complete"].to_pylist() == [True]


WRONG = {
    "UNZ reference": (unb(unh(), unz="4712"), ["ENV-CONTROL-MISMATCH"], 1),
    "UNZ count": (unb(unh(), count="2"), ["ENV-COUNT-WRONG"], 1),
    "UNT count": (unb(unh(count="3")), ["MSG-COUNT-WRONG"], 1),
    "UNT reference": (unb(unh(unt="2")), ["MSG-CONTROL-MISMATCH"], 1),
    "UNT missing": (unb(unh()[:-1], unh(reference="2")), ["MSG-TRUNCATED"], 2),
    "UNH reference twice": (unb(unh(), unh()), ["MSG-CONTROL-REPEATED"], 2),
    "UNE count": (unb([GROUP, *unh(), "UNE+3+7"]), ["GROUP-COUNT-WRONG"], 1),
    "UNE reference": (unb([GROUP, *unh(), "UNE+1+8"]), ["GROUP-CONTROL-MISMATCH"], 1),
    "no UNZ": (unb(unh())[:-1], ["ENV-TRUNCATED"], 1),
    "cut inside a message": (unb(unh())[:4], ["ENV-TRUNCATED", "MSG-TRUNCATED"], 1),
    "segment that no RETANN has": (unb(unh([*BODY_RETANN, "TSR+1"])), ["MSG-STRUCTURE"], 1),
    "stray segment": (unb(["FTX+AAI", *unh()], count="1"), ["MSG-STRUCTURE"], 1),
    "no reference": (unb(unh(), control=""), ["ENV-BROKEN"], 1),
    "text behind": ([*unb(unh()), "regards"], ["ENV-TRAILING-TEXT"], 1),
    "mail in front": (["Received: UNB mail", *unb(unh())], ["ENV-TRAILING-TEXT"], 1),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_and_the_rest_is_read(name: str) -> None:
    segments, expected, messages = WRONG[name]
    got = read(edifact(segments))
    assert codes(got) == expected
    assert got.messages.num_rows == messages


@pytest.mark.parametrize("una", ["", "UNA:+.? ’"])
@pytest.mark.parametrize("codec", ["utf-8", "cp1252"])
def test_curly_apostrophes_of_copy_and_paste_end_segments(una: str, codec: str) -> None:
    one = edifact(una=una, end="’\n", codec=codec)
    got = read(one + one)
    assert records(got) == GOOD * 2
    assert codes(got) == ["FILE-CHARSET"] * 2


def test_a_curly_apostrophe_within_text_is_text() -> None:
    got = read(edifact(unb(unh([*HEAD, "FTX+AAI+++it’s", *LINES])), codec="utf-8"))
    assert records(got)[3] == ("FTX", [(1, 1, 1, "AAI"), (4, 1, 1, "it’s")])


def test_several_interchanges_of_a_file_are_each_read() -> None:
    got = read(b"\r\n".join(edifact(unb(unh(), control=str(number)), una=UNA) for number in range(1, 4)))
    assert records(got) == GOOD * 3
    assert codes(got) == []
    assert got.interchanges["control"].to_pylist() == ["1", "2", "3"]


def test_released_characters_are_text_and_unreleased_line_breaks_are_not() -> None:
    got = read(edifact(unb(unh(["FTX+AAI+++it?'s 1?+1?:2??+broken\r\nline+kept?\nline++\r\n"]))))
    assert records(got)[1] == (
        "FTX",
        [(1, 1, 1, "AAI"), (4, 1, 1, "it's 1+1:2?"), (5, 1, 1, "brokenline"), (6, 1, 1, "kept\nline")],
    )
    assert got.values["escaped"].to_pylist()[5:9] == [False, True, True, True]


def test_repetition_belongs_to_syntax_4() -> None:
    body = ["BGM+732+A*B"]
    old, new = read(edifact(unb(unh(body)))), read(edifact(unb(unh(body), level="UNOC:4"), una="UNA:+.?*'"))
    assert records(old)[1][1][1:] == [(2, 1, 1, "A*B")]
    assert records(new)[1][1][1:] == [(2, 1, 1, "A"), (2, 2, 1, "B")]


# level, codec the bytes are in, codec found, whether it is as declared
CHARSETS = [
    ("UNOC:3", "latin-1", "iso8859-1", True),
    ("UNOC:3", "utf-8", "utf-8", False),
    ("UNOA:3", "utf-8", "utf-8", False),
    ("UNOA:3", "cp1252", "cp1252", False),
    ("UNOW:4", "utf-8", "utf-8", True),
    ("UNOD:3", "iso8859-2", "iso8859-2", True),
    ("XXXX:3", "utf-8", "utf-8", False),
]


@pytest.mark.parametrize(("level", "codec", "found", "as_declared"), CHARSETS)
def test_the_bytes_tell_the_character_set(level: str, codec: str, found: str, as_declared: bool) -> None:
    got = read(edifact(unb(unh([*HEAD, "FTX+AAI+++Köln", *LINES]), level=level), codec=codec))
    assert records(got)[3][1][-1] == (4, 1, 1, "Köln")
    assert got.interchanges["charset"].to_pylist() == [found]
    assert codes(got) == ([] if as_declared else ["FILE-CHARSET"])


def test_latin_1_with_a_euro_sign_is_cp1252() -> None:
    got = read(edifact(unb(unh([*HEAD, "FTX+AAI+++5 €", *LINES])), codec="cp1252"))
    assert records(got)[3][1][-1] == (4, 1, 1, "5 €")
    assert codes(got) == ["FILE-CHARSET"]


def test_every_interchange_has_its_own_delimiters() -> None:
    other = b"UNA@*.? #" + edifact().translate(bytes.maketrans(b":+'", b"@*#"))
    got = read(edifact(una="UNA:+,? '") + other + edifact())
    assert records(got) == GOOD * 3
    assert got.interchanges["decimal_mark"].to_pylist() == [",", ".", "."]


def test_a_truncated_interchange_ends_where_the_next_one_begins() -> None:
    got = read(edifact()[:-30] + edifact(unb(unh(), control="4712"), una="UNA:+.? '"))
    assert got.interchanges["control"].to_pylist() == ["4711", "4712"]
    assert got.interchanges["complete"].to_pylist() == [False, True]
    assert set(got.owners["interchange"].to_pylist()) == {0}


def test_the_envelope_is_read() -> None:
    row = read(edifact(unb(unh(), tail="++++1++1"))).interchanges.to_pylist()[0]
    assert (row["sender_qualifier"], row["sender"]) == ("14", "9520000010003")
    assert (row["receiver_qualifier"], row["receiver"]) == ("14", "9520000000011")
    assert (row["version"], row["ack_requested"], row["usage"]) == ("UNOC:3", True, "T")
    message = read(edifact()).messages.to_pylist()[0]
    assert (message["type"], message["version"], message["group"]) == ("RETANN", "RETANN:D:01B:UN", -1)


@pytest.mark.parametrize("data", [b"UNH+1+RETANN:D:01B:UN'BGM+732'UNT+3+1'", b"UNA", b"UNAAAAAAAUNB+UNOA:3'", b"hello"])
def test_a_file_without_a_header_is_broken(data: bytes) -> None:
    assert codes(read(data)) == ["ENV-BROKEN"]
