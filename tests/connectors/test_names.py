"""Names come from the partner: what is safe, and what may be shown."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mailbox.names import Entry, arrange, is_ignored, printable, temporary, why_unsafe
from schemas.partners import Arrival


@given(st.text(st.characters(), max_size=300))
def test_a_safe_name_is_one_component_of_a_path(name: str) -> None:
    if why_unsafe(name) is None:
        assert os.path.basename(os.path.normpath(os.path.join("inbox", name))) == name  # noqa: PTH118, PTH119
        assert name.isprintable() or " " in name or "\xa0" in name or "\u3000" in name or not name.isascii()
        assert len(name.encode()) <= 200


@given(st.text(st.characters(), max_size=50))
def test_what_is_shown_can_be_printed_and_stored(name: str) -> None:
    shown = printable(name)
    assert shown.isprintable()
    shown.encode("utf-8")


@given(st.text(st.characters(), max_size=20), st.text(st.characters(), max_size=20))
def test_two_names_are_never_shown_alike(one: str, other: str) -> None:
    assert (printable(one) == printable(other)) == (one == other)


@pytest.mark.parametrize("name", ["a.edi", "Rückläufer.csv", "it's", "a b"])
def test_ordinary_names_are_shown_as_they_are(name: str) -> None:
    assert (why_unsafe(name), printable(name)) == (None, name)


@given(st.text(min_size=1, max_size=50))
def test_our_own_temporary_names_are_ignored_by_the_usual_list(name: str) -> None:
    assert is_ignored(temporary(name), Arrival().ignore)


def test_an_entry_without_size_or_time_is_for_a_person() -> None:
    listed, unsafe = arrange([Entry("a", "file", None, 1.0), Entry("b", "file", 1, None)], ())
    assert (listed, [one.name for one in unsafe]) == ([], ["a", "b"])
