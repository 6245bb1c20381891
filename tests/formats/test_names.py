"""Names of segments, elements and codes; how a file lies, segment by segment, and how deep each stands."""

from pathlib import Path

import pytest

from mappings.formats import edifact, x12
from mappings.formats.depth import depths
from mappings.formats.names import codes, message_name, segment_name
from mappings.formats.outline import Line, outline
from mappings.formats.structure import group_codes, structure
from tests.formats import files

SAMPLES = Path(__file__).resolve().parent.parent / "data" / "edi_samples"
X12_TAGS = (
    "ISA IEA GS GE ST SE TA1 BGN RDR PRF DTM N9 BLI N1 N3 N4 PER SAC QTY LX LM LQ AMT SDQ BEG PO1 CTT REF BSN HL LIN "
    "SN1 MAN TD1 TD5 W17 W07 W13 W14 G62 BIG IT1 TDS BCD CDD BRA RCD OTI TED AK1 AK2 AK3 AK4 AK5 AK9 IK3 IK4 IK5 MIT "
    "MSG"
)
EDIFACT_TAGS = (
    "UNA UNB UNZ UNG UNE UNH UNT UNS BGM DTM FTX CUX DOC RFF NAD LOC CTA COM LIN PIA IMD QTY QVR CDI INP PRI MOA ALI "
    "AJT ALC TAX CPS PAC PCI GIN CNT UCI UCM UCS UCD ERC TDT EQD"
)
OF_OUR_DOCUMENTS = [("x12", tag) for tag in X12_TAGS.split()] + [("edifact", tag) for tag in EDIFACT_TAGS.split()]


def of(message: str, *segments: str) -> list[int]:
    """How deep each of these segments stands in a message; ST stands before them, SE behind them."""
    reading = x12.read([files.raw(files.x12(files.isa(files.gs(files.st(segments, kind=message)))))])
    return depths(reading, 0)


def named(standard: str, tag: str, element: int, component: int = 1) -> str:
    """What an element is called."""
    segment = segment_name(standard, tag)
    assert segment is not None
    found = segment.element(element, component)
    return found.text if found else ""


def lines(data: bytes, limit: int = 0) -> list[Line]:
    """The outline of one file."""
    reader = edifact if b"UNB" in data else x12
    return list(outline(reader.read([files.raw(data)]), limit))


@pytest.mark.parametrize(("standard", "tag"), OF_OUR_DOCUMENTS)
def test_the_segments_of_our_documents_have_names(standard: str, tag: str) -> None:
    segment = segment_name(standard, tag)
    assert segment is not None
    assert 0 < len(segment.text) <= 20  # what the view has room for


@pytest.mark.parametrize("message", ["180", "850", "856", "810", "812", "861", "824", "944", "997"])
def test_x12_messages_have_names(message: str) -> None:
    assert message_name("x12", message)


@pytest.mark.parametrize("message", ["RETANN", "RETINS", "RECADV", "DESADV", "ORDERS", "INVOIC", "CONTRL", "APERAK"])
def test_edifact_messages_have_names(message: str) -> None:
    assert message_name("edifact", message)


def test_every_message_that_has_a_group_has_a_name() -> None:
    assert [message for message in group_codes() if not message_name("x12", message)] == []


def test_elements_are_named_by_their_position() -> None:
    assert named("x12", "BLI", 3) == "quantity"
    assert named("x12", "BLI", 7) == "price unit"
    assert named("x12", "RDR", 2) == "reason"
    assert named("x12", "PRF", 5) == "order line"
    assert named("x12", "W13", 3) == "condition"
    assert named("x12", "ISA", 13) == "control number"
    assert named("edifact", "LIN", 3, 2) == "id kind"
    assert named("edifact", "RFF", 1, 3) == "line"
    assert named("edifact", "UNB", 5) == "control number"


def test_pairs_at_the_end_of_a_segment_go_on() -> None:
    assert [named("x12", "PO1", n) for n in (6, 7, 8, 9, 24, 25)] == ["id kind", "id"] * 3
    assert [named("x12", "SDQ", n) for n in (1, 2, 3, 4, 5, 6)] == ["unit", "store id kind", *["store", "quantity"] * 2]
    assert named("edifact", "PIA", 5, 2) == "id kind"


def test_a_place_without_a_name_has_none() -> None:
    segment = segment_name("x12", "BGN")
    assert segment is not None
    assert segment.element(9) is None
    assert segment.element(2, 2) is None
    assert segment_name("x12", "ZZZ") is None
    assert segment_name("edifact", "BLI") is None
    assert message_name("x12", "837") == ""


