"""Files that others made: each is read, and as many interchanges, groups and messages are found as it holds."""

from pathlib import Path

import pytest

from mappings.formats import edifact, x12
from mappings.formats.segments import RawFile
from mappings.formats.sniff import sniff
from tests.formats.files import codes, records

FOLDER = Path(__file__).parents[1] / "data" / "edi_samples"

# file, kind, interchanges, groups, messages, segments, findings
SAMPLES = [
    ("indice-co__EDI.Net/x12.820.issue140.edi", "x12", 1, 1, 1, 68, []),
    ("indice-co__EDI.Net/x12.810b.edi", "x12", 1, 1, 1, 72, []),
    (
        "indice-co__EDI.Net/edifact.Issue188.edi",
        *("edifact", 1, 0, 4, 12),
        ["ENV-COUNT-WRONG", "MSG-CONTROL-MISMATCH", "MSG-CONTROL-REPEATED", "MSG-COUNT-WRONG"],
    ),
    ("indice-co__EDI.Net/edifact.Paiement.Issue139.EDI", "edifact", 1, 1, 1, 10, ["MSG-COUNT-WRONG"]),
    ("olmelabs__EdiEngine/MultipleInterchangesAndGroups.edi", "x12", 2, 4, 6, 30, []),
    (
        "olmelabs__EdiEngine/WrongGroupsAndTranCount.edi",
        *("x12", 1, 1, 1, 5),
        ["ENV-COUNT-WRONG", "GROUP-COUNT-WRONG"],
    ),
    (
        "olmelabs__EdiEngine/ControlNumbersMismatch.edi",
        *("x12", 1, 1, 1, 5),
        ["ENV-CONTROL-MISMATCH", "GROUP-CONTROL-MISMATCH", "MSG-CONTROL-MISMATCH"],
    ),
    ("tcd__eddy/BAM850FAVY_201906251707.edi", "x12", 1, 1, 2, 18, []),
    ("apimeister__x12-types/004010_850.edi", "x12", 1, 1, 1, 35, []),
    ("azoner__pyx12/834_lui_id_5010.999.txt", "x12", 1, 2, 4, 24, []),
    ("nerdocs__pydifact/invoice_with_colon_at_end.edi", "edifact", 1, 0, 1, 24, []),
    ("nerdocs__pydifact/order.edi", "edifact", 1, 0, 1, 16, ["ENV-TRUNCATED"]),
    ("nerdocs__pydifact/aperak.edi", "edifact", 1, 0, 1, 7, ["MSG-COUNT-WRONG"]),
    ("smooks__smooks-edi-cartridge/recadv.txt", "edifact", 1, 0, 1, 24, ["FILE-CHARSET"]),
    (
        "smooks__smooks-edi-cartridge/unedifact-msg-02.edi",
        *("edifact", 1, 1, 3, 10),
        ["ENV-CONTROL-MISMATCH", "MSG-CONTROL-REPEATED", "MSG-COUNT-WRONG"],
    ),
    ("xlate__staedi/wrapped_invoic_d97b_una.edi", "edifact", 1, 0, 1, 24, []),
    ("xlate__staedi/simple997-multiple-interchanges.edi", "x12", 3, 3, 3, 24, []),
    ("xlate__staedi/extraDelimiter997.edi", "x12", 1, 1, 1, 8, []),
    ("errfld__rsedi/edge_special_chars.edi", "edifact", 1, 0, 1, 9, []),
]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample[0])
def test_a_foreign_file_holds_what_it_holds(sample: tuple[str, str, int, int, int, int, list[str]]) -> None:
    name, kind, *counts, findings = sample
    data = (FOLDER / name).read_bytes()
    assert sniff(data) == kind
    got = {"x12": x12, "edifact": edifact}[kind].read([RawFile("0" * 64, name, data)])
    tables = (got.interchanges, got.groups, got.messages, got.segments)
    assert [table.num_rows for table in tables] == counts
    assert sorted(set(codes(got))) == findings
    assert all(tag for tag, _ in records(got))


def test_every_sample_has_its_expectation() -> None:
    there = {str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*")}
    assert there == {name for name, *_ in SAMPLES}


def test_a_wrapped_file_reads_as_if_it_were_not() -> None:
    data = (FOLDER / "xlate__staedi/wrapped_invoic_d97b_una.edi").read_bytes()
    got = edifact.read([RawFile("0" * 64, "wrapped", data)])
    assert got.interchanges["version"].to_pylist() == ["UNOA:3"]
    assert ("IMD", [(1, 1, 1, "F"), (3, 1, 4, "WIDGET")]) in records(got)
