"""Proposed folders load, give the samples' rows, and say what they do not know."""

import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from mappings import samples
from mappings.catalog import Catalog
from mappings.propose.charset_guess import charset_of
from mappings.propose.folder import Proposal, Sample, Wanted, proposed
from mappings.propose.grid import grid_of
from mappings.propose.questions import answers_of
from mappings.propose.reason_words import reasons_meant
from mappings.propose.written import days_of, marks_of
from schemas.errors import ConfigError, PermanentError
from tests.mappings.folders import edifact, x12
from tests.propose.header_sets import header_sets

SHIPPED = Path(samples.__file__).parent / "partners"
HEAD = "Retoure;Datum;Filiale;EAN;Menge;EK-Preis;Grund\n"
GTIN, OTHER = "9522234400018", "9528512300018"


def propose(text: str | bytes, name: str = "returns.csv", role: str | None = None, *answers: str) -> Proposal:
    data = text.encode() if isinstance(text, str) else text
    return proposed([Sample(name, data)], Wanted("shop", None, role), answers_of(answers))


def written(proposal: Proposal, root: Path) -> Catalog:
    for name, data in proposal.files.items():
        path = root / "shop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return Catalog.load(root)


def mapping(proposal: Proposal, name: str = "returns") -> str:
    return proposal.files[f"maps/{name}.yaml"].decode()


def keys(proposal: Proposal) -> list[str]:
    return [one.key for one in proposal.questions]


@pytest.mark.parametrize(
    "one", header_sets("header_sets.yaml", "held_out_sets.yaml", "hard_sets.yaml"), ids=lambda one: one.name
)
def test_a_proposed_folder_loads_and_its_sample_gives_the_rows_beside_it(one, tmp_path):
    proposal = proposed([Sample("file.csv", one.data)], Wanted("shop", None, one.role), {})
    catalog = written(proposal, tmp_path)
    [sample] = samples.samples(catalog.partner("shop"))
    assert samples.differences(sample, catalog.partner("shop"), catalog) == ""
    assert json.loads(proposal.rows["file.csv"])["documents"]


@pytest.mark.parametrize(
    ("partner", "sample"), [("nordstad", "returns.x12"), ("nordstad", "faults.x12"), ("brightwell", "returns.edi")]
)
def test_an_edi_proposal_gives_the_rows_of_the_shipped_mapping(partner, sample):
    path = SHIPPED / partner / "samples" / sample
    proposal = propose(path.read_bytes(), sample)
    assert proposal.rows[sample] == samples.expected_path(path).read_text(encoding="utf-8")


def test_an_edi_proposal_says_only_what_differs():
    proposal = propose((SHIPPED / "nordstad/samples/returns.x12").read_bytes(), "returns.x12")
    said = [line for line in mapping(proposal).splitlines() if not line.startswith("#")]
    assert said == ["extends: x12/180", 'claims: {sender: "ZZ:NORDSTAD", version: "004010"}']


def test_the_identities_of_an_interchange_stand_in_partner_yaml():
    proposal = propose((SHIPPED / "brightwell/samples/returns.edi").read_bytes(), "returns.edi")
    text = proposal.files["partner.yaml"].decode()
    assert 'qualifier: "14", id: "9520000010003"' in text
    assert 'our_identity: {scheme: edifact, qualifier: "14", id: "9520000000011"}' in text


def test_a_path_that_the_standard_does_not_know_is_added_when_it_fills_an_empty_field():
    message = ["BGN*00*R1*20261118", "N1*ST*QUAY*92*0042", "N9*LA*BOX77", f"BLI*UN*{GTIN}*3*EA****VA*WR1"]
    proposal = propose(x12(message), "r.x12")
    text = mapping(proposal)
    assert '"^N1[ST].04"' in text
    assert '"BLI[UN].next"' in text
    assert '"BLI[VA].next"' in text
    [row] = json.loads(proposal.rows["r.x12"])["notice_lines"]
    assert (row["store"], row["vendor_item"], row["carton"]) == ("0042", "WR1", "BOX77")


