"""What becomes of files and messages: taken, refused with a finding, never lost, never an exception."""

import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mappings.messages.judge import Rejection
from tests.mappings.folders import (
    CARTON,
    HOLDER,
    PLATE,
    RETURNS_180,
    codes,
    edifact,
    line_180,
    partner_folder,
    raw,
    returned,
    run,
    x12,
)

TABLE = """\
kind: notice
standard: delimited
claims: {columns: [No, Ean, Qty, Price], files: "*.csv"}
reads: {encoding: cp1252, separator: ";", decimal: ","}
document: {number: {from: No}, group_by: No}
lines:
  each: row
  require: [gtin, quantity]
  gtin: {from: Ean, as: gtin}
  quantity: {from: Qty, as: units}
  unit_price: {from: Price, as: decimal}
  store: {const: web}
"""
RETANN = "extends: edifact/retann\n"


@pytest.fixture
def shop(tmp_path):
    return partner_folder(tmp_path, {"returns": RETURNS_180, "edi": RETANN, "table": TABLE})


def only(translation, table="notice_lines"):
    [row] = getattr(translation, table).to_pylist()
    return row


def test_ids_come_from_the_bytes_and_the_order_in_the_file(shop):
    file = raw(x12(returned("R1"), returned("R2", line_180(), line_180(HOLDER))))
    translation = run(shop, file)
    assert translation.documents["document"].to_pylist() == [f"{file.sha256[:12]}-1", f"{file.sha256[:12]}-2"]
    assert translation.documents["number"].to_pylist() == ["R1", "R2"]
    assert translation.notice_lines["line_no"].to_pylist() == [1, 1, 2]
    assert translation.origins["message"].to_pylist() == [0, 1]
    assert only(translation, "interchanges")["interchange"] == f"{file.sha256[:12]}/000000001-1"


def test_every_row_points_at_its_bytes(shop):
    files = [
        raw(x12(returned("R1")), "a"),
        raw(b"\n" + x12(returned("R2", "RDR*RA*EI", line_180(), "RDR*RA*DM")).encode(), "b"),
    ]
    translation = run(shop, *files)
    by_sha = {file.sha256: file.data for file in files}
    spans = [
        by_sha[row["file"]][row["offset"] : row["offset"] + row["length"]].decode()
        for table in (translation.notice_lines, translation.documents, translation.interchanges)
        for row in table.to_pylist()
    ]
    assert spans[0] == line_180()
    assert spans[1] == f"{line_180()}~RDR*RA*DM"
    assert all(text.startswith("ST*") for text in spans[2:4])
    assert all(text.startswith("ISA*") for text in spans[4:])


def test_the_line_overrides_the_header(shop):
    body = ["BGN*00*R1*20261118", "RDR*RA*EI", "PRF*PO1", line_180(), line_180(HOLDER), "RDR*KA*DA", "PRF*PO2****7"]
    rows = run(shop, raw(x12(body))).notice_lines.to_pylist()
    assert [(r["reason"], r["disposition"]) for r in rows] == [("overstock", "return"), ("damaged", "keep")]


def test_the_order_of_the_whole_return_stands_beside_those_of_its_lines(shop):
    body = ["BGN*00*R1*20261118", "PRF*PO1", line_180(), line_180(HOLDER), "PRF*PO2****7"]
    rows = run(shop, raw(x12(body))).notice_lines.to_pylist()
    assert [(r["header_po"], r["po_number"], r["po_line"]) for r in rows] == [("PO1", None, None), ("PO1", "PO2", "7")]


def test_nothing_of_one_message_reaches_another(shop):
    first = ["BGN*00*R1*20261118", f"N9*CN*{CARTON}", "N1*SF*A*92*7", line_180(), "PRF*PO1"]
    rows = run(shop, raw(x12(first, returned("R2"))), raw(x12(returned("R3"), control=2))).notice_lines.to_pylist()
    assert [(row["carton"], row["store"], row["po_number"]) for row in rows] == [
        (CARTON, "7", "PO1"),
        (None, None, None),
        (None, None, None),
    ]


def test_an_unknown_sender_is_rejected_whole(shop):
    translation = run(shop, raw(x12(returned("R1"), sender="STRANGER")), raw(x12(returned("R2"), control=2)))
    assert translation.documents["number"].to_pylist() == ["R2"]
    assert codes(translation) == ["ENV-UNKNOWN-SENDER"]
    assert translation.interchanges["state"].to_pylist() == ["rejected", "accepted"]
    assert translation.rejections == (Rejection("x12", 0, -1, "ENV-UNKNOWN-SENDER"),)


