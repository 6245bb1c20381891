"""What a file is taken for."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mappings.formats.sniff import sniff
from tests.formats.files import edifact, x12

KINDS = {
    "empty": [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\x1a\x00"],
    "x12": [
        *(x12(), b"\xef\xbb\xbf" + x12(), b"\r\n  " + x12(), x12(element="|", end="\n")),
        *(b"From: someone\nSubject: file\n\n" + x12(), b"ISA*00*", b"GS*AN*A*B~", b"ST*180*0001~"),
    ],
    "edifact": [
        *(edifact(), edifact(una="UNA:+,? '"), b"\xef\xbb\xbf" + edifact(), b"\n" + edifact()),
        *(b"Subject: file\n\n" + edifact(), b"UNH+1+RETANN:D:01B:UN'", b"UNA:+.? 'UNH+1+", b"UNA:+.? '\nBGM+220+1"),
        "UNA:+.? ’\nUNB+UNOC:3".encode(),
    ],
    "delimited": [
        *(b"Retoure;Menge\nR1;2\n", "Größe;Menge\n".encode("cp1252"), "﻿a;b".encode("utf-16-le")),
        *(b"ISABELLA;1\n", b"UNBEKANNT;2\n", b"STORE,GTIN\n", b"a visa-card, please"),
        *(b"<1;2\n", b"[EAN];[Menge]\n", b"{Nr};2\n", b"< 5;6\n"),
    ],
    "xml": [
        *(b"<a/>", b"<?xml version='1.0'?><a/>", b"\xef\xbb\xbf<!-- c --><a/>", b"\n <p:a x='1'>", b"<!DOCTYPE html>"),
        *("<a/>".encode("utf-16"), "<?xml version='1.0'?>".encode("utf-16-le"), "<?xml".encode("utf-16-be")),
    ],
    "json": [*(b"{}", b'{"a": 1}', b"\xef\xbb\xbf [ {", b"[[1]]", b"[]", '{"a": 1}'.encode("utf-16"))],
    "unknown": [
        b"PK\x03\x04\x14\x00\x08",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\xff\xfe\x00\xd8",
        b"\x1f\x8b\x08\x00abc",
        b"STX=ANA:1+5000000000000:A SHOP+5000000000017:A MAKER+940321+REF'MHD=1+ORDHDR:9'",
    ],
}


@pytest.mark.parametrize(("kind", "data"), [(kind, data) for kind, files in KINDS.items() for data in files])
def test_a_file_is_what_its_first_bytes_say(kind: str, data: bytes) -> None:
    assert sniff(data) == kind


@given(some.binary(max_size=400))
def test_any_bytes_are_something(data: bytes) -> None:
    assert sniff(data) in KINDS
