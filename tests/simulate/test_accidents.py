"""Every accident spoils just what it says."""

from collections.abc import Callable
from hashlib import sha256

import pytest

from mappings.formats import edifact, x12
from mappings.formats.segments import RawFile
from mappings.formats.sniff import sniff
from pipelines.simulate import accidents
from pipelines.simulate.accidents import OF_ANY_FILE, OF_EDI, Accident
from pipelines.simulate.identifiers import check_digit

RETAILERS = ("nordstad", "brightwell", "lindhaus")
EDI_SENDERS = ("nordstad", "brightwell")


def changed(good: bytes, bad: bytes) -> list[tuple[bytes, bytes]]:
    """Lines that differ, where the number of lines is the same."""
    before, after = good.splitlines(), bad.splitlines()
    return [(old, new) for old, new in zip(before, after, strict=True) if old != new]


@pytest.mark.parametrize("retailer", RETAILERS)
@pytest.mark.parametrize("accident", OF_ANY_FILE, ids=lambda one: one.__name__)
def test_accidents_of_any_file(accident: Callable[[bytes], Accident], retailer: str, good_files: dict[str, bytes]):
    good = good_files[retailer]
    name, bad = accident(good)
    assert name.endswith((".edi", ".csv", ".part"))
    assert (bad == good) == (accident is accidents.renamed)


@pytest.mark.parametrize("retailer", EDI_SENDERS)
@pytest.mark.parametrize("accident", OF_EDI, ids=lambda one: one.__name__)
def test_accidents_of_envelopes_change_one_segment(
    accident: Callable[[bytes], Accident], retailer: str, good_files: dict[str, bytes]
):
    _, bad = accident(good_files[retailer])
    assert len(changed(good_files[retailer], bad)) == 1


def test_counts_and_numbers_of_x12(good_files: dict[str, bytes]):
    good = good_files["nordstad"]
    tags = {
        accidents.segment_count_wrong: b"SE*",
        accidents.message_count_wrong: b"GE*",
        accidents.group_count_wrong: b"IEA*2*",
        accidents.control_number_wrong: b"IEA*1*",
        accidents.message_control_wrong: b"SE*",
        accidents.unknown_sender: b"ISA*",
    }
    for accident, tag in tags.items():
        ((_, new),) = changed(good, accident(good)[1])
        assert new.startswith(tag)
    assert accidents.unknown_sender(good)[1][35:50] == b"NOBODY         "


def test_counts_and_numbers_of_edifact(good_files: dict[str, bytes]):
    good = good_files["brightwell"]
    tags = {
        accidents.segment_count_wrong: b"UNT+",
        accidents.message_count_wrong: b"UNZ+",
        accidents.control_number_wrong: b"UNZ+",
        accidents.message_control_wrong: b"UNT+",
        accidents.unknown_sender: b"UNB+UNOC:3+9529999999993:14+",
    }
    for accident, tag in tags.items():
        ((_, new),) = changed(good, accident(good)[1])
        assert new.startswith(tag)


@pytest.mark.parametrize("retailer", RETAILERS)
def test_an_unknown_item_is_well_formed_but_unknown(retailer: str, good_files: dict[str, bytes]):
    good = good_files[retailer]
    bad = accidents.unknown_item(good)[1]
    number = accidents.UNKNOWN_GTIN.decode()
    assert check_digit(number[:-1]) == number[-1]
    assert bad.count(accidents.UNKNOWN_GTIN) == 1
    assert 1 <= len(changed(good, bad)) <= 2


@pytest.mark.parametrize("retailer", RETAILERS)
def test_more_than_sold_is_on_the_first_line(retailer: str, good_files: dict[str, bytes]):
    ((old, new),) = changed(good_files[retailer], accidents.beyond_sold(good_files[retailer])[1])
    assert b"99999" in new
    assert b"99999" not in old


