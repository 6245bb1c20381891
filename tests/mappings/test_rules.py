"""What a field rule can do beside finding a value: calculate, hold only under a condition, give way to another rule."""

import pytest

from tests.mappings.folders import PLATE, codes, partner_folder, raw, returned, run, x12

LINE = ["BLI*EN*{0}*1*EA"]


def read(tmp_path, field: str, *lines: str):
    shop = partner_folder(tmp_path, {"returns": f"extends: x12/180\nlines:\n  {field}\n"})
    return run(shop, raw(x12(returned("R1", *lines))))


@pytest.mark.parametrize(
    ("rule", "line", "units"),
    [
        ("quantity: {from: BLI.03, as: units, times: N9.02}", ["BLI*EN*{0}*3*EA", "N9*PK*12"], 36),
        ("quantity: {from: BLI.03, as: units, times: N9.02}", ["BLI*EN*{0}*3*EA"], 3),
        ("quantity: {from: BLI.03, as: units, minus: 'N9[AC].02'}", ["BLI*EN*{0}*9*EA", "N9*AC*2"], 7),
        ("quantity: {from: BLI.03, as: units, plus: ['N9[AC].02', 'N9[BT].02']}", [*LINE, "N9*AC*2", "N9*BT*4"], 7),
        ("quantity: {from: BLI.03, clean: [{divide_by: 12}], as: units}", ["BLI*EN*{0}*36*EA"], 3),
    ],
)  # fmt: skip
def test_numbers_are_calculated(tmp_path, rule, line, units):
    translation = read(tmp_path, rule, *(segment.format(PLATE) for segment in line))
    assert translation.notice_lines["units"].to_pylist() == [units]
    assert codes(translation) == []


def test_a_number_to_calculate_with_that_is_none_holds_the_line(tmp_path):
    rule = "quantity: {from: BLI.03, as: units, times: N9.02}"
    translation = read(tmp_path, rule, f"BLI*EN*{PLATE}*3*EA", "N9*PK*dozen")
    assert translation.notice_lines["units"].to_pylist() == [None]
    assert codes(translation) == ["FIELD-BAD-NUMBER"]


def test_decimals_are_calculated_exactly(tmp_path):
    rule = "unit_price: {from: BLI.06, as: decimal, times: N9.02}"
    translation = read(tmp_path, rule, f"BLI*EN*{PLATE}*3*EA**0.1", "N9*PK*999999999999.99")
    assert translation.notice_lines["unit_price"].to_pylist() == ["99999999999.999"]


def test_a_rule_holds_where_its_condition_does_and_gives_way_elsewhere(tmp_path):
    rule = "store: {from: N9.02, when: {RDR.01: [RN, RP]}, otherwise: {from: BLI.04, when: {BLI.03: '7'}}}"
    lines = [
        f"BLI*EN*{PLATE}*1*EA",
        "N9*IV*A",
        "RDR*RN",
        f"BLI*EN*{PLATE}*7*CA",
        "N9*IV*B",
        "RDR*XX",
        f"BLI*EN*{PLATE}*2*EA",
    ]
    assert read(tmp_path, rule, *lines).notice_lines["store"].to_pylist() == ["A", "CA", None]


def test_a_value_that_is_wrong_does_not_give_way(tmp_path):
    rule = "quantity: {from: N9.02, as: units, otherwise: {from: BLI.03, as: units}}"
    lines = [f"BLI*EN*{PLATE}*1*EA", "N9*QT*many", f"BLI*EN*{PLATE}*2*EA"]
    translation = read(tmp_path, rule, *lines)
    assert translation.notice_lines["units"].to_pylist() == [None, 2]
    assert codes(translation) == ["FIELD-BAD-NUMBER"]