@pytest.mark.parametrize(
    ("standard", "element", "code", "meaning"),
    [
        ("x12", "98", "RT", "returned to"),
        ("x12", "128", "RZ", "return authorisation"),
        ("x12", "235", "UP", "UPC, 12 digits"),
        ("x12", "1292", "KA", "keep, with an allowance"),
        ("x12", "1293", "WG", "wrong goods"),
        ("x12", "1294", "RT", "too late"),
        ("x12", "412", "01", "damaged"),
        ("edifact", "1001", "381", "credit note"),
        ("edifact", "1153", "ON", "order"),  # YAML would take ON for a truth value
        ("edifact", "3035", "SN", "store"),
        ("edifact", "6063", "194", "received and accepted"),
        ("edifact", "2005", "137", "document"),
        ("edifact", "7007", "12E", "return"),
    ],
)
def test_codes_mean_what_the_standard_says(standard: str, element: str, code: str, meaning: str) -> None:
    assert codes(standard, element)[code] == meaning


def test_how_many_codes_of_a_return_are_in_words() -> None:
    assert [len(codes("x12", element)) for element in ("1292", "1293", "1294", "412")] == [14, 29, 14, 15]


def test_a_code_table_that_does_not_exist_is_our_fault() -> None:
    with pytest.raises(KeyError):
        codes("x12", "9999")


def test_the_tables_of_names_are_no_messages() -> None:
    assert structure("x12", "180", "004010") is not None
    assert structure("edifact", "RETANN", "RETANN:D:01B:UN") is not None


# --- how a file lies


def test_every_segment_of_an_x12_file_is_a_line_in_its_order() -> None:
    found = lines(files.x12())
    assert [line.tag for line in found] == ["ISA", "GS", "ST", "BGN", "N9", "BLI", "RDR", "SE", "GE", "IEA"]
    assert [line.level for line in found[:4]] == ["interchange", "group", "message", "segment"]
    assert [line.start for line in found] == sorted(line.start for line in found)
    assert [value.text for value in found[-2].values] == ["1", "1"]


def test_every_segment_of_an_edifact_file_is_a_line_and_its_una_is_not() -> None:
    found = lines(files.edifact(una="UNA:+.? '\n"))
    assert [line.tag for line in found] == ["UNB", "UNH", "BGM", "DTM", "LIN", "QTY", "UNS", "CNT", "UNT", "UNZ"]
    assert found[0].start == 0  # findings on the UNA are findings on the interchange


def test_a_ta1_outside_any_group_is_a_line() -> None:
    ta1 = "TA1*000000050*260304*0506*A*000"
    found = lines(files.x12([*files.isa()[:1], ta1, files.isa()[-1]]))
    assert [line.tag for line in found] == ["ISA", "TA1", "IEA"]
    assert [value.text for value in found[1].values] == ["000000050", "260304", "0506", "A", "000"]


def test_a_limit_ends_behind_that_many_messages() -> None:
    data = files.x12(files.isa(files.gs(*(files.st(control=f"{n:04d}") for n in range(1, 6)))))
    assert [line.tag for line in lines(data, 2)].count("ST") == 2
    assert lines(data, 2)[-1].tag == "SE"
    assert lines(data, 5) == lines(data)


def test_several_interchanges_follow_each_other() -> None:
    (path,) = SAMPLES.rglob("MultipleInterchangesAndGroups.edi")
    data = path.read_bytes()
    found = lines(data)
    assert [line.level for line in found].count("interchange") == data.count(b"ISA*")
    assert [line.level for line in found].count("group") == data.count(b"GS*")
    assert [line.level for line in found].count("message") == data.count(b"ST*")


# --- how deep


def test_loops_stand_one_step_in_below_the_segment_that_opens_them() -> None:
    found = of(
        "180",
        *[
            "BGN*1",
            "N9*1",
            "N1*1",
            "N3*1",
            "N9*1",
            "BLI*1",
            "N9*1",
            "RDR*1",
            "N1*1",
            "N4*1",
            "BLI*1",
            "QTY*1",
            "LX*1",
            "N9*1",
            "BLI*1",
        ],
    )
    assert found == [0, 0, 0, 0, 1, 0, 0, 1, 1, 1, 2, 0, 1, 2, 3, 0, 0]


def test_a_segment_that_belongs_nowhere_leaves_no_loop() -> None:
    assert of("180", *["BGN*1", "BLI*1", "XYZ*1", "RDR*1"]) == [0, 0, 0, 1, 1, 0]


def test_hierarchies_follow_the_parent_not_the_order() -> None:
    levels = ("BSN*00", "HL*1**S", "TD1*1", "HL*2*1*O", "PRF*1", "HL*3*2*I", "LIN**EN*1", "HL*4*1*O", "PRF*1", "CTT*4")
    assert of("856", *levels) == [0, 0, 0, 1, 1, 2, 2, 3, 1, 2, 0, 0]


def test_a_parent_is_found_wherever_it_stands_and_one_that_is_nowhere_is_none() -> None:
    assert of("856", "BSN*00", "HL*1*9*S", "HL*2*3*I", "HL*3**S") == [0, 0, 0, 1, 0, 0]


def test_levels_that_name_each_other_stand_at_the_left() -> None:
    assert of("856", "BSN*00", "HL*1*2*S", "HL*2*1*S")[2:4] == [0, 0]


def test_a_message_without_a_table_is_flat() -> None:
    assert of("888", "W05*1") == [0, 0, 0]
