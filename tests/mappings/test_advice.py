"""The sentences of the YAML reader and of the models, turned into a person's."""

import doctest

import pytest

from mappings import advice


def test_the_examples_hold():
    result = doctest.testmod(advice)
    assert result.attempted > 1
    assert result.failed == 0


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("no good; write a or b", "no good. Next: write a or b."),
        ("both exclude each other: keep one of them", "both exclude each other. Next: keep one of them."),
        ("a colon: here; write one ...", "a colon: here. Next: write one."),
        ("nobody knows", "nobody knows. Next: correct it."),
    ],
)
def test_a_sentence_ends_with_the_next_step(wrong, told):
    assert advice.advised(wrong) == told


def test_what_the_yaml_reader_says_otherwise_is_passed_on():
    assert advice.of_yaml("found duplicate anchor", "a: b", 1) == (
        "this is no YAML: found duplicate anchor. Next: correct it at the caret."
    )
