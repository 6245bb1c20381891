"""Every canonical value can be walked back to its bytes, and what the walk tells is what the engine did."""

import json
import re
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from mappings.catalog import Catalog, PartnerFolder
from mappings.engine import translate
from mappings.formats.segments import RawFile
from mappings.formats.workbook_cells import text_of_cell
from mappings.samples import raw_file, samples
from mappings.workbench.trace import Found, TracedField, TracedRow, trace
from tests.mappings.folders import BOWL, PLATE, line_180, partner_folder, raw, returned, x12

SHIPPED = Catalog.load(Path(__file__).resolve().parent.parent.parent / "mappings" / "partners")
ALL = [(folder, sample) for folder in SHIPPED.partners for sample in samples(folder)]


def field(row: TracedRow, name: str) -> TracedField:
    (found,) = (one for one in row.fields if one.name == name)
    return found


@pytest.mark.parametrize(("folder", "sample"), ALL, ids=[f"{one.id}-{sample.name}" for one, sample in ALL])
def test_what_is_told_of_a_sample_is_what_the_engine_gives(folder: PartnerFolder, sample: Path) -> None:
    file = raw_file(sample)
    rows = trace(file, folder, SHIPPED)
    translated = translate([file], folder, SHIPPED)
    assert len(rows) == translated.documents.num_rows + sum(table.num_rows for table in translated.lines.values())
    for row in rows:
        for one in row.fields:
            assert one.worked_out == one.value, (row.document, row.line_no, one)


@pytest.mark.parametrize(("folder", "sample"), ALL, ids=[f"{one.id}-{sample.name}" for one, sample in ALL])
def test_each_text_stands_in_the_bytes_that_are_named(folder: PartnerFolder, sample: Path) -> None:
    file = raw_file(sample)
    for row in trace(file, folder, SHIPPED):
        for one in row.fields:
            for found in filter(None, one.found):
                if found.path not in ("@file", "@name"):
                    assert meant(file.data, row, found) == found.text


def meant(data: bytes, row: TracedRow, found: Found) -> str:
    """What the bytes that are named mean in their format."""
    spot, rules = found.spot, row.by.rules
    if rules.standard == "workbook":
        assert spot.is_whole
        sheet, cell = spot.place.split("!")
        shown, formula = (load_workbook(BytesIO(data), data_only=only)[sheet][cell].value for only in (True, False))
        return text_of_cell(formula if shown is None else shown, rules.reads.decimal).strip()
    there = data[spot.offset : spot.offset + spot.length]
    if rules.standard == "json":
        return str(json.loads(b'"' + there + b'"')).strip()
    if rules.standard == "xml":
        codec = re.search(rb'encoding="([^"]*)"', data)
        text = there.decode(codec[1].decode() if codec else "utf-8")
        return (ElementTree.fromstring(f"<a>{text}</a>").text or "").strip()
    if rules.standard == "edifact":
        return re.sub(r"\?(.)", r"\1", there.decode("latin-1"))
    return there.decode(rules.reads.encoding if rules.standard in ("delimited", "fixed") else "latin-1").strip()


def test_the_alternative_that_won_is_named_with_its_place_in_the_mapping(tmp_path: Path) -> None:
    folder = partner_folder(tmp_path, {"returns": "extends: x12/180\nlines:\n  store: {from: [^REF.01, ^BGN.02]}\n"})
    file = raw(x12(returned("R1", line_180())))
    header, line = trace(file, folder, Catalog.load(tmp_path))
    store = field(line, "store")
    assert (store.won, store.value, store.found[0]) == (1, "R1", None)
    found = store.found[1]
    assert found is not None
    assert file.data[found.spot.offset : found.spot.offset + found.spot.length] == b"R1"
    assert store.mark is not None
    assert (store.mark.path.name, store.mark.line) == ("returns.yaml", 3)
    assert store.mark.text[store.mark.column - 1 :].startswith("^BGN.02")
    number = field(header, "number")
    assert number.mark is not None
    assert number.mark.path.name == "180.yaml"


def test_steps_say_what_became_of_the_text(tmp_path: Path) -> None:
    own = "extends: x12/180\nlines:\n  split:\n  vendor_item: {from: BLI.02, clean: [strip, {prefix: X}]}\n"
    folder = partner_folder(tmp_path, {"returns": own})
    rows = trace(raw(x12(returned("R1", line_180(PLATE, "3", "DZ")))), folder, Catalog.load(tmp_path))
    line = rows[-1]
    assert field(line, "vendor_item").steps == (f"prefix 'X' → 'X{PLATE}'",)
    assert field(line, "unit").steps == ("units/x12: 'DZ' means '12'",)
    assert field(line, "quantity").steps == ("as units", "times 12")
    assert field(line, "quantity").value == 36


