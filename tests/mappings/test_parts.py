"""A counted line split by condition: what is damaged is part of what came, and nothing is counted twice or lost."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mappings.folders import CARTON, HOLDER, PLATE, codes, edifact, partner_folder, raw, run, x12

BOX = "9522234400094"  # an assortment

OTHER_CARTON = "095200000000000028"


@pytest.fixture
def dock(tmp_path):
    maps = {"x12": "extends: x12/944\n", "edifact": "extends: edifact/recadv\n"}
    return partner_folder(tmp_path, maps, role="warehouse")


def receipt_944(*segments: str):
    body = ["W17*F*20261125*H1*R1", "N1*SF*S*92*14", "N1*BY*THE SHOP", f"N9*CN*{CARTON}", *segments, "W14*1"]
    return raw(x12(body, message="944", group="RE"))


def receipt_recadv(*segments: str):
    body = [
        "BGM+352+V1+9",
        "DTM+50:20261125:102",
        "RFF+AAK:R1",
        "NAD+BY+952::9",
        "CPS+1",
        "PAC+1",
        "PCI+33E",
        f"GIN+BJ+{CARTON}",
    ]
    return raw(edifact([*body, *segments, "CNT+2:1"], kind="RECADV:D:96A:UN"))


def counted(translation):
    return [(row["gtin"][1:], row["units"], row["condition"]) for row in translation.receipt_lines.to_pylist()]


@pytest.mark.parametrize(
    ("exceptions", "expected"),
    [
        ([], [(10, "sellable")]),
        (["W13*2*EA*01"], [(8, "sellable"), (2, "damaged")]),
        (["W13*10*EA*01"], [(10, "damaged")]),
        (["W13*2*EA*01", "W13*3*EA*05"], [(5, "sellable"), (2, "damaged"), (3, "wrong_item")]),
        (["W13*4*EA*02"], [(10, "sellable")]),  # short: what is not there is not part of what came
    ],
)
def test_what_w13_names_is_taken_out_of_w07(dock, exceptions, expected):
    translation = run(dock, receipt_944(f"W07*10*EA**EN*{PLATE}", *exceptions, f"W07*1*EA**EN*{HOLDER}"))
    assert counted(translation) == [*((PLATE, *part) for part in expected), (HOLDER, 1, "sellable")]
    assert translation.receipt_lines["line_no"].to_pylist() == list(range(1, len(expected) + 2))
    assert codes(translation) == []


@pytest.mark.parametrize("exceptions", [["W13*11*EA*01"], ["W13*x*EA*01"], ["W13*6*EA*01", "W13*6*EA*05"]])
def test_parts_that_do_not_add_up_are_all_held(dock, exceptions):
    translation = run(dock, receipt_944(f"W07*10*EA**EN*{PLATE}", *exceptions, f"W07*1*EA**EN*{HOLDER}"))
    rows = translation.receipt_lines.to_pylist()
    assert {row["units"] for row in rows if row["gtin"][1:] == PLATE} == {None}
    assert rows[-1]["units"] == 1
    held = {row["line_no"] for row in translation.findings.to_pylist() if row["severity"] == "error"}
    assert held == {row["line_no"] for row in rows if row["units"] is None}


def test_a_receipt_line_without_a_count_is_held_and_not_lost(dock):
    for file in (receipt_944(f"W07**EA**EN*{PLATE}"), receipt_recadv(f"LIN+1++{PLATE}:EN")):
        translation = run(dock, file)
        [row] = translation.receipt_lines.to_pylist()
        assert (row["units"], row["condition"]) == (None, None)
        assert codes(translation)[0] == "FIELD-MISSING"
        assert set(codes(translation)[1:]) <= {"ELEMENT-MISSING"}


def test_the_header_of_a_944_reaches_every_line(dock):
    [row] = run(dock, receipt_944(f"W07*1*EA**EN*{PLATE}*VN*a-1")).receipt_lines.to_pylist()
    assert (row["retailer"], row["notice_number"], row["store"], row["carton"]) == ("THE SHOP", "R1", "14", CARTON)
    assert str(row["received_on"]) == "2026-11-25"
    assert (row["vendor_item"], row["complete"]) == ("A-1", True)


def test_recadv_tells_accepted_from_damaged(dock):
    translation = run(
        dock, receipt_recadv(f"LIN+1++{PLATE}:EN", "QTY+194:6", "QTY+124:2", f"LIN+2++{HOLDER}:EN", "QTY+124:1")
    )
    assert counted(translation) == [(PLATE, 6, "sellable"), (PLATE, 2, "damaged"), (HOLDER, 1, "damaged")]


def test_received_alone_is_of_unknown_condition_and_never_counted_twice(dock):
    translation = run(
        dock,
        receipt_recadv(f"LIN+1++{PLATE}:EN", "QTY+48:6", f"LIN+2++{HOLDER}:EN", "QTY+48:5", "QTY+194:3", "QTY+124:2"),
    )
    assert counted(translation) == [(PLATE, 6, "unknown"), (HOLDER, 3, "sellable"), (HOLDER, 2, "damaged")]


def test_each_line_is_of_the_carton_above_it(dock):
    second = ["CPS+2", "PAC+1", "PCI+33E", f"GIN+BJ+{OTHER_CARTON}", f"LIN+2++{HOLDER}:EN", "QTY+194:1"]
    translation = run(dock, receipt_recadv(f"LIN+1++{PLATE}:EN", "QTY+194:6", "QTY+124:1", *second))
    assert translation.receipt_lines["carton"].to_pylist() == [CARTON, CARTON, OTHER_CARTON]


W07 = st.tuples(
    st.integers(0, 30), st.lists(st.tuples(st.integers(1, 12), st.sampled_from(["01", "05", "07", "09"])), max_size=4)
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(W07, min_size=1, max_size=5))
def test_the_parts_of_a_line_sum_to_the_line_or_are_held(dock, lines):
    segments, totals = [], []
    for number, (total, parts) in enumerate(lines):
        segments += [f"W07*{total}*EA**EN*{PLATE}*VN*V{number}", *(f"W13*{units}*EA*{code}" for units, code in parts)]
        totals.append((total, sum(units for units, _ in parts)))
    translation = run(dock, receipt_944(*segments))
    rows = translation.receipt_lines.to_pylist()
    for number, (total, parts) in enumerate(totals):
        units = [row["units"] for row in rows if row["vendor_item"] == f"V{number}"]
        assert units
        if parts > total or total == 0:
            assert set(units) == {None}
        else:
            assert sum(units) == total


ORDER_850 = """
kind: order
standard: x12
claims: {message: "850"}
pairs: {PO1: [6, 8]}
document: {number: {from: BEG.03}}
lines:
  each: PO1
  require: [quantity]
  po_number: {from: ^BEG.03}
  gtin: {from: "PO1[EN].next", as: gtin}
  quantity: {from: PO1.02, as: units}
  store: {from: "^N1[ST].04"}
  split:
    - {each: SDQ, repeat: {first: 3, size: 2}, quantity: "SDQ.#2", store: {from: "SDQ.#1"}}
