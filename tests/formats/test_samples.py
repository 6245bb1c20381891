"""Files that others made: each is read without an exception, and with the findings that stand beside it."""

import csv
import hashlib
import json

import pytest

from mappings.formats import edifact, x12
from mappings.formats.segments import RawFile
from tests.formats.expected_samples import EXPECTED, FOLDER, READERS, found, names
from tests.formats.files import codes, records

TABLE = json.loads(EXPECTED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", names())
def test_a_foreign_file_holds_what_it_holds(name: str) -> None:
    assert found(name) == TABLE[name]


def test_every_sample_has_its_expectation_and_is_as_its_project_has_it() -> None:
    index = (FOLDER / "INDEX.tsv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(index, delimiter="\t", quoting=csv.QUOTE_NONE))
    digests = {row["file"]: row["sha256"] for row in rows}
    assert {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in names()} == digests
    assert list(TABLE) == names()


@pytest.mark.parametrize("standard", READERS)
@pytest.mark.parametrize("name", names())
def test_a_reader_takes_what_is_not_its_own(name: str, standard: str) -> None:
    data = (FOLDER / name).read_bytes()
    got = READERS[standard]([RawFile("0" * 64, name, data)])
    if TABLE[name]["standard"] != standard:
        assert codes(got) == ["ENV-BROKEN"]
    assert all(tag for tag, _ in records(got))


def test_all_samples_in_one_batch_read_as_each_by_itself() -> None:
    for standard, read in READERS.items():
        own = [name for name in names() if TABLE[name]["standard"] == standard]
        got = read([RawFile(f"{i:064}", name, (FOLDER / name).read_bytes()) for i, name in enumerate(own)])
        told = [f"{row['code']} at {row['path'] or 'file'}" for row in got.findings.to_pylist()]
        assert sorted(told) == sorted(finding for name in own for finding in TABLE[name]["findings"])
        assert got.messages.num_rows == sum(len(TABLE[name]["messages"]) for name in own)


def test_a_wrapped_file_reads_as_if_it_were_not() -> None:
    data = (FOLDER / "xlate__staedi/src/test/resources/EDIFACT/issue128/wrapped_invoic_d97b_una.edi").read_bytes()
    got = edifact.read([RawFile("0" * 64, "wrapped", data)])
    assert got.interchanges["version"].to_pylist() == ["UNOA:3"]
    assert ("IMD", [(1, 1, 1, "F"), (3, 1, 4, "WIDGET")]) in records(got)


def test_line_breaks_end_segments_where_the_unb_shows_it() -> None:
    folder = FOLDER / "indice-co__EDI.Net/test/indice.Edi.Tests/Samples"
    lines, plain = (edifact.read([RawFile("0" * 64, name, (folder / name).read_bytes())]) for name in PAIR)
    assert records(lines) == records(plain)
    assert codes(lines) == codes(plain)


PAIR = ("edifact.D01B.IFCSUM.NewLines.EDI", "edifact.D01B.IFCSUM.EDI")


def test_several_interchanges_of_one_file_are_told_apart() -> None:
    data = (FOLDER / "xlate__staedi/src/test/resources/x12/simple997-multiple-interchanges.edi").read_bytes()
    got = x12.read([RawFile("0" * 64, "three", data)])
    assert got.messages["interchange"].to_pylist() == [0, 1, 2]
