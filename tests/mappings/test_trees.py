"""What becomes of XML and JSON files: claimed by a mapping, split into documents and lines, or refused with a word."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from schemas.errors import ConfigError
from tests.mappings.folders import BOWL, CARTON, HOLDER, PLATE, codes, partner_folder, raw, run

UBL = "urn:oasis:names:specification:ubl:schema:xsd"
NAMESPACES = f'xmlns:cac="{UBL}:CommonAggregateComponents-2" xmlns:cbc="{UBL}:CommonBasicComponents-2"'
OWN = """\
kind: notice
standard: xml
claims: {root: returns, where: {'@version': ['1', '2']}, files: "*.xml"}
document: {each: return, number: {from: "@no"}}
lines:
  each: line
  require: [quantity]
  gtin: {from: "@ean", as: gtin}
  quantity: {from: "@qty", as: units}
  store: {from: ^store}
"""
LINES = """\
kind: notice
standard: json
claims: {has: [items], where: {type: return}}
document: {number: {from: no}}
lines:
  each: items
  quantity: {from: qty, as: units}
  gtin: {from: ean, as: gtin}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    maps = {"own": OWN, "lines": LINES, "ubl": "extends: peppol/despatch_advice\n"}
    return partner_folder(tmp_path_factory.mktemp("shop"), maps)


@pytest.fixture(scope="module")
def dock(tmp_path_factory):
    maps = {"gs1": "extends: gs1/receiving_advice\n", "peppol": "extends: peppol/receipt_advice\n"}
    return partner_folder(tmp_path_factory.mktemp("dock"), maps, role="warehouse")


def returns(*documents: str, version: str = "1") -> str:
    return f'<returns version="{version}">{"".join(documents)}</returns>'


def one_return(number: str, *lines: str) -> str:
    return f'<return no="{number}"><store>7</store>{"".join(lines)}</return>'


LINE = f'<line ean="{PLATE}" qty="2"/>'


def test_a_root_with_several_documents(shop):
    text = returns(one_return("R1", LINE, LINE), one_return("R2", LINE))
    file = raw(text, "a.xml")
    translation = run(shop, file)
    assert translation.documents["document"].to_pylist() == [f"{file.sha256[:12]}-{n}" for n in (1, 2)]
    assert translation.documents["number"].to_pylist() == ["R1", "R2"]
    assert translation.documents["standard"].to_pylist() == ["xml", "xml"]
    lines = translation.notice_lines.to_pylist()
    assert [(row["document"][-1], row["line_no"], row["units"], row["store"]) for row in lines] == [
        ("1", 1, 2, "7"), ("1", 2, 2, "7"), ("2", 1, 2, "7"),
    ]  # fmt: skip
    assert [text[row["offset"] : row["offset"] + row["length"]] for row in lines] == [LINE] * 3
    assert codes(translation) == []


def test_a_batch_keeps_its_files_apart(shop):
    files = [raw(returns(one_return(f"R{n}", LINE)), f"{n}.xml") for n in range(5)]
    broken = raw("<returns version='1'><return>", "x.xml")
    latin = raw(b'<?xml version="1.0" encoding="ISO-8859-1"?>' + returns(one_return("Ré", LINE)).encode("latin-1"),
                "l.xml")  # fmt: skip
    translation = run(shop, *files[:3], broken, latin, *files[3:])
    assert translation.documents["number"].to_pylist() == ["R0", "R1", "R2", "Ré", "R3", "R4"]
    assert {name[-2:] for name in translation.documents["document"].to_pylist()} == {"-1"}
    [finding] = translation.findings.to_pylist()
    assert (finding["code"], finding["file"], finding["severity"]) == ("FILE-BROKEN", broken.sha256, "fatal")


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (
            returns(version="3"),
            "a.xml",
            "the root returns of no namespace; mappings: own (returns, @version 1 or 2",
        ),
        (returns(one_return("R1", LINE)), "a.txt", "*.xml"),
        ('<Order xmlns="urn:o"/>', "a.xml", "XML with the root Order of urn:o"),
        ('{"items": [], "type": "order"}', "a.json", "JSON with type; mappings: lines (items, type return)"),
        ("[[1, 2], {}]", "a.json", "JSON with nothing that has a name"),
    ],
)
def test_what_no_mapping_claims_says_what_it_is(shop, data, name, said):
    translation = run(shop, raw(data, name))
    assert translation.documents.num_rows == 0
    for finding in translation.findings.to_pylist():
        assert (finding["code"], finding["severity"]) == ("FILE-UNCLAIMED", "fatal")
        assert said in finding["detail"]
    assert codes(translation)


