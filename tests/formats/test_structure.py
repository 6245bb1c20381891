"""The tables of the messages we speak."""

from pathlib import Path

import pytest
import yaml

from mappings.formats import x12
from mappings.formats.structure import Loop, Use, group_codes, structure
from tests.formats.files import BODY_180, codes, gs, isa, raw, st
from tests.formats.files import x12 as x12_bytes

SCHEMAS = Path(__file__).parents[2] / "schemas"

TABLES = [
    ("x12", "180", "004010", "BGN", "BLI"),
    ("x12", "180", "003040", "BGN", "BLI"),
    ("x12", "180", "003060", "BGN", "BLI"),
    ("x12", "810", "004010", "BIG", "IT1"),
    ("x12", "812", "004010", "BCD", "CDD"),
    ("x12", "812", "005010", "BCD", "CDD"),
    ("x12", "820", "004010", "BPR", "ENT"),
    ("x12", "824", "004010", "BGN", "OTI"),
    ("x12", "850", "004010", "BEG", "PO1"),
    ("x12", "855", "004010", "BAK", "PO1"),
    ("x12", "856", "004010", "BSN", "HL"),
    ("x12", "860", "004010", "BCH", "POC"),
    ("x12", "861", "004010", "BRA", "RCD"),
    ("x12", "861", "005010", "BRA", "RCD"),
    ("x12", "864", "004010", "BMG", "MIT"),
    ("x12", "944", "004010", "W17", "W07"),
    ("x12", "944", "005010", "W17", "LX"),
    ("x12", "997", "004010", "AK1", "AK2"),
    ("x12", "999", "005010X231", "AK1", "AK2"),
    ("x12", "810", "004030", "BIG", "IT1"),
    ("x12", "810", "005010", "BIG", "IT1"),
    ("x12", "810", "006040", "BIG", "IT1"),
    ("x12", "820", "004030", "BPR", "ENT"),
    ("x12", "820", "005010", "BPR", "ENT"),
    ("x12", "820", "006040", "BPR", "ENT"),
    ("x12", "824", "005010", "BGN", "OTI"),
    ("x12", "824", "006040", "BGN", "OTI"),
    ("x12", "850", "004030", "BEG", "PO1"),
    ("x12", "850", "005010", "BEG", "PO1"),
    ("x12", "850", "006040", "BEG", "PO1"),
    ("x12", "855", "004030", "BAK", "PO1"),
    ("x12", "855", "005010", "BAK", "PO1"),
    ("x12", "855", "006040", "BAK", "PO1"),
    ("x12", "856", "004030", "BSN", "HL"),
    ("x12", "856", "005010", "BSN", "HL"),
    ("x12", "860", "004030", "BCH", "POC"),
    ("x12", "860", "005010", "BCH", "POC"),
    ("x12", "860", "006040", "BCH", "POC"),
    ("x12", "864", "006040", "BMG", "MIT"),
    ("x12", "944", "004030", "W17", "LX"),
    ("x12", "944", "006040", "W17", "LX"),
    ("edifact", "RETANN", "RETANN:D:01B:UN", "BGM", "LIN"),
    ("edifact", "RETANN", "RETANN:D:97B:UN", "BGM", "LIN"),
    ("edifact", "RETANN", "RETANN:D:99A:UN", "BGM", "LIN"),
    ("edifact", "RETANN", "RETANN:D:96A:EN:EAN001", "BGM", "LIN"),
    ("edifact", "RETINS", "RETINS:D:01B:UN", "BGM", "LIN"),
    ("edifact", "RECADV", "RECADV:D:96A:UN", "BGM", "CPS"),
    ("edifact", "RECADV", "RECADV:D:01B:UN:EAN005", "BGM", "CPS"),
    ("edifact", "DESADV", "DESADV:D:96A:UN", "BGM", "CPS"),
    ("edifact", "DESADV", "DESADV:D:01B:UN:EAN007", "BGM", "CPS"),
    ("edifact", "ORDERS", "ORDERS:D:96A:UN", "BGM", "LIN"),
    ("edifact", "ORDCHG", "ORDCHG:D:96A:UN", "BGM", "LIN"),
    ("edifact", "ORDRSP", "ORDRSP:D:01B:UN", "BGM", "LIN"),
    ("edifact", "INVOIC", "INVOIC:D:01B:UN", "BGM", "LIN"),
    ("edifact", "ORDERS", "ORDERS:D:01B:UN", "BGM", "LIN"),
    ("edifact", "ORDERS", "ORDERS:D:24A:UN", "BGM", "LIN"),
    ("edifact", "ORDCHG", "ORDCHG:D:01B:UN", "BGM", "LIN"),
    ("edifact", "ORDCHG", "ORDCHG:D:24A:UN", "BGM", "LIN"),
    ("edifact", "ORDRSP", "ORDRSP:D:96A:UN", "BGM", "LIN"),
    ("edifact", "ORDRSP", "ORDRSP:D:24A:UN", "BGM", "LIN"),
    ("edifact", "INVOIC", "INVOIC:D:96A:UN", "BGM", "LIN"),
    ("edifact", "INVOIC", "INVOIC:D:24A:UN", "BGM", "LIN"),
    ("edifact", "DESADV", "DESADV:D:24A:UN", "BGM", "CPS"),
    ("edifact", "RECADV", "RECADV:D:24A:UN", "BGM", "CPS"),
    ("edifact", "RETINS", "RETINS:D:97B:UN", "BGM", "LIN"),
    ("edifact", "RETINS", "RETINS:D:24A:UN", "BGM", "LIN"),
    ("edifact", "COMDIS", "COMDIS:D:24A:UN", "BGM", "DOC"),
    ("edifact", "APERAK", "APERAK:D:96B:UN", "BGM", "ERC"),
    ("edifact", "APERAK", "APERAK:D:97B:UN", "BGM", "ERC"),
    ("edifact", "COMDIS", "COMDIS:D:96A:UN", "BGM", "DOC"),
    ("edifact", "CONTRL", "CONTRL:D:3:UN", "UCI", "UCM"),
    ("edifact", "CONTRL", "CONTRL:4:1:UN", "UCI", "UCM"),
    ("edifact", "APERAK", "APERAK:D:96A:UN", "BGM", "ERC"),
    ("edifact", "APERAK", "APERAK:D:01B:UN", "BGM", "DOC"),
]