def test_resent_x12_has_new_control_numbers_and_the_same_returns(good_files: dict[str, bytes]):
    differing = changed(good_files["nordstad"], accidents.resent(good_files["nordstad"])[1])
    assert [new.split(b"*")[0] for _, new in differing] == [b"ISA", b"GS", b"GE", b"IEA"]
    isa, gs, ge, iea = (new.rstrip(b"~").split(b"*") for _, new in differing)
    assert iea[2] == isa[13]
    assert ge[2] == gs[6] == b"%d" % int(isa[13])


def test_resent_edifact_has_a_new_reference_and_the_same_returns(good_files: dict[str, bytes]):
    differing = changed(good_files["brightwell"], accidents.resent(good_files["brightwell"])[1])
    unb, unz = (new.rstrip(b"'").split(b"+") for _, new in differing)
    assert (unb[0], unz[0], unz[2]) == (b"UNB", b"UNZ", unb[5])


def test_a_truncated_file_is_a_beginning_that_ends_inside_a_line(good_files: dict[str, bytes]):
    for good in good_files.values():
        bad = accidents.truncated(good)[1]
        assert good.startswith(bad)
        assert good[len(bad) : len(bad) + 1] not in (b"~", b"'", b"\r", b"\n")


def test_uploads_under_way(good_files: dict[str, bytes]):
    good = good_files["nordstad"]
    name, part = accidents.half_written(good)
    assert name.endswith(".part")
    assert good.startswith(part)
    seen = accidents.growing(good)
    assert len({name for name, _ in seen}) == 1
    assert [len(data) for _, data in seen] == sorted({len(data) for _, data in seen})
    assert seen[-1][1] == good


def test_orders_keep_the_sender(good_files: dict[str, bytes]):
    x12, edifact = (accidents.order(good_files[retailer])[1] for retailer in EDI_SENDERS)
    assert x12[35:50] == good_files["nordstad"][35:50]
    assert b"\nST*850*" in x12
    assert b"UNB+UNOC:3+9520000010003:14+" in edifact
    assert b"+ORDERS:D:96A:UN'" in edifact


def test_a_file_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="not of the simulated world"):
        accidents.segment_count_wrong(b"ISA*00*")


@pytest.mark.parametrize(
    ("accident", "retailer", "code"),
    [
        (accidents.truncated, "nordstad", "ENV-TRUNCATED"),
        (accidents.truncated, "brightwell", "ENV-TRUNCATED"),
        (accidents.segment_count_wrong, "nordstad", "MSG-COUNT-WRONG"),
        (accidents.segment_count_wrong, "brightwell", "MSG-COUNT-WRONG"),
        (accidents.message_count_wrong, "nordstad", "GROUP-COUNT-WRONG"),
        (accidents.message_count_wrong, "brightwell", "ENV-COUNT-WRONG"),
        (accidents.group_count_wrong, "nordstad", "ENV-COUNT-WRONG"),
        (accidents.control_number_wrong, "nordstad", "ENV-CONTROL-MISMATCH"),
        (accidents.control_number_wrong, "brightwell", "ENV-CONTROL-MISMATCH"),
        (accidents.message_control_wrong, "nordstad", "MSG-CONTROL-MISMATCH"),
        (accidents.message_control_wrong, "brightwell", "MSG-CONTROL-MISMATCH"),
    ],
)
def test_the_readers_name_the_accident(
    accident: Callable[[bytes], Accident], retailer: str, code: str, good_files: dict[str, bytes]
):
    name, bad = accident(good_files[retailer])
    read = x12.read if retailer == "nordstad" else edifact.read
    assert code in read([RawFile(sha256(bad).hexdigest(), name, bad)]).findings["code"].to_pylist()


@pytest.mark.parametrize(("accident", "kind"), [(accidents.picture, "unknown"), (accidents.empty, "empty")])
def test_what_is_no_file_of_a_partner_is_not_taken_for_one(accident: Callable[[bytes], Accident], kind: str):
    assert sniff(accident(b"")[1]) == kind