def test_codes_without_a_meaning_are_asked_about_and_an_answer_becomes_a_list(tmp_path):
    message = ["BGN*00*R1*20261118", f"BLI*EN*{GTIN}*3*EA", "RDR*RA*QQ"]
    assert keys(propose(x12(message), "r.x12")) == ["reason:QQ"]
    proposal = propose(x12(message), "r.x12", None, "reason:QQ=overstock")
    assert proposal.files["codes/reasons/x12_1293.csv"] == b"code,means\nQQ,overstock\n"
    assert json.loads(proposal.rows["r.x12"])["notice_lines"][0]["reason"] == "overstock"


def test_a_message_without_a_shipped_standard_is_told():
    proposal = propose(edifact(["BGM+1+1"], kind="ZZZZZZ:D:01B:UN"), "r.edi")
    assert any("no shipped standard for ZZZZZZ" in note for note in proposal.notes)
    assert not [name for name in proposal.files if name.startswith("maps/")]


def test_a_receipt_asks_whether_boxes_are_counted_in_full():
    sample = (SHIPPED / "venlo/samples/receipts.edi").read_bytes()
    assert keys(propose(sample, "receipts.edi")) == ["complete"]
    proposal = propose(sample, "receipts.edi", None, "complete=true")
    expected = SHIPPED / "venlo/samples/receipts.edi.expected.json"
    assert proposal.rows["receipts.edi"] == expected.read_text(encoding="utf-8")


def test_answers_settle_what_is_open(tmp_path):
    one = next(one for one in header_sets("header_sets.yaml") if one.name == "sv-two-numbers")
    given = ["Antal retur=quantity", "Artikelnr=buyer_item", "currency=SEK"]
    proposal = propose(one.text, "returns.csv", None, *given)
    assert proposal.questions == []
    assert "quantity: {from: Antal retur, as: units}" in mapping(proposal)
    assert "currency: {const: SEK}" in mapping(proposal)
    rows = json.loads(proposal.rows["returns.csv"])["notice_lines"]
    assert [row["units"] for row in rows] == [2, 3, 4, 1, 5]
    written(proposal, tmp_path)


@pytest.mark.parametrize(
    "answer",
    ["Menge=qty", "Foo=quantity", "=x", "nothing", "Menge=gtin"],
    ids=["field", "column", "key", "mark", "twice"],
)
def test_an_answer_that_does_not_fit_is_refused_with_what_to_write(answer):
    with pytest.raises(ConfigError, match="Next:"):
        propose(f"{HEAD}R1;18.11.2026;7;{GTIN};3;1,20;defekt\n", "r.csv", None, answer, "EAN=gtin")


def test_days_that_may_be_read_both_ways_are_asked_about_and_left_out():
    text = f"Return No,Date,EAN,Qty\nR1,03/04/2026,{GTIN},3\nR2,05/06/2026,{OTHER},1\n"
    proposal = propose(text)
    assert "days" in keys(proposal)
    assert "issued_on" not in mapping(proposal)
    assert "form: DD/MM/YYYY" in mapping(propose(text, "r.csv", None, "days=DD/MM/YYYY"))
    settled = text.replace("05/06", "25/06")
    assert "form: DD/MM/YYYY" in mapping(propose(settled))


@pytest.mark.parametrize(
    ("cells", "forms"),
    [
        (["03/04/2026"], ("DD/MM/YYYY", "MM/DD/YYYY")),
        (["03/04/2026", "13/04/2026"], ("DD/MM/YYYY",)),
        (["03/04/2026", "04/13/2026"], ("MM/DD/YYYY",)),
        (["13/04/2026", "04/13/2026"], ()),
        (["03.04.2026"], ("DD.MM.YYYY",)),
        (["20261118"], ("CCYYMMDD",)),
        (["18-11-26"], ("DD-MM-YY", "YY-MM-DD")),
        (["2026-11-18 10:15"], ("YYYY-MM-DD",)),
        (["12345678"], ()),
    ],
)
def test_the_order_of_a_day_is_settled_by_values_alone(cells, forms):
    assert days_of(cells).forms == forms