def test_a_message_that_no_mapping_claims_is_refused_alone(shop):
    mixed = x12(returned("R1"), ["BIG*20261118*1"], returned("R2")).replace("ST*180*0002", "ST*810*0002")
    translation = run(shop, raw(mixed))
    assert translation.documents["number"].to_pylist() == ["R1", "R2"]
    assert [document[-2:] for document in translation.documents["document"].to_pylist()] == ["-1", "-3"]
    assert "MSG-NOT-CLAIMED" in codes(translation)
    assert translation.rejections == (Rejection("x12", 0, 1, "MSG-NOT-CLAIMED"),)


def test_a_mapping_claims_a_version_and_a_sender_if_it_says_so(tmp_path):
    def numbers(claims: str) -> list[str]:
        folder = partner_folder(
            tmp_path / hashlib.sha256(claims.encode()).hexdigest()[:8], {"returns": RETURNS_180 + claims}
        )
        return run(folder, raw(x12(returned("R1")))).documents["number"].to_pylist()

    assert numbers("claims: {version: '004010', sender: 'ZZ:SHOP'}\n") == ["R1"]
    assert numbers("claims: {version: '005010'}\n") == []
    assert numbers("claims: {sender: 'ZZ:OTHER'}\n") == []


@pytest.mark.parametrize(("tolerate", "lines", "severity"), [("[]", 0, "fatal"), ("[segment_count]", 1, "warning")])
def test_a_wrong_count_quarantines_unless_it_is_tolerated(tmp_path, tolerate, lines, severity):
    folder = partner_folder(tmp_path, {"returns": RETURNS_180}, tolerate=tolerate)
    translation = run(folder, raw(x12(returned("R1")).replace("SE*4*", "SE*9*")))
    document = only(translation, "documents")
    finding = only(translation, "findings")
    assert document["number"] == "R1"
    assert (finding["code"], finding["document"]) == ("MSG-COUNT-WRONG", document["document"])
    assert finding["severity"] == severity
    assert translation.notice_lines.num_rows == lines


def test_an_unreadable_message_without_a_number_is_only_a_finding(shop):
    translation = run(shop, raw(x12(["BGN*00", line_180()]).replace("SE*4*", "SE*9*")))
    assert translation.documents.num_rows == 0
    assert codes(translation) == ["ELEMENT-MISSING", "ELEMENT-MISSING", "MSG-COUNT-WRONG"]


def test_a_readable_document_without_a_number_is_fatal(shop):
    translation = run(shop, raw(x12(["BGN*00", line_180()])))
    assert only(translation, "documents")["number"] is None
    findings = translation.findings.to_pylist()
    assert {row["code"] for row in findings} == {"DOC-NO-NUMBER", "ELEMENT-MISSING"}
    assert {row["document"] for row in findings} == {only(translation, "documents")["document"]}


def test_a_truncated_interchange_gives_nothing_but_findings(shop):
    translation = run(shop, raw(x12(returned("R1"), returned("R2")).split("SE*4*0002")[0]))
    assert translation.documents.num_rows == 0
    assert "ENV-TRUNCATED" in codes(translation)
    assert translation.interchanges["state"].to_pylist() == ["rejected"]


@pytest.mark.parametrize(
    ("line", "code", "field", "value"),
    [
        (line_180(gtin="9522234400010"), "FIELD-MISSING", "gtin", None),
        (line_180(gtin="9522234400010") + "****VN*a-1", "FIELD-BAD-GTIN", "vendor_item", "A-1"),
        (line_180(quantity="2.5"), "FIELD-BAD-NUMBER", "units", None),
        (line_180(quantity="-1"), "FIELD-BAD-NUMBER", "units", None),
        (line_180(quantity="0"), "FIELD-BAD-NUMBER", "units", None),
        (line_180(quantity="1E3"), "FIELD-BAD-NUMBER", "units", None),
        (line_180(quantity=""), "FIELD-MISSING", "units", None),
        (line_180(unit="CA"), "FIELD-UNKNOWN-CODE", "units", None),
        (line_180() + "*UCP*1,5", "FIELD-BAD-NUMBER", "unit_price", None),
        (line_180() + "~RDR*RA*QQ", "FIELD-UNKNOWN-CODE", "reason", None),
        (line_180() + "~N9*CN*BOX 7", "FIELD-BAD-SSCC", "carton", "BOX 7"),
    ],
)
def test_a_field_fault_is_found_at_its_line(shop, line, code, field, value):
    translation = run(shop, raw(x12(returned("R1", line_180(), *line.split("~")))))
    found = [row for row in translation.findings.to_pylist() if row["code"] == code]
    assert [(row["line_no"], "BLI 2" in row["path"]) for row in found] == [(2, True)]
    assert found[0]["document"] == only(translation, "documents")["document"]
    rows = translation.notice_lines.to_pylist()
    assert rows[1][field] == value
    assert rows[0]["units"] == 3


