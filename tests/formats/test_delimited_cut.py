"""The pass through a table's bytes, plain and compiled, gives what reading row by row gives: for any bytes."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from mappings.formats import delimited, table_passes
from mappings.formats.delimited import Dialect
from mappings.formats.segments import RawFile
from tests.formats import plain_delimited

BYTES = some.one_of(
    some.binary(max_size=200),
    some.text("ab;,\"'\n\r äß€ \x00", max_size=120).map(str.encode),
    some.text('a;"\n', max_size=60).map(str.encode),
    some.text('a;"\r\nä', max_size=60).map(lambda text: text.encode("cp1252")),
    some.text('a;"\nä€', max_size=40).map(lambda text: text.encode("utf-16")),
    some.lists(some.sampled_from(['"a\n";', "b;", '"c""d"', "e\r\n", ";", '"', "\n", 'f"g;']), max_size=30).map(
        lambda parts: b"A;B;C\n" + "".join(parts).encode()
    ),
)
DIALECTS = some.builds(
    Dialect,
    separator=some.sampled_from(";,\tä"),
    quote=some.sampled_from(['"', "'", ""]),
    encoding=some.sampled_from(["utf-8", "cp1252"]),
    header_row=some.sampled_from([1, 1, 2, 3]),
)


def both(data: bytes, dialect: Dialect):
    file = RawFile("f" * 64, "table.csv", data)
    keys = {"separator", "quote", "encoding", "header_row"}
    old = plain_delimited.read(file, plain_delimited.Dialect(**dialect.model_dump(include=keys)))
    return old, delimited.read(file, dialect)


def same(data: bytes, dialect: Dialect) -> None:
    old, new = both(data, dialect)
    if not old.header:  # a header of blanks: there is nothing to read below it
        return
    assert list(new.header) == [" ".join(n.split()) if "\n" in n or "\r" in n else n for n in old.header]
    assert new.row_no.tolist() == old.row_no.to_pylist()
    assert new.start.tolist() == old.offset.to_pylist()
    assert (new.end - new.start).tolist() == old.length.to_pylist()
    for at in range(len(old.header)):
        cells = [text or "" for text in new.give(at).column.text.to_pylist()]
        assert cells == old.table.column(at).to_pylist()
    assert new.findings.equals(old.findings)


@settings(max_examples=400, deadline=None)
@example(b'A;B\n"a\nb";"c"\n"x;1\n', Dialect(separator=";"))
@example(b'A;B\n"' + b"x" * 131_080 + b'";1\n', Dialect(separator=";"))
@example(b'A;B\n"' + "ä".encode() * 131_072 + b'";1\n', Dialect(separator=";"))
@example(b"A;B\n" + b"x" * 131_073 + b";1\nc;d\n", Dialect(separator=";"))
@given(BYTES, DIALECTS)
def test_any_bytes_give_the_rows_and_findings_of_the_plain_reader(data: bytes, dialect: Dialect) -> None:
    same(data, dialect)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(BYTES, DIALECTS)
def test_the_compiled_pass_gives_the_same(monkeypatch: pytest.MonkeyPatch, data: bytes, dialect: Dialect) -> None:
    monkeypatch.setattr(table_passes, "COMPILED_FROM_BYTES", 0)
    same(data, dialect)