def test_a_partner_without_such_mappings_is_told_so(tmp_path):
    folder = partner_folder(tmp_path, {"own": LINES})
    [finding] = run(folder, raw("<a/>")).findings.to_pylist()
    assert (finding["code"], finding["detail"]) == (
        "FILE-UNCLAIMED",
        "XML with the root a of no namespace; no mapping for xml",
    )


def test_a_claimed_root_without_documents_is_told(shop):
    assert codes(run(shop, raw(returns(), "a.xml"))) == ["DOC-NO-LINES"]


def test_findings_stand_at_the_value_and_those_of_the_header_are_told_once(tmp_path):
    folder = partner_folder(tmp_path, {"own": OWN.replace(
        "  store: {from: ^store}", "  store: {from: ^store}\n  carton: {from: ^store, as: sscc}")})  # fmt: skip
    text = returns(one_return("R1", '<line qty="x"/>', "<line/>", f'<line qty="1" ean="{HOLDER[:-1]}9"/>'))
    found = run(folder, raw(text, "a.xml")).findings.to_pylist()
    shown = [
        (row["code"], row["path"], row["line_no"], text[row["offset"] : row["offset"] + row["length"]]) for row in found
    ]
    assert shown == [
        ("FIELD-BAD-SSCC", "returns/return/store", None, "7"),
        ("FIELD-BAD-NUMBER", "returns/return/line 1/@qty", 1, "x"),
        ("FIELD-MISSING", "returns/return/line 2", 2, "<line/>"),
        ("FIELD-BAD-GTIN", "returns/return/line 3/@ean", 3, f"{HOLDER[:-1]}9"),
    ]


def test_a_place_in_utf_16_is_the_whole_document(shop):
    data = returns(one_return("R1", '<line qty="x"/>')).encode("utf-16")
    translation = run(shop, raw(data, "a.xml"))
    assert translation.notice_lines.select(["offset", "length"]).to_pylist() == [{"offset": 0, "length": len(data)}]
    [finding] = translation.findings.to_pylist()
    assert (finding["offset"], finding["length"]) == (0, len(data))
    assert finding["path"] == "returns/return/line/@qty"


def test_json_lines_are_documents_and_each_is_claimed_by_itself(shop):
    good = {"type": "return", "no": "J1", "items": [{"qty": 1, "ean": PLATE}, {"qty": 2}]}
    texts = [
        json.dumps(good),
        "{",
        json.dumps({"type": "other"}),
        json.dumps(good | {"no": "J2", "items": {"qty": "3"}}),
    ]
    file = raw("\n".join(texts), "a.jsonl")
    translation = run(shop, file)
    assert translation.documents["number"].to_pylist() == ["J1", "J2"]
    assert translation.documents["document"].to_pylist() == [f"{file.sha256[:12]}-{n}" for n in (1, 2)]
    assert translation.documents["message_type"].to_pylist() == ["lines", "lines"]
    assert translation.notice_lines["units"].to_pylist() == [1, 2, 3]
    assert codes(translation) == ["FILE-BROKEN", "FILE-UNCLAIMED"]


def despatch(kind: str, *, order: str = "", lines: str = "") -> str:
    return (
        f'<u:DespatchAdvice xmlns:u="{UBL}:DespatchAdvice-2" {NAMESPACES}><cbc:ID>D1</cbc:ID>'
        f"<cbc:DespatchAdviceTypeCode>{kind}</cbc:DespatchAdviceTypeCode>{order}{lines}</u:DespatchAdvice>"
    )


def test_a_despatch_advice_is_a_notice_where_goods_come_back(shop):
    assert codes(run(shop, raw(despatch("1")))) == ["FILE-UNCLAIMED"]
    translation = run(shop, raw(despatch("4")))
    assert translation.documents["message_type"].to_pylist() == ["DespatchAdvice"]
    assert translation.documents["number"].to_pylist() == ["D1"]


def test_a_partner_may_choose_to_send_returns_without_the_type(tmp_path):
    folder = partner_folder(tmp_path, {"ubl": "extends: ubl/despatch_advice\nclaims: {where: }\n"})
    assert run(folder, raw(despatch("1"))).documents.num_rows == 1


def test_the_order_in_the_header_is_that_of_the_whole_return(shop):
    line = "<cac:DespatchLine><cbc:DeliveredQuantity>1</cbc:DeliveredQuantity>{}</cac:DespatchLine>"
    own = (
        "<cac:OrderLineReference><cac:OrderReference><cbc:ID>P2</cbc:ID></cac:OrderReference></cac:OrderLineReference>"
    )
    text = despatch("4", order="<cac:OrderReference><cbc:ID>P1</cbc:ID></cac:OrderReference>",
                    lines=line.format("") + line.format(own))  # fmt: skip
    rows = run(shop, raw(text)).notice_lines
    assert rows["header_po"].to_pylist() == ["P1", "P1"]
    assert rows["po_number"].to_pylist() == [None, "P2"]