def test_a_default_a_constant_and_an_unknown_code_are_told(tmp_path: Path) -> None:
    own = "extends: x12/180\nlines:\n  currency: {const: GBP}\n"
    folder = partner_folder(tmp_path, {"returns": own})
    lines = (f"BLI*EN*{BOWL}*1", "RDR*RA*??")
    line = trace(raw(x12(returned("R1", *lines))), folder, Catalog.load(tmp_path))[-1]
    assert field(line, "unit").steps[0] == "default 'EA'"
    assert field(line, "currency").won is None
    assert field(line, "reason").steps == ("'??' is not in reasons/x12_1293",)


def test_parts_of_a_split_line_each_have_their_own_bytes() -> None:
    folder = SHIPPED.partner("harwich")
    file = raw_file(samples(folder)[0])
    rows = [row for row in trace(file, folder, SHIPPED) if row.line_no and field(row, "condition").won is not None]
    assert rows
    for row in rows:
        found = field(row, "quantity").found[0]
        assert found is not None
        assert found.spot.place.endswith("W13.01")


def worked(rows: list[TracedRow]) -> list[TracedRow]:
    """The rows, of which each value is as it was worked out."""
    for row in rows:
        assert {one.name: one.worked_out for one in row.fields} == {one.name: one.value for one in row.fields}
    return rows


def test_a_rule_that_gives_way_is_told_with_its_condition(tmp_path: Path) -> None:
    rule = "{from: N9.02, when: {RDR.01: [RN, RP]}, otherwise: {from: [BLI.09, BLI.04]}}"
    folder = partner_folder(tmp_path, {"returns": f"extends: x12/180\nlines:\n  store: {rule}\n"})
    lines = (f"BLI*EN*{PLATE}*1*EA", "N9*IV*A", "RDR*RN", f"BLI*EN*{PLATE}*7*CA", "N9*IV*B", "RDR*XX")
    _, first, second = worked(trace(raw(x12(returned("R1", *lines))), folder, Catalog.load(tmp_path)))
    assert field(first, "store").steps == ("when RDR.01 is RN or RP: it is 'RN'",)
    assert (field(first, "store").value, field(first, "store").rule.from_) == ("A", ("N9.02",))
    given_way = field(second, "store")
    assert (given_way.value, given_way.rule.from_, given_way.won) == ("CA", ("BLI.09", "BLI.04"), 1)
    assert given_way.mark is not None
    assert given_way.mark.text[given_way.mark.column - 1 :].startswith("BLI.04")


def test_calculations_are_told(tmp_path: Path) -> None:
    rule = "{from: BLI.03, as: units, times: N9.02}"
    folder = partner_folder(tmp_path, {"returns": f"extends: x12/180\nlines:\n  split:\n  quantity: {rule}\n"})
    lines = (f"BLI*EN*{PLATE}*3*EA", "N9*PK*12")
    line = worked(trace(raw(x12(returned("R1", *lines))), folder, Catalog.load(tmp_path)))[-1]
    assert (field(line, "quantity").value, field(line, "quantity").steps) == (36, ("as units", "times N9.02 '12'"))


def test_groups_of_a_segment_have_their_own_bytes(tmp_path: Path) -> None:
    own = (
        'kind: order\nstandard: x12\nclaims: {message: "850"}\npairs: {PO1: [6, 8]}\n'
        "document: {number: {from: BEG.03}}\n"
        'lines:\n  each: PO1\n  gtin: {from: "PO1[EN].next", as: gtin}\n  quantity: {from: PO1.02, as: units}\n'
        '  split:\n    - {each: SDQ, repeat: {first: 3, size: 2}, quantity: "SDQ.#2", store: {from: "SDQ.#1"}}\n'
    )
    folder = partner_folder(tmp_path, {"orders": own})
    body = [
        "BEG*00*SA*PO7**20261118",
        f"PO1*1*9*EA***EN*{PLATE}",
        "SDQ*EA*92*0014*4*0015*3",
        f"PO1*2*5*EA***EN*{PLATE}",
    ]
    file = raw(x12(body, message="850", group="PO"))
    _, first, second, bare = worked(trace(file, folder, Catalog.load(tmp_path)))
    for row, store, units in ((first, b"0014", b"4"), (second, b"0015", b"3")):
        for name, there in (("store", store), ("quantity", units)):
            found = field(row, name).found[0]
            assert found is not None
            assert file.data[found.spot.offset : found.spot.offset + found.spot.length] == there
    assert field(bare, "quantity").value == 5