def test_a_fault_shows_the_bytes_of_the_value(shop):
    file = raw(x12(returned("R1", line_180(quantity="many"))))
    (finding,) = [row for row in run(shop, file).findings.to_pylist() if row["code"] == "FIELD-BAD-NUMBER"]
    assert file.data[finding["offset"] : finding["offset"] + finding["length"]] == b"many"
    assert finding["path"] == "ISA 000000001/GS 1/ST 0001/BLI 1.03"
    assert finding["detail"] == "quantity: 'many'"


def test_a_fault_of_the_header_is_told_once(shop):
    body = ["BGN*00*R1*20261118", "N9*CN*BOX 7", line_180(), line_180(HOLDER)]
    assert only(run(shop, raw(x12(body))), "findings")["line_no"] is None


@pytest.mark.parametrize(
    ("code", "purpose", "findings"),
    [
        ("00", "original", []),
        ("01", "cancel", []),
        ("05", "replace", []),
        ("07", "copy", []),
        ("99", "replace", ["FIELD-UNKNOWN-CODE"]),
    ],
)
def test_the_purpose_is_looked_up_and_an_unknown_one_never_passes_for_an_original(shop, code, purpose, findings):
    translation = run(shop, raw(x12([f"BGN*{code}*R1*20261118", line_180()])))
    assert only(translation, "documents")["purpose"] == purpose
    assert codes(translation) == findings


def test_units_count_base_units_and_keep_what_was_said(shop):
    row = only(run(shop, raw(x12(returned("R1", line_180(quantity="2", unit="DZ"))))))
    assert (row["units"], row["quantity_raw"], row["unit_raw"]) == (24, "2", "DZ")


def test_edifact_values_are_released_and_either_decimal_mark_is_read(shop):
    body = [
        "BGM+732+A?+1+9", "DTM+137:20261118:102", "LIN+1++9522234400018:EN", "PIA+1+x?'1:SA", "PRI+AAA:2,50",
        "QTY+61:3", "CDI+3E+4", "CDI+3E+13E", "UNS+S", "CNT+2:1",
    ]  # fmt: skip
    translation = run(shop, raw(edifact(body)))
    row = only(translation)
    assert only(translation, "documents")["number"] == "A+1"
    assert (row["gtin"], row["vendor_item"], row["unit_price"]) == ("09522234400018", "X'1", "2.50")
    assert (row["reason"], row["disposition"]) == ("damaged", "dispose")
    assert codes(translation) == []


def test_x12_and_edifact_and_tables_go_together_in_the_order_given(shop):
    files = [
        raw("No;Ean;Qty;Price\r\nT1;9522234400018;1;2,5\r\n", "t.csv"),
        raw(edifact(["BGM+732+E1+9", "LIN+1++9522234400018:EN", "QTY+61:1"])),
        raw(x12(returned("X1"))),
    ]
    translation = run(shop, *files)
    assert translation.documents["number"].to_pylist() == ["T1", "E1", "X1"]
    assert translation.notice_lines["document"].to_pylist() == translation.documents["document"].to_pylist()
    assert set(translation.readings) == {"x12", "edifact"}


def test_rows_with_the_same_number_are_one_document(shop):
    table = "No;Ean;Qty;Price\r\nT1;9522234400018;1;1.000,5\r\nT2;9528512300018;2;\r\nT1;;x;0,5\r\n"
    translation = run(shop, raw(table, "T.CSV"))
    assert translation.documents["number"].to_pylist() == ["T1", "T2"]
    rows = translation.notice_lines.to_pylist()
    assert [(row["document"][-2:], row["line_no"], row["units"], row["unit_price"]) for row in rows] == [
        ("-1", 1, 1, None),
        ("-1", 2, None, "0.5"),
        ("-2", 1, 2, None),
    ]
    assert [(row["code"], row["path"]) for row in translation.findings.to_pylist()] == [
        ("FIELD-BAD-NUMBER", "row 2, Price"),
        ("FIELD-MISSING", "row 4"),
        ("FIELD-BAD-NUMBER", "row 4, Qty"),
    ]


@pytest.mark.parametrize(
    ("data", "name", "code", "detail"),
    [
        (b"", "t.csv", "FILE-EMPTY", "0 bytes"),
        (b" \r\n", "t.csv", "FILE-EMPTY", "blanks"),
        (b"\x00\x01PK\x03\x04", "t.csv", "FILE-UNKNOWN-FORMAT", "begins with"),
        (b"A;B\n1;2\n", "t.csv", "FILE-UNCLAIMED", "missing are No, Ean, Qty, Price; new are A, B"),
        (b"No;Ean;Menge;Price\n1;2;3;4\n", "t.csv", "TABLE-LAYOUT-CHANGED", "3: Qty -> Menge?"),
        (b"No;Ean;Qty;Price\n1;2;3;4\n", "t.txt", "FILE-UNCLAIMED", "'t.txt' does not fit '*.csv'"),
        (b"No;Ean;Qty;Price\n", "t.csv", "DOC-NO-LINES", "no rows"),
    ],
)
def test_a_file_that_is_not_taken_says_why(shop, data, name, code, detail):
    translation = run(shop, raw(data, name))
    assert translation.documents.num_rows == 0
    finding = only(translation, "findings")
    assert (finding["code"], finding["severity"]) == (code, "fatal")
    assert detail in finding["detail"]