@pytest.mark.parametrize(("standard", "message", "version", "header", "loop"), TABLES)
def test_each_message_has_its_header_and_its_line_loop(
    standard: str, message: str, version: str, header: str, loop: str
) -> None:
    table = structure(standard, message, version)
    assert table is not None
    assert Use(header, 1, 1) in table.body
    loops = {part.trigger: part for part in table.body if isinstance(part, Loop)}
    assert loop in loops
    assert_triggered(loops.values())


def assert_triggered(loops) -> None:
    """Every loop begins with the segment that opens it, once."""
    for loop in loops:
        assert loop.body[0] == Use(loop.trigger, 1, 1)
        assert_triggered(part for part in loop.body if isinstance(part, Loop))


def test_a_message_without_a_table_has_none() -> None:
    assert structure("x12", "832", "004010") is None
    assert structure("edifact", "SLSRPT", "SLSRPT:D:96A:UN") is None
    assert structure("edifact", "", "") is None


# standard, message, version, the version whose table it gets, whether that is its own
NEAREST = [
    ("x12", "180", "005010", "004010", True),
    ("x12", "180", "005040", "004010", True),
    ("x12", "180", "008010", "004010", False),
    ("x12", "180", "003020", "003030", False),
    ("x12", "180", "", "003030", False),
    ("x12", "850", "003050", "004010", False),
    ("x12", "850", "005050", "005010", False),
    ("x12", "850", "008010", "006040", False),
    ("x12", "944", "006010", "006040", True),
    ("x12", "944", "004060", "005010", True),
    ("x12", "999", "005010X231", "005010", True),
    ("edifact", "RETANN", "RETANN:D:00A:UN", "D:01B", True),
    ("edifact", "RETANN", "RETANN:D:24A:UN", "D:01B", True),
    ("edifact", "RETANN", "RETANN:D:97A:EN", "D:96A", False),
    ("edifact", "RETANN", "RETANN:D:93A:EN", "D:96A", False),
    ("edifact", "RETINS", "RETINS:D:96A:EN:EAN001", "D:96A", False),
    ("edifact", "RECADV", "RECADV:D:02A:UN", "D:01B", False),
    ("edifact", "RECADV", "RECADV:D:24A:UN", "D:24A", True),
    ("edifact", "ORDERS", "ORDERS:D:97A:UN", "D:96A", False),
    ("edifact", "CONTRL", "CONTRL:D:1:UN", "D:3", False),
]


@pytest.mark.parametrize(("standard", "message", "version", "own", "is_whole"), NEAREST)
def test_a_version_without_a_table_has_the_nearest_older_one(
    standard: str, message: str, version: str, own: str, is_whole: bool
) -> None:
    table = structure(standard, message, version)
    assert table is not None
    assert own in table.versions
    assert table.is_whole == is_whole