def bytes_of(file: RawFile, row: TracedRow, name: str) -> tuple[str, bytes]:
    """The text that was found for a field, and the bytes that are named for it."""
    one = field(row, name)
    assert one.won is not None
    found = one.found[one.won]
    assert found is not None
    return found.text, file.data[found.spot.offset : found.spot.offset + found.spot.length]


def test_bytes_of_xml_and_json_are_raw_and_their_texts_decoded(tmp_path: Path) -> None:
    lines = "lines: {each: l, store: {from: shop}, quantity: {from: qty, as: units}}\n"
    xml = "kind: notice\nstandard: xml\nclaims: {root: r}\ndocument: {number: {from: no}}\n" + lines
    folder = partner_folder(tmp_path, {"xml": xml, "json": xml.replace("xml", "json").replace("root: r", "has: [l]")})
    content = "<r><no> A&amp;B </no><l><shop><![CDATA[<7>]]></shop><qty>2</qty></l></r>"
    file = raw(content, "a.xml")
    header, line = worked(trace(file, folder, Catalog.load(tmp_path)))
    assert bytes_of(file, header, "number")[0] == "A&B"
    assert bytes_of(file, header, "number")[1].strip() == b"A&amp;B"
    assert bytes_of(file, line, "store") == ("<7>", b"<![CDATA[<7>]]>")
    file = raw(r'{"no": "A\u0026\"B", "l": [{"shop": " 7 ", "qty": 2}]}', "a.json")
    header, line = worked(trace(file, folder, Catalog.load(tmp_path)))
    assert bytes_of(file, header, "number") == ('A&"B', rb"A\u0026\"B")
    assert bytes_of(file, line, "store") == ("7", b"7")
    assert field(line, "store").found[0].spot.place.endswith("l/shop")  # type: ignore[union-attr]


def test_values_of_a_record_above_have_its_bytes() -> None:
    folder = SHIPPED.partner("oldport")
    file = raw_file(samples(folder)[1])
    first, second = [row for row in trace(file, folder, SHIPPED) if row.line_no][:2]
    assert bytes_of(file, second, "carton") == bytes_of(file, first, "carton")
    carton = field(second, "carton").found[0]
    assert carton is not None
    assert carton.spot.offset < first.offset < second.offset
    assert carton.spot.place.startswith("above row ")


def test_what_was_read_of_a_damaged_cell_is_a_step() -> None:
    folder = SHIPPED.partner("fjellmark")
    file = raw_file(samples(folder)[0])
    lost, whole = [row for row in trace(file, folder, SHIPPED) if row.line_no][:2]
    gtin = field(lost, "gtin")
    assert (gtin.value, gtin.won, gtin.steps) == (None, None, ("the damaged cell is not read",))
    assert gtin.found[0] is not None
    assert gtin.found[0].text == "9,52223E+12"
    assert field(whole, "gtin").steps == ("read as '9522234400018'", "as gtin")
    assert bytes_of(file, whole, "gtin") == ("9,522234400018E+12", b"9,522234400018E+12")


def test_values_above_the_table_of_a_workbook_have_the_place_of_their_cell() -> None:
    folder = SHIPPED.partner("kaufring")
    rows = trace(raw_file(samples(folder)[1]), folder, SHIPPED)
    places = {row.line_no: field(row, "store").found[0].spot.place for row in rows if row.line_no}  # type: ignore[union-attr]
    assert len(places) > 1
    assert set(places.values()) == {"Retoure!F3"}


def test_what_cannot_be_converted_is_told(tmp_path: Path) -> None:
    folder = partner_folder(tmp_path, {"returns": "extends: x12/180\nlines:\n  split:\n"})
    line = trace(raw(x12(returned("R1", line_180("123", "x")))), folder, Catalog.load(tmp_path))[-1]
    assert field(line, "gtin").steps == ("as gtin: impossible",)
    assert field(line, "quantity").steps == ("as units: impossible",)
    assert field(line, "po_number").steps == ()