@pytest.mark.parametrize(
    ("cells", "decimal", "thousands", "undecided"),
    [
        (["1.234,50"], {","}, {"."}, None),
        (["1,234.50"], {"."}, {","}, None),
        (["12,5", "7"], {","}, set(), None),
        (["1,250"], set(), set(), "1,250"),
        (["1.250.000"], set(), {"."}, None),
        (["0,125"], {","}, set(), None),
        (["1 234,50"], {","}, {" "}, None),
    ],
)
def test_marks_of_numbers(cells, decimal, thousands, undecided):
    marks = marks_of(cells)
    assert (set(marks.decimal), set(marks.thousands), marks.open) == (decimal, thousands, undecided)


def test_a_number_that_may_be_a_few_or_thousands_is_asked_about():
    proposal = propose(f"Retoure;EAN;Menge;Preis\nR1;{GTIN};3;1,250\nR2;{OTHER};2;2,125\n")
    assert "decimal" in keys(proposal)
    assert "unit_price" not in mapping(proposal)
    assert "unit_price" in mapping(propose(f"Retoure;EAN;Menge;Preis\nR1;{GTIN};3;1,250\n", "r", None, "decimal=comma"))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Größe;Stück", "cp1252"),
        ("Größe;Stück;Grün", "cp850"),
        ("Ilość zwrócona;Przyczyna;świeca żółta", "cp1250"),
        ("Ilość zwrócona;Przyczyna;świeca żółta", "iso8859-2"),
        ("Quantité retournée;Libellé", "utf-8"),
        ("Mængde;Årsag;Størrelse", "utf-16"),
    ],
)
def test_the_character_set_by_its_letters(text, encoding):
    data = (text * 3).encode(encoding)
    found = charset_of(data)
    assert data[found.mark :].decode(found.encoding) == text * 3


def test_reasons_by_their_words_and_codes_of_a_partner_asked_about():
    rows = [
        f"R1;18.11.2026;7;{GTIN};3;1,20;{reason}" for reason in ("Überbestand", "defekt", "UEB", "Transportschaden")
    ]
    proposal = propose(HEAD + "\n".join(rows) + "\n")
    listed = proposal.files["codes/reasons/grund.csv"].decode()
    assert [line.split(",")[:2] for line in listed.splitlines()[1:]] == [
        ["ÜBERBESTAND", "overstock"], ["DEFEKT", "defective"], ["TRANSPORTSCHADEN", "damaged_in_transit"],
    ]  # fmt: skip
    assert "reason:UEB" in keys(proposal)
    assert reasons_meant("verpackung beschädigt") == ("packaging", "damaged")


def test_quantities_that_are_all_negative_are_read_without_their_sign():
    proposal = propose(f"Retoure;EAN;Menge\nR1;{GTIN};-3\nR2;{OTHER};-1\n")
    rows = json.loads(proposal.rows["returns.csv"])["notice_lines"]
    assert [row["units"] for row in rows] == [3, 1]


def test_title_rows_above_the_header_and_totals_below_are_no_rows():
    text = f"Returns week 47;;\n;;\nReturn No;EAN;Qty\nR1;{GTIN};3\nR2;{OTHER};1\nTotal;;4\n"
    grid = grid_of("r.csv", text.encode())
    assert (grid.header_row, len(grid.rows), grid.ends) == (3, 2, "^Total")