def test_text_for_a_partner_that_sends_no_tables_is_no_known_format(tmp_path):
    folder = partner_folder(tmp_path, {"returns": RETURNS_180})
    assert codes(run(folder, raw("Dear all, nothing to return this week."))) == ["FILE-UNKNOWN-FORMAT"]


def test_more_columns_than_claimed_do_no_harm(shop):
    table = raw("No;Note;Ean;Qty;Price\nT1;x;9522234400018;1;1\n", "t.csv")
    assert only(run(shop, table))["gtin"] == "09522234400018"
    assert only(run(shop, table), "findings")["detail"] == "mapping table: Note"


def test_no_files_give_empty_tables(shop):
    translation = run(shop)
    assert translation.documents.num_rows == translation.findings.num_rows == 0


SEGMENTS = st.sampled_from(
    [line_180(), line_180(quantity="x"), line_180(gtin=""), "RDR*RA*EI", "RDR*KA*QQ", "PRF*P1****2", f"N9*CN*{CARTON}",
     "N9*CN*B", "N1*SF*S*92*4", "QTY*1", "BLI", "BGN*01*Z"]
)  # fmt: skip
MESSAGES = st.lists(st.lists(SEGMENTS, max_size=6), min_size=1, max_size=4)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(MESSAGES, min_size=1, max_size=3), st.sampled_from(["SHOP", "STRANGER"]))
def test_a_batch_gives_what_its_files_give_one_by_one(shop, contents, sender):
    files = [
        raw(x12(*(["BGN*00*R*20261118", *body] for body in messages), control=n, sender=sender if n == 1 else "SHOP"))
        for n, messages in enumerate(contents, start=1)
    ]
    together = run(shop, *files)
    alone = [run(shop, file) for file in files]
    for name in ("documents", "notice_lines", "findings", "interchanges"):
        expected = [row for translation in alone for row in getattr(translation, name).to_pylist()]
        assert getattr(together, name).to_pylist() == expected
    assert run(shop, *files).notice_lines.equals(together.notice_lines)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)), st.integers(0, 400), st.integers(0, 40)
)
def test_no_bytes_raise_and_every_file_leaves_a_trace(shop, junk, at, cut):
    good = x12(returned("R1", line_180(), f"BLI*EN*{PLATE}*1*EA")).encode()
    for data in (junk, good[:at] + junk + good[at + cut :]):
        translation = run(shop, raw(data, "t.csv"))
        assert translation.documents.num_rows + translation.findings.num_rows > 0


def test_rows_in_which_nothing_is_there_stay_when_paths_are_joined(tmp_path):
    rules = RETURNS_180 + "lines: {delivery_note: {from: [N9.01, N9.02], join: '/'}}\n"
    body = ["BGN*00*R1*20261118", line_180(), line_180(HOLDER), "N9*BM*7", line_180()]
    translation = run(partner_folder(tmp_path, {"a": rules}), raw(x12(body, returned("R2"))))
    assert translation.notice_lines["delivery_note"].to_pylist() == [None, "BM/7", None, None]


def test_a_message_without_its_first_segment_has_no_number_however_that_is_joined(tmp_path):
    folder = partner_folder(tmp_path, {"orders": "extends: x12/850\n"})
    translation = run(folder, raw(x12(["PO1*1*2*EA**" + "*EN*" + PLATE], message="850", group="PO")))
    assert translation.documents["number"].to_pylist() == [None]
    assert "DOC-NO-NUMBER" in codes(translation)


def test_style_colour_and_size_of_a_retann_may_be_texts_or_codes(tmp_path):
    shop = partner_folder(tmp_path, {"returns": "extends: edifact/retann\n"})
    lines = [
        "LIN+1", "PIA+5+OSLO:ST", "IMD+F+98+:::M", "IMD+F+35+:::Navy", "QTY+61:2",
        "LIN+2", "PIA+5+OSLO:ST", "IMD+C+35+GRN::91", "QTY+61:1",
    ]  # fmt: skip
    rows = run(shop, raw(edifact(["BGM+732+R1+9", *lines, "UNS+S"]))).notice_lines.to_pylist()
    told = [(row["style"], row["colour"], row["size"], row["units"]) for row in rows]
    assert told == [("OSLO", "NAVY", "M", 2), ("OSLO", "GRN", None, 1)]
