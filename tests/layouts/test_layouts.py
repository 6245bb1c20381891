"""What a layout may say, what a document must hold, and what is refused with which words."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mappings.formats import edifact, x12
from mappings.formats.structure import structure
from mappings.layouts import Document, Layout, layout_names, load_layout, read_document, write_document
from mappings.layouts.layout import Body, Loop
from mappings.layouts.load import parse_layout, versions
from mappings.layouts.order import misplaced
from mappings.layouts.values import KINDS, split
from schemas.errors import ConfigError
from tests.formats.files import BODY_180, gs, isa, raw, st, unb, unh
from tests.formats.files import edifact as edifact_bytes
from tests.formats.files import x12 as x12_bytes

WRITTEN = {
    "x12": "180_request 180_answer 180_notification 850 856 861 944 810_credit_memo 812 824 864 997 999 ta1",
    "edifact": "retann retins orders desadv recadv invoic contrl aperak",
}
LINE: Document = {"gtin": "09520000000028", "quantity": 2, "unit": "EA", "disposition": "RN"}
NOTICE: Document = {"purpose": "original", "number": "R-1", "issued_on": date(2026, 3, 4), "lines": [LINE]}


def changed(line: dict[str, Any] | None = None, **fields: Any) -> Document:
    """The notice with other fields, in its line or of its own; None takes one of its own away."""
    document = NOTICE | {"lines": [LINE | (line or {})]} | fields
    return {name: value for name, value in document.items() if value is not None}


def layout_of(body: list[Any], message: str = "180", **rest: Any) -> Layout:
    return parse_layout("x12/trial", {"message": message, "versions": ["004010"], "body": body} | rest)


def test_every_document_that_we_write_has_a_layout() -> None:
    assert {f"{standard}/{name}" for standard, names in WRITTEN.items() for name in names.split()} <= set(
        layout_names()
    )


@pytest.mark.parametrize("name", layout_names())
def test_every_layout_loads_in_each_of_its_versions(name: str) -> None:
    for version in versions(name):
        assert load_layout(name, version).version == version
    assert load_layout(name).version == versions(name)[0]


# --- layouts that are refused


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (["BGN*00*{number ..30}*{day date}", "ZZZ*{x ..3}"], "no place for it"),
        (["N9*ST*{store ..30}", "BGN*00*{number ..30}"], "BGN is missing before it"),
        (["N9*ST*{store ..30}"], "BGN is missing before it"),
        (["BGN*00", "RDR*RN", "RDR*RA"], "no place for it"),
        (["0..1 BGN*00*{number ..30}"], "BGN is missing"),
        (["BGN*00", "0..1 PRF*{po_number ..22}", "0..1 RDR*{reason ..2}"], "RDR: the message has no place"),
        (["BGN*00", {"loop": "lines 0..*", "body": ["0..1 BLI*EN*{gtin gtin 13}"]}], "always stands"),
        (["BGN*00", {"loop": "lines", "body": ["BLI*EN"]}], "a loop is"),
        (["BGN*00*{number}"], "is no type"),
        (["BGN*00*{number text}"], "is no type"),
        (["BGN*00*{day date 8}"], "is no type"),
        (["BGN*00*{number code 9999}"], "no table of codes"),
        (["BGN*00*{=clock}"], "nothing computes `clock`"),
        (["BGN*00*{number ..30}*{number date}"], "two things"),
        (["BGN*00", "0..1 N9*ST*0042"], "says whether it stands"),
        (["BGN*00", "0..9 NTE**{text ..80}"], "carries one text"),
        (["BGN*00*{days date parts 2}"], "only a text"),
        (["BGN*00*<kind>"], "does not say what stands for"),
        (["BGN*00*{number ..30"], "a hole is"),
        (["BGN*00*{}"], "a hole is"),
        (["BGN*00*{=count linez}"], "lists that the layout has"),
        (["BGN*00*{=count}"], "lists that the layout has"),
        (["BGN*{=sum lines.a}", {"loop": "lines 0..*", "body": ["BLI*EN*{a ..9}"]}], "have a number `a`"),
        (["BGN*{=sum lines.b}", {"loop": "lines 0..*", "body": ["BLI*EN*{b? int ..9}"]}], "have a number `b`"),
        ([""], "tag of a segment"),
        (["*00"], "tag of a segment"),
    ],
)
def test_a_layout_that_does_not_fit_is_refused_by_entry(body: list[Any], why: str) -> None:
    with pytest.raises(ConfigError, match=r"x12/trial\.yaml") as refused:
        layout_of(body)
    assert why in str(refused.value)


def test_other_faults_of_a_layout_are_named_too() -> None:
    with pytest.raises(ConfigError, match="there is no layout `x12/832`"):
        load_layout("x12/832")
    with pytest.raises(ConfigError, match="not for version 003020"):
        load_layout("x12/180_request", "003020")
    with pytest.raises(ConfigError, match="no table of 832"):
        layout_of(["BCT*PC"], message="832")
    with pytest.raises(ConfigError, match="boddy"):
        layout_of(["BGN*00"], boddy=[])
    with pytest.raises(ConfigError, match="x12/trial"):
        parse_layout("x12/trial", {"message": "180", "versions": ["004010"]})


# --- documents that are refused


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (changed(number=None), "segment BGN needs the field `number`"),
        (changed(number="R" * 31), "`number` 'RRR"),
        (changed(number=""), "is not empty"),
        (changed(number="R-1 "), "does not end with a blank"),
        (changed(number="R\n1"), "one line"),
        (changed(number=17), "a str stands here"),
        (changed(issued_on="2026-03-04"), "a date stands here"),
        (changed(issued_on=datetime(2026, 3, 4)), "a date stands here"),  # noqa: DTZ001
        (changed({"quantity": 2.0}), "a Decimal or int stands here"),
        (changed({"quantity": True}), "a Decimal or int stands here"),
        (changed({"quantity": -1}), "negative"),
        (changed({"quantity": Decimal("NaN")}), "finite"),
        (changed({"quantity": 10**15}), "1 to 15 long"),
        (changed({"gtin": "9520000000028"}), "14 digits"),
        (changed({"gtin": "19520000000025"}), "13 to 13 long"),
        (changed({"disposition": "XX"}), "no code: use one of"),
        (changed({"disposition": ["RN"]}), "no code: use one of"),
        (changed({"po_line": "3"}), "segment PRF needs the field `po_number`"),
        (changed({"price_unit": "EA"}), "segment BLI needs the field `unit_price`"),
        (changed({"colour": "red"}), "no field `colour`"),
        (changed(parties=[{"role": "SN", "name": "x", "scheme": "92", "id": "1"}]), "'1' is not 2 to 80 long"),
        (changed(issued_at=time(5, 6, 7)), "without a zone"),
        (changed(issued_at=time(5, 6, tzinfo=UTC)), "without a zone"),
        (changed(purpose="maybe"), "no code: use one of original"),
        (changed(lines=[]), "`lines` has 0 items, not 1 to any number"),
        (changed(lines=None), "`lines` has 0 items"),
        (NOTICE | {"lines": LINE}, "list of dicts"),
        (changed(parties=[{"role": "SN", "name": "x"}] * 201), "201 items, not 0 to 200"),
    ],
)
def test_a_document_that_does_not_fit_is_refused_by_field(document: Document, why: str) -> None:
    with pytest.raises(ValueError, match=r"x12/180_notification") as refused:
        write_document(load_layout("x12/180_notification"), document)
    assert why in str(refused.value)


def test_more_than_the_message_has_room_for_is_refused() -> None:
    old = load_layout("x12/180_notification", "003040")
    write_document(old, changed(lines=[LINE] * 500))
    with pytest.raises(ValueError, match="no place for it"):
        write_document(old, changed(lines=[LINE] * 501))


def test_money_of_type_n2_has_two_decimals() -> None:
    layout = layout_of(["BIG*20260320*1", "TDS*{total N2 ..15}"], message="810")
    assert write_document(layout, {"total": Decimal("160")})[1] == ["TDS", "16000"]
    assert write_document(layout, {"total": Decimal("0.05")})[1] == ["TDS", "5"]
    assert write_document(layout, {"total": Decimal("1E+2")})[1] == ["TDS", "10000"]
    assert write_document(layout, {"total": Decimal("7.500")})[1] == ["TDS", "750"]
    with pytest.raises(ValueError, match="two decimals"):
        write_document(layout, {"total": Decimal("0.005")})
    with pytest.raises(ValueError, match="1 to 15 long"):
        write_document(layout, {"total": Decimal("1E+40")})


def test_a_sum_is_one_of_numbers() -> None:
    lines = {"loop": "lines 0..*", "body": ["IT1*{line_no ..20}*{quantity decimal ..10}"]}
    layout = layout_of(["BIG*20260320*{=sum lines.quantity}", lines, "TDS*0"], message="810")
    amounts = [{"line_no": "1", "quantity": Decimal("0.10")}, {"line_no": "2", "quantity": 2}]
    assert write_document(layout, {"lines": amounts})[0] == ["BIG", "20260320", "2.10"]
    for spoilt in ({"line_no": "1"}, {"line_no": "1", "quantity": "2"}):
        with pytest.raises(ValueError, match="not all `lines` have a number `quantity`"):
            write_document(layout, {"lines": [spoilt]})


# --- text that is too long for one element


def test_text_is_split_between_words_and_joined_again() -> None:
    assert split("one two three", 7, 3) == ["one two", " three"]
    assert split("onetwothree", 7, 3) == ["onetwot", "hree"]
    assert split("one    two", 5, 3) == ["one", "    t", "wo"]
    with pytest.raises(ValueError, match="does not fit into 2 times 5"):
        split("one two three", 5, 2)
    with pytest.raises(ValueError, match="in a row"):
        split("a" + " " * 6 + "b", 5, 9)


@given(some.text(" ab", min_size=1, max_size=60), some.integers(1, 8))
def test_pieces_are_short_do_not_end_with_a_blank_and_are_the_text_again(text: str, width: int) -> None:
    if text.endswith(" ") or " " * width in text:
        return
    pieces = split(text, width, 99)
    assert "".join(pieces) == text
    assert all(1 <= len(piece) <= width and not piece.endswith(" ") for piece in pieces)


# --- messages of others


def test_a_message_that_the_layout_would_write_otherwise_is_refused() -> None:
    layout = load_layout("x12/180_notification")
    good = ["BGN*00*R-1*20260304", "BLI*EN*9520000000028*2*EA", "RDR*RN"]
    for spoilt in (
        [*good, "N9*RZ*1"],  # what the layout has no place for
        [good[0], "BLI*EN*9520000000028*02*EA", good[2]],  # another way to write a number
        [good[0], "BLI*UP*952000000002*2*EA", good[2]],  # another constant
        [good[0], f"{good[1]}*UCP", good[2]],  # half a bracket
        ["BGN*99*R-1*20260304", *good[1:]],  # a code that the layout does not have
        ["BGN*00*R-1*20261304", *good[1:]],  # no day
    ):
        reading = x12.read([raw(x12_bytes(isa(gs(st(spoilt)))))])
        with pytest.raises(ValueError, match=r"."):
            read_document(layout, reading, 0)
    assert read_document(layout, x12.read([raw(x12_bytes(isa(gs(st(good)))))]), 0) == NOTICE


def test_a_message_without_a_segment_or_with_a_repeated_element_is_refused() -> None:
    layout = load_layout("x12/180_notification")
    short = ["BGN*00*R-1*20260304", "BLI*EN*9520000000028*2*EA"]
    with pytest.raises(ValueError, match="no RDR where it must stand"):
        read_document(layout, x12.read([raw(x12_bytes(isa(gs(st(short)))))]), 0)
    repeated = [*short, "RDR*RN^RN"]
    with pytest.raises(ValueError, match="no layout repeats an element"):
        read_document(layout, x12.read([raw(x12_bytes(isa(gs(st(repeated)), version="00501", isa11="^")))]), 0)


def test_a_message_of_another_kind_or_version_is_refused() -> None:
    reading = x12.read([raw(x12_bytes(isa(gs(st(BODY_180)))))])
    for name, version in (("x12/850", "004010"), ("x12/180_notification", "005010")):
        with pytest.raises(ValueError, match="is none of"):
            read_document(load_layout(name, version), reading, 0)
    with pytest.raises(ValueError, match="is none of"):
        read_document(load_layout("edifact/retann", "D:24A:UN"), edifact.read([raw(edifact_bytes(unb(unh())))]), 0)


def test_a_wrong_count_in_a_message_is_refused() -> None:
    body = ["BGM+351+1+9", "DTM+137:20260304:102", "NAD+BY+1::9", "CPS+1", "CPS+2+1", "PAC+1", "PCI+33E"]
    body += ["GIN+BJ+095200000000000011", "LIN+1++9520000000028:EN", "QTY+12:1", "CNT+2:1"]
    layout = load_layout("edifact/desadv")
    for spoilt, said in ((body, True), ([*body[:-1], "CNT+2:2"], False), ([*body[:4], "CPS+2+3", *body[5:]], False)):
        reading = edifact.read([raw(edifact_bytes(unb(unh(spoilt, kind="DESADV:D:96A:UN"))))])
        if said:
            assert read_document(layout, reading, 0)["cartons"][0]["sscc"] == "095200000000000011"
        else:
            with pytest.raises(ValueError, match="the message says"):
                read_document(layout, reading, 0)


# --- order


@pytest.mark.parametrize(
    ("tags", "fault"),
    [
        ("BGN", ""),
        ("BGN N9 N9 N1 N3 N1 BLI RDR BLI N9 PRF", ""),
        ("BGN N1 LM LQ LQ BLI QTY LX N9 QTY", ""),
        ("", "segment BGN is missing"),
        ("N9", "segment 1, N9: segment BGN is missing before it"),
        ("BGN N1 N9", "segment 3, N9: the message has no place for it here"),
        ("BGN N1 BLI N2", "segment 4, N2: the message has no place for it here"),
        ("BGN BLI PRF RDR", "segment 4, RDR: the message has no place for it here"),
        ("BGN BGN", "segment 2, BGN: the message has no place for it here"),
        ("BGN LM BLI", "segment 3, BLI: segment LQ is missing before it"),
        ("BGN LM", "segment LQ is missing"),
        ("BGN " + "N9 " * 11, "segment 12, N9: the message has no place for it here"),
    ],
)
def test_segments_stand_in_the_order_and_number_of_the_table(tags: str, fault: str) -> None:
    table = structure("x12", "180", "004010")
    assert table is not None
    assert misplaced(table, tags.split()) == fault


def kinds_of(body: Body) -> set[str]:
    """The types of all fields, however deep."""
    return {
        kind
        for entry in body
        for kind in (kinds_of(entry.body) if isinstance(entry, Loop) else {field.kind for field in entry.fields})
    }


def test_every_type_of_field_is_used_and_so_written_and_read_back() -> None:
    assert {kind for name in layout_names() for kind in kinds_of(load_layout(name).body)} == set(KINDS)