def test_a_packages_label_is_the_lines_carton(shop):
    unit = f'<cbc:ID schemeID="X">7</cbc:ID><cac:Package><cbc:ID schemeID="SSCC">{CARTON}</cbc:ID></cac:Package>'
    shipment = f"<cac:Shipment><cac:TransportHandlingUnit>{unit}</cac:TransportHandlingUnit></cac:Shipment>"
    line = f"<cac:DespatchLine>{shipment}</cac:DespatchLine>"
    assert run(shop, raw(despatch("4", lines=line))).notice_lines["carton"].to_pylist() == [CARTON]


def receipt(*lines: str) -> str:
    return (
        f'<u:ReceiptAdvice xmlns:u="{UBL}:ReceiptAdvice-2" {NAMESPACES}><cbc:ID>W1</cbc:ID>'
        "<cbc:IssueDate>2026-11-25</cbc:IssueDate>"
        "<cac:DespatchDocumentReference><cbc:ID>R1</cbc:ID></cac:DespatchDocumentReference>"
        f"{''.join(lines)}</u:ReceiptAdvice>"
    )


def receipt_line(gtin: str, received: str, rejected: str = "") -> str:
    item = f'<cac:StandardItemIdentification><cbc:ID schemeID="0160">{gtin}</cbc:ID></cac:StandardItemIdentification>'
    amounts = f'<cbc:ReceivedQuantity unitCode="EA">{received}</cbc:ReceivedQuantity>{rejected}'
    return f"<cac:ReceiptLine>{amounts}<cac:Item>{item}</cac:Item></cac:ReceiptLine>"


def counted(translation):
    return [(row["gtin"][1:], row["units"], row["condition"]) for row in translation.receipt_lines.to_pylist()]


def test_received_counts_what_was_rejected_too(dock):
    def rejected(units: int, code: str) -> str:
        return (
            f"<cbc:RejectedQuantity>{units}</cbc:RejectedQuantity><cbc:RejectReasonCode>{code}</cbc:RejectReasonCode>"
        )

    text = receipt(
        receipt_line(PLATE, "10", rejected(3, "1")),
        receipt_line(HOLDER, "2", rejected(2, "3")),
        receipt_line(BOWL, "4"),
    )
    translation = run(dock, raw(text))
    assert counted(translation) == [
        (PLATE, 7, "sellable"), (PLATE, 3, "damaged"), (HOLDER, 2, "wrong_item"), (BOWL, 4, "sellable"),
    ]  # fmt: skip
    [row, *_] = translation.receipt_lines.to_pylist()
    assert (row["notice_number"], row["complete"], str(row["received_on"])) == ("R1", True, "2026-11-25")


def gs1_line(gtin: str, received: str, *conditions: tuple[str, int]) -> str:
    parts = "".join(
        f"<receivingConditionInformation><receivingConditionCode>{code}</receivingConditionCode>"
        f"<receivingConditionQuantity>{units}</receivingConditionQuantity></receivingConditionInformation>"
        for code, units in conditions
    )
    item = f"<transactionalTradeItem><gtin>{gtin}</gtin></transactionalTradeItem>"
    whole = f"<quantityReceived>{received}</quantityReceived>"
    return f"<receivingAdviceLineItem>{whole}{item}{parts}</receivingAdviceLineItem>"


def gs1_unit(label: str, *lines: str) -> str:
    named = f"<logisticUnitIdentification><sscc>{label}</sscc></logisticUnitIdentification>"
    return f"<receivingAdviceLogisticUnit>{named}{''.join(lines)}</receivingAdviceLogisticUnit>"


def gs1_receipt(*units: str) -> str:
    return (
        '<r:receivingAdviceMessage xmlns:r="urn:gs1:ecom:receiving_advice:xsd:3"><receivingAdvice>'
        "<creationDateTime>2026-11-25T10:00:00Z</creationDateTime><receivingAdviceIdentification>"
        "<entityIdentification>W2</entityIdentification></receivingAdviceIdentification>"
        f"<shipper><gln>952</gln></shipper>{''.join(units)}</receivingAdvice></r:receivingAdviceMessage>"
    )