"""


def ordered(tmp_path, *segments: str):
    shop = partner_folder(tmp_path, {"orders": ORDER_850})
    body = ["BEG*00*SA*PO7**20261118", "N1*ST*STORE*92*0001", *segments]
    rows = run(shop, raw(x12(body, message="850", group="PO"))).lines["order"].to_pylist()
    return [(row["line_no"], row["gtin"][1:], row["store"], row["units"]) for row in rows]


def test_groups_of_a_segment_are_lines_of_their_own(tmp_path):
    segments = [f"PO1*1*9*EA***EN*{PLATE}", "SDQ*EA*92*0014*4*0015*3", "SDQ*EA*92*0016*2", f"PO1*2*5*EA***EN*{HOLDER}"]
    assert ordered(tmp_path, *segments) == [
        (1, PLATE, "0014", 4),
        (2, PLATE, "0015", 3),
        (3, PLATE, "0016", 2),
        (4, HOLDER, "0001", 5),
    ]


def test_a_group_that_breaks_off_has_no_quantity_and_is_no_line(tmp_path):
    segments = [f"PO1*1*9*EA***EN*{PLATE}", "SDQ*EA*92*0014*4*0015"]
    assert ordered(tmp_path, *segments) == [(1, PLATE, "0014", 4)]


ASSORTMENTS_850 = """
extends: x12/850
"""


def test_what_an_assortment_holds_stands_beside_its_line(tmp_path):
    shop = partner_folder(tmp_path, {"orders": ASSORTMENTS_850})
    assortment = [f"PO1*1*2*EA*30**EN*{BOX}", f"SLN*1**I*4*EA****EN*{PLATE}", f"SLN*2**I*6*EA****EN*{HOLDER}"]
    body = ["BEG*00*SA*PO7**20261118", *assortment, "SLN*3**O*1*EA", f"PO1*2*5*EA***EN*{HOLDER}", "CTT*2"]
    rows = run(shop, raw(x12(body, message="850", group="PO"))).lines["order"].to_pylist()
    assert [(row["po_line"], row["gtin"][1:], (row["component_gtin"] or "")[1:], row["units"]) for row in rows] == [
        ("1", BOX, PLATE, 4),
        ("1", BOX, HOLDER, 6),
        ("1", BOX, "", 2),
        ("2", HOLDER, "", 5),
    ]


REASONS = """
extends: edifact/retann
lines:
  quantity: {from: "QTY[61].1.2", as: units}
  split:
    - {each: QTY, quantity: QTY.1.2, where: {QTY.1.1: ["61"]}, delivery_note: {from: "RFF[DQ].1.2"}}
"""


def test_a_part_looks_behind_its_segment_up_to_the_next_one(tmp_path):
    shop = partner_folder(tmp_path, {"returns": REASONS})
    line = [
        f"LIN+1++{PLATE}:EN",
        "RFF+ON:PO1",
        "QTY+61:2",
        "RFF+DQ:D1",
        "QTY+12:9",
        "RFF+DQ:D9",
        "QTY+61:3",
        "RFF+DQ:D2",
    ]
    rows = run(shop, raw(edifact(["BGM+732+R1+9", *line, "UNS+S"]))).notice_lines.to_pylist()
    assert [(row["units"], row["delivery_note"], row["po_number"]) for row in rows] == [
        (2, "D1", "PO1"),
        (3, "D2", "PO1"),
    ]