def test_a_workbook_is_read_below_its_merged_title():
    book = Workbook()
    sheet = book.active
    sheet["A1"] = "Returns of week 47"
    sheet.merge_cells("A1:D1")
    sheet.append([])
    sheet.append(["Return No", "EAN", "Qty", "Unit cost"])
    sheet.append(["R1", int(GTIN), 3, 2.5])
    sheet.append(["R2", int(OTHER), 1, 12])
    grid = grid_of("r.xlsx", saved(book))
    assert (grid.standard, grid.header_row, grid.names) == ("workbook", 3, ("Return No", "EAN", "Qty", "Unit cost"))
    assert grid.rows[0] == ("R1", GTIN, "3", "2.5")
    text = mapping(propose(saved(book), "r.xlsx"))
    assert "standard: workbook" in text
    assert "header_row: 3" in text


def saved(book: Workbook) -> bytes:
    from io import BytesIO

    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.csv", b""),
        ("blank.csv", b" \n\n"),
        ("bytes.bin", bytes(range(256)) * 8),
        ("one.csv", b"EAN\n9522234400018\n"),
        ("header.csv", b"Return No;EAN;Qty\n"),
        ("broken.xml", b"<Foo"),
        ("broken.json", b'{"a": '),
        ("cut.x12", b"ISA*00*"),
        ("packed.xlsx", b"PK\x03\x04nothing"),
    ],
)
def test_what_is_no_sample_is_refused_in_words(name, data):
    with pytest.raises(PermanentError, match=r"[A-Z].*\.$"):
        propose(data, name)


def test_two_samples_with_the_same_columns_are_one_mapping():
    text = f"{HEAD}R1;18.11.2026;7;{GTIN};3;1,20;defekt\n".encode()
    proposal = proposed([Sample("a.csv", text), Sample("b.csv", text.replace(b"R1", b"R2"))], Wanted("shop"), {})
    assert [name for name in proposal.files if name.startswith("maps/")] == ["maps/returns.yaml"]
    assert {"samples/a.csv.expected.json", "samples/b.csv.expected.json"} <= proposal.files.keys()


def test_the_same_samples_give_the_same_bytes():
    text = f"{HEAD}R1;18.11.2026;7;{GTIN};3;1,20;defekt\n"
    assert propose(text).files == propose(text).files


@pytest.mark.parametrize(
    ("partner", "sample", "role", "name"),
    [
        ("essen", "receipts.csv", "warehouse", "receipts"),
        ("erp-export", "sales.csv", "erp", "sales"),
        ("lindhaus", "returns.csv", "retailer", "returns"),
    ],
)
def test_whose_table_it_is_shows_in_its_columns_and_is_told(partner, sample, role, name):
    proposal = propose((SHIPPED / partner / "samples" / sample).read_bytes(), sample)
    assert f"maps/{name}.yaml" in proposal.files
    assert f"role: {role}\n" in proposal.files["partner.yaml"].decode()
    assert any(f"of role {role}" in note for note in proposal.notes)


def test_a_message_that_may_announce_returns_or_ship_goods_is_asked_about():
    message = ["BGM+351+D1+9", "DTM+137:20261118:102", "CPS+1", f"LIN+1++{GTIN}:EN", "QTY+12:3"]
    text = edifact(message, kind="DESADV:D:96A:UN")
    assert "DESADV" in keys(propose(text, "d.edi"))
    assert "extends: edifact/desadv_notice" in mapping(propose(text, "d.edi", None, "DESADV=notice"))
    assert "extends: edifact/desadv\n" in mapping(propose(text, "d.edi", None, "DESADV=shipment"), "shipment")


def test_a_cell_that_contradicts_its_header_is_the_one_that_is_shown():
    proposal = propose(f"Retoure;EAN;Menge\nR1;{GTIN};3\nR2;9,52E+12;1\nR3;9,52E+12;2\n")
    [question] = [one for one in proposal.questions if one.key == "EAN"]
    assert "9,52E+12 lost their digits" in question.text
