"""Thirty-eight tables in eleven languages: every column right or asked, none wrong without a word."""

import pytest

from mappings.propose.header_words import LANGUAGES, languages_of
from tests.propose.header_sets import counts, graded, header_sets

SETS = header_sets("header_sets.yaml", "held_out_sets.yaml", "hard_sets.yaml")


@pytest.mark.parametrize("one", SETS, ids=lambda one: one.name)
def test_no_column_is_wrong_without_being_asked(one):
    assert [told for told in graded(one) if told[1] == "wrong"] == []


def test_most_columns_are_right_and_not_merely_asked():
    found = counts(SETS)
    assert len(SETS) >= 30
    assert found["right"] >= 0.85 * sum(found.values()), found


def test_the_sets_speak_every_language():
    spoken = {language for one in SETS for language in languages_of(one.proposal().grid.names)[:1]}
    assert spoken == set(LANGUAGES)


def test_every_set_gives_a_mapping_that_names_only_columns_of_the_table():
    for one in SETS:
        proposal = one.proposal()
        assert {column.name for column in proposal.columns} == set(proposal.grid.names), one.name


def test_a_column_that_is_asked_about_says_why_and_stands_in_a_question():
    for one in SETS:
        proposal = one.proposal()
        keys = " ".join(f"{question.key} {question.text}" for question in proposal.questions)
        for column in proposal.columns:
            if column.verdict == "asked":
                assert column.why, (one.name, column.name)
                assert column.name in keys or "day" in column.why, (one.name, column.name)