def test_receiving_conditions_are_parts_of_what_was_received_and_the_label_stands_above(dock):
    text = gs1_receipt(
        gs1_unit(CARTON, gs1_line(PLATE, "10", ("DAMAGED_PRODUCT_OR_CONTAINER", 3), ("ODD", 1)), gs1_line(BOWL, "2")),
        gs1_unit("BOX 7", gs1_line(HOLDER, "1")),
    )
    translation = run(dock, raw(text))
    assert counted(translation) == [
        (PLATE, 6, "sellable"), (PLATE, 3, "damaged"), (PLATE, 1, "unknown"), (BOWL, 2, "sellable"),
        (HOLDER, 1, "sellable"),
    ]  # fmt: skip
    assert translation.receipt_lines["carton"].to_pylist() == [CARTON] * 4 + ["BOX 7"]
    assert translation.receipt_lines["line_no"].to_pylist() == [1, 2, 3, 4, 5]
    unknown = next(row for row in translation.findings.to_pylist() if row["code"] == "FIELD-UNKNOWN-CODE")
    assert unknown["path"].endswith("receivingAdviceLineItem 1/receivingConditionInformation 2/receivingConditionCode")


def test_conditions_that_count_more_than_came_are_all_held(dock):
    text = gs1_receipt(gs1_unit(CARTON, gs1_line(PLATE, "2", ("DAMAGED_PRODUCT_OR_CONTAINER", 3))))
    translation = run(dock, raw(text))
    assert [units for _, units, _ in counted(translation)] == [None, None]
    assert "FIELD-BAD-NUMBER" in codes(translation)


def test_gs1_despatch_advice_in_its_business_document(tmp_path):
    folder = partner_folder(tmp_path, {"gs1": "extends: gs1/despatch_advice\n"})
    item = (
        f"<transactionalTradeItem><gtin>{PLATE}</gtin><additionalTradeItemIdentification "
        'additionalTradeItemIdentificationTypeCode="SUPPLIER_ASSIGNED">wr-1</additionalTradeItemIdentification>'
        "</transactionalTradeItem>"
    )
    quantity = '<despatchedQuantity measurementUnitCode="EA">3</despatchedQuantity>'
    line = f"<despatchAdviceLineItem>{quantity}{item}</despatchAdviceLineItem>"
    label = f"<logisticUnitIdentification><sscc>{CARTON}</sscc></logisticUnitIdentification>"
    text = (
        '<d:despatchAdviceMessage xmlns:d="urn:gs1:ecom:despatch_advice:xsd:3" xmlns:sh="urn:header">'
        "<sh:StandardBusinessDocumentHeader><sh:HeaderVersion>1.0</sh:HeaderVersion></sh:StandardBusinessDocumentHeader>"
        "<despatchAdvice><creationDateTime>2026-11-18T08:00:00</creationDateTime>"
        "<despatchAdviceIdentification><entityIdentification>R9</entityIdentification></despatchAdviceIdentification>"
        "<purchaseOrder><entityIdentification>P1</entityIdentification></purchaseOrder>"
        f"<despatchAdviceLogisticUnit>{label}{line}</despatchAdviceLogisticUnit></despatchAdvice></d:despatchAdviceMessage>"
    )
    translation = run(folder, raw(text))
    [row] = translation.notice_lines.to_pylist()
    assert (row["gtin"][1:], row["vendor_item"], row["units"], row["header_po"], row["carton"]) == (
        PLATE, "WR-1", 3, "P1", CARTON,
    )  # fmt: skip
    assert translation.documents["number"].to_pylist() == ["R9"]


def test_a_fault_in_a_path_shows_its_place(tmp_path):
    with pytest.raises(ConfigError) as fault:
        partner_folder(tmp_path, {"own": OWN.replace("^store", "^x:store")})
    assert "own.yaml:10:" in str(fault.value)
    assert "the prefix 'x' is not declared" in str(fault.value)
    assert "^" in str(fault.value)


PIECES = some.sampled_from([
    "<returns version='1'>", "<return no='1'>", LINE, "</return>", "</returns>", "{", '"items"', ":", "[", "]", "}",
    ",", "ü", '{"type": "return", "items": {"qty": 1}}', "\n", "&", "<!--", "\x00",
])  # fmt: skip


@given(some.lists(PIECES, max_size=8).map("".join), some.sampled_from(["a.xml", "a.json", "a.jsonl"]))
@settings(max_examples=300, deadline=None)
def test_whatever_comes_ends_in_documents_or_findings(shop, text, name):
    translation = run(shop, raw(text, name))
    assert translation.documents.num_rows or translation.findings.num_rows


def test_a_value_between_blanks_is_found_at_fault_with_its_path(shop):
    padded = '<returns version="1"><return no="1"><store>7</store><line qty="  x"/></return></returns>'
    (finding,) = run(shop, raw(padded, "a.xml")).findings.to_pylist()
    assert finding["path"] == "returns/return/line/@qty"