# The segment group numbers that the directories print.
GROUP_NUMBERS = [
    ("RETANN:D:01B:UN", {"NAD": 3, "LIN": 11, "LIN/QTY": 13, "LIN/PAC": 18, "LIN/PAC/PCI": 19}),
    ("RETINS:D:01B:UN", {"CDI": 6, "LIN": 11, "LIN/CDI": 18}),
    ("DESADV:D:96A:UN", {"NAD": 2, "CPS": 10, "CPS/PAC": 11, "CPS/PAC/PCI/GIN": 14, "CPS/LIN": 15, "CPS/LIN/RFF": 16}),
    ("DESADV:D:01B:UN", {"CPS": 10, "CPS/LIN": 17, "CPS/LIN/RFF": 18}),
    ("DESADV:D:24A:UN", {"CPS/LIN": 19}),
    ("RECADV:D:96A:UN", {"NAD": 4, "CPS": 16, "CPS/LIN": 22, "CPS/LIN/CDI": 23, "CPS/LIN/PCI/GIN/CDI": 32}),
    ("RECADV:D:24A:UN", {"CPS/LIN": 25}),
    ("INVOIC:D:96A:UN", {"NAD": 2, "LIN": 25, "MOA": 48}),
    ("INVOIC:D:01B:UN", {"NAD": 2, "LIN": 26}),
    ("ORDERS:D:96A:UN", {"RFF": 1, "NAD": 2, "LIN": 25}),
    ("ORDERS:D:01B:UN", {"LIN": 28}),
    ("ORDCHG:D:96A:UN", {"LIN": 26}),
    ("ORDRSP:D:96A:UN", {"LIN": 26}),
    ("APERAK:D:96A:UN", {"ERC": 3, "ERC/RFF": 4}),
    ("APERAK:D:01B:UN", {"ERC": 4, "ERC/RFF": 5}),
    ("COMDIS:D:96A:UN", {"DOC": 2, "DOC/DLI": 5}),
    ("CONTRL:D:3:UN", {"UCM": 1, "UCM/UCS": 2, "UCF": 3, "UCF/UCM": 4, "UCF/UCM/UCS": 5}),
]


def group_numbers(parts: tuple[Loop | Use, ...], above: str = "") -> list[str]:
    """The path of every loop, from the top down: the n-th is segment group n."""
    found = []
    for part in parts:
        if isinstance(part, Loop):
            path = f"{above}{part.trigger}"
            found += [path, *group_numbers(part.body, f"{path}/")]
    return found


@pytest.mark.parametrize(("version", "numbers"), GROUP_NUMBERS)
def test_counted_from_the_top_the_loops_have_the_numbers_of_the_directory(
    version: str, numbers: dict[str, int]
) -> None:
    table = structure("edifact", version.partition(":")[0], version)
    assert table is not None
    paths = group_numbers(table.body)
    assert {path: paths.index(path) + 1 for path in numbers} == numbers


@pytest.mark.parametrize(("standard", "message", "version", "header", "loop"), TABLES)
def test_our_messages_are_whole(standard: str, message: str, version: str, header: str, loop: str) -> None:
    table = structure(standard, message, version)
    assert table is not None
    assert table.is_whole


def test_an_order_of_005010_has_the_text_segment_that_took_the_place_of_msg() -> None:
    old, new = structure("x12", "850", "004010"), structure("x12", "850", "005010")
    assert old is not None
    assert new is not None
    assert ("MSG" in old.tags, "MTX" in old.tags) == (True, True)
    assert ("MSG" in new.tags, "MTX" in new.tags) == (False, True)


def test_a_return_of_003040_has_ita_where_later_ones_have_sac() -> None:
    old, new = structure("x12", "180", "003040"), structure("x12", "180", "004010")
    assert old is not None
    assert new is not None
    assert ("ITA" in old.tags, "SAC" in old.tags) == (True, False)
    assert ("ITA" in new.tags, "SAC" in new.tags) == (False, True)


def test_every_table_belongs_to_one_message_and_version_and_to_its_group() -> None:
    tables = [
        yaml.safe_load(path.read_text("utf-8"))
        for path in [*SCHEMAS.glob("x12/*.yaml"), *SCHEMAS.glob("edifact/*.yaml")]
        if path.stem not in ("groups", "segments", "codes", "elements")
    ]
    keys = [(table["message"], version) for table in tables for version in table["versions"]]
    assert len(keys) == len(set(keys))
    assert all(table["group"] == group_codes()[table["message"]] for table in tables if "group" in table)


def test_a_segment_that_must_be_there_is_missed() -> None:
    got = x12.read([raw(x12_bytes(isa(gs(st(["N9*CN*1"])))))])
    assert codes(got) == ["MSG-SEGMENT-MISSING"]
    assert got.findings["path"].to_pylist() == ["ISA 000000101/GS 1/ST 0001/N9"]


def test_a_table_that_is_not_whole_accuses_no_segment() -> None:
    body = [*BODY_180, "XYZ*1"]
    assert codes(x12.read([raw(x12_bytes(isa(gs(st(body)))))])) == ["MSG-STRUCTURE"]
    assert codes(x12.read([raw(x12_bytes(isa(gs(st(body), version="007010"))))])) == []


def test_groups_of_our_messages() -> None:
    assert (group_codes()["180"], group_codes()["944"]) == ("AN", "RE")
