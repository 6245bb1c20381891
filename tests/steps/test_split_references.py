"""Repairs: a stated reference that does not exist leads to the one that was meant, or to none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.steps.split.references import References

KNOWN = ["4500123", "4571890", "WR-77001", "0012345678", "AB12CD34", "66000-0042", "66000-0043"]


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        ("0004500123", "4500123"),  # zeros in front
        ("12345678", "0012345678"),  # zeros left out
        ("45O0123", "4500123"),  # O for 0
        ("45 00 123", None),  # other runs of digits: not the same form
        ("wr77001", "WR-77001"),  # separators and case
        ("WR 77001", "WR-77001"),
        ("PO4500123", "4500123"),  # a prefix more
        ("PO-4500123/A", "4500123"),  # a prefix and a suffix more
        ("77001", "WR-77001"),  # a prefix less
        ("4500123-0042", "4500123"),  # the store's number behind it
        ("4501023", "4500123"),  # two neighbours swapped
        ("4500128", "4500123"),  # one wrong digit
        ("AB12CD3", "AB12CD34"),  # an end cut off
        ("4500", None),  # too little of it is left
        ("123", None),
        ("", None),
        ("--", None),
        ("4500128X", None),  # two errors at once
        ("9999999", None),
    ],
)
def test_one_error_is_repaired(stated: str, meant: str | None) -> None:
    assert References(KNOWN).repaired(stated) == meant


def test_the_store_tells_which_of_several_was_meant() -> None:
    known = References(KNOWN)
    assert known.repaired("66000") is None
    assert known.repaired("66000", store="42") == "66000-0042"
    assert known.repaired("66000", store="0043") == "66000-0043"
    assert known.repaired("4500123-17", store="0017") == "4500123"


@pytest.mark.parametrize(
    ("names", "stated"),
    [
        (["A-4500123", "B-4500123"], "4500123"),
        (["4500121", "4500122"], "4500123"),
        (["4500213", "4500124"], "4500123"),
        (["4500123", "4500124"], "4500120"),
        (["45001234", "45001235"], "4500123"),
    ],
)
def test_a_repair_that_could_mean_several_is_none(names: list[str], stated: str) -> None:
    assert References(names).repaired(stated) is None


def test_mere_form_comes_before_typing_errors() -> None:
    assert References(["4500123", "4500124"]).repaired("004500123") == "4500123"


def test_what_is_written_alike_exists() -> None:
    known = References(["Wr-77001"])
    assert " wr-77001 " in known
    assert "WR77001" not in known


@given(st.sets(st.integers(4500000, 4500300).map(str), min_size=1, max_size=30), st.data())
def test_a_repair_leads_only_to_what_exists_and_is_unique(names: set[str], data: st.DataObject) -> None:
    """Seven digits with one of them wrong: the repair is the only neighbour, or none where there are two."""
    meant = data.draw(st.sampled_from(sorted(names)))
    at = data.draw(st.integers(1, 6))
    stated = meant[:at] + data.draw(st.sampled_from("0123456789")) + meant[at + 1 :]
    known = References(names)
    if stated in known:
        return
    near = {name for name in names if sum(a != b for a, b in zip(name, stated, strict=True)) == 1}
    swapped = {stated[:i] + stated[i + 1] + stated[i] + stated[i + 2 :] for i in range(6)} & names
    expected = near | swapped
    assert known.repaired(stated) == (meant if expected == {meant} else None)
