"""Every suite holds for good rows, and each of its expectations fails when its rule alone is broken."""

import re
import subprocess
import sys

import pytest

from pipelines.suites import SUITES, allowed, in_words, load_suite, next_step, suite_names
from schemas.errors import ConfigError
from schemas.suites import JUDGED
from tests.expectations.rows import COUNT, TODAY, broken, good_rows, planted

# Importing great-expectations warns of modules that it takes from Python's standard library.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_every_canonical_table_has_a_suite():
    assert suite_names() == tuple(sorted(JUDGED))


@pytest.mark.parametrize("name", suite_names())
def test_a_suite_looks_at_every_column_of_its_table_that_can_be_wrong(name):
    suite = load_suite(name)
    looked_at = {column for one in suite.expectations for column in one.columns}
    assert looked_at <= set(suite.shape.names)
    assert set(suite.shape.names) - looked_at <= {"description", "complete"}


@pytest.mark.parametrize("name", suite_names())
def test_every_expectation_speaks_to_people(name):
    for one in load_suite(name).expectations:
        assert re.fullmatch(r"[A-Z][^`]*\.", one.notes), one.notes
        assert not re.search(r"[\^$\\]", in_words(one)), in_words(one)
        assert next_step(one)
        assert not next_step(one).endswith(".")


@pytest.mark.parametrize("name", suite_names())
def test_no_expectation_stands_twice(name):
    said = [in_words(one) for one in load_suite(name).expectations]
    assert len(said) == len(set(said))


@pytest.mark.parametrize("name", suite_names())
def test_codes_are_pointed_to_and_not_copied(name):
    for one in load_suite(name).expectations:
        if one.codes is not None:
            assert len(allowed(one)) > 1
            assert not one.value_set


@pytest.mark.slow
@pytest.mark.parametrize("name", suite_names())
def test_good_rows_hold_all_expectations_and_each_broken_rule_fails_its_own(name):
    from pipelines.defs.expectations import judge

    suite, rows = load_suite(name), good_rows(name)
    judged = judge(suite, rows, TODAY)
    assert [in_words(one.expectation) for one in judged.failed] == []
    assert judged.passed
    assert judged.rows == COUNT
    assert [one.expectation for one in judged.outcomes] == list(suite.expectations)
    for one in suite.expectations:
        alone = suite.model_copy(update={"expectations": (one,)})
        (outcome,) = judge(alone, broken(suite, one, rows), TODAY).outcomes
        assert not outcome.passed, in_words(one)
        assert outcome.broken >= 1
        assert outcome.examples
        assert {*suite.key, *one.columns} == set(outcome.examples[0])


@pytest.mark.slow
def test_upper_bounds_fail_too():
    from pipelines.defs.expectations import judge

    for name in suite_names():
        suite, rows = load_suite(name), good_rows(name)
        for one in suite.expectations:
            if one.max_value is not None or one.days_ahead is not None:
                alone = suite.model_copy(update={"expectations": (one,)})
                assert not judge(alone, planted(one, rows), TODAY).passed, in_words(one)


@pytest.mark.parametrize(
    ("written", "into", "place", "says"),
    [
        ("column: units", "column: unts", "column of notice_lines 'unts'", "Next: write 'units'"),
        ("expect: ExpectColumnValuesToNotBeNull", "expect: ExpectNothing", "is not known", "Next: write"),
        ("codes: reasons", "codes: raesons", "no list codes/raesons.csv", "Next: correct it."),
        ("table: notice_lines", "table: receipt_lines", "the file is called 'notice_lines'", "Next: write a canonical"),
        ("min_value: 1\n", "min_value: one\n", "one", "Next: correct it."),
        ('regex: "^[0-9]{14}$"\n    form: 14 digits\n', 'regex: "^[0-9]{14}$"\n', "`form:`", "Next: correct it."),
    ],
)
def test_a_fault_in_a_suite_is_shown_at_its_place(tmp_path, monkeypatch, written, into, place, says):
    text = (SUITES / "notice_lines.yaml").read_text(encoding="utf-8")
    assert written in text
    (tmp_path / "notice_lines.yaml").write_text(text.replace(written, into, 1), encoding="utf-8")
    monkeypatch.setattr("pipelines.suites.SUITES", tmp_path)
    with pytest.raises(ConfigError, match=r"notice_lines\.yaml:\d+:\d+: ") as fault:
        load_suite.__wrapped__("notice_lines")
    assert place in str(fault.value)
    assert says in str(fault.value)


def test_great_expectations_is_imported_by_nothing_that_does_not_judge():
    code = (
        "import sys, pipelines.definitions, pipelines.expect_command, pipelines.cli, pipelines.suites\n"
        "sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_of_very_many_lines_some_are_judged_spread_over_all(monkeypatch):
    from pipelines.defs import expectations

    monkeypatch.setattr(expectations, "LINES_MAX", 8)
    suite, rows = load_suite("notice_lines"), good_rows("notice_lines")
    alone = suite.model_copy(update={"expectations": suite.expectations[:1]})
    judged = expectations.judge(alone, rows, TODAY)
    assert (judged.rows, judged.of) == (8, COUNT)
    assert expectations._spread(rows)["offset"].to_pylist() == [0, 200, 500, 700, 1000, 1200, 1500, 1700]
