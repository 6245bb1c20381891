"""The tables of the messages we speak."""

import pytest

from mappings.formats.structure import Loop, Use, group_codes, structure

TABLES = [
    ("x12", "180", "004010", "BGN", "BLI"),
    ("x12", "944", "004010", "W17", "W07"),
    ("edifact", "RETANN", "RETANN:D:01B:UN", "BGM", "LIN"),
    ("edifact", "RECADV", "RECADV:D:96A:UN", "BGM", "CPS"),
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
    assert structure("x12", "850", "004010") is None
    assert structure("x12", "180", "003040") is None
    assert structure("edifact", "RETANN", "RETANN:D:96A:EN:EAN001") is None


def test_groups_of_our_messages() -> None:
    assert (group_codes()["180"], group_codes()["944"]) == ("AN", "RE")
