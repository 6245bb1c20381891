"""The generated pages are current, and every function shows itself by an example that holds."""

import doctest
import sys

import pytest

from mappings.functions.cleaning import CLEAN, WITH_ARGUMENT
from mappings.functions.values import CONVERT
from mappings.workbench.function_list import FAMILIES, FINDINGS, README, example, main, pages, promise
from schemas.findings import CATALOGUE

VOCABULARY = {f"clean {name}": one for name, one in CLEAN.items()} | {
    f"as {name}": one for name, one in CONVERT.items()
}


def test_the_pages_are_current():
    for path, text in pages().items():
        assert path.read_text(encoding="utf-8") == text, "python -m mappings.workbench.function_list --write"
    assert main([]) == 0


def test_a_stale_page_is_told_and_written_anew(tmp_path, monkeypatch, capsys):
    stale = tmp_path / "README.md"
    stale.write_text(README.read_text(encoding="utf-8").replace("| `upper` |", "| `uper` |"), encoding="utf-8")
    monkeypatch.setattr("mappings.workbench.function_list.README", stale)
    monkeypatch.setattr("mappings.workbench.function_list.FINDINGS", tmp_path / "findings.md")
    assert main([]) == 1
    assert main(["--write"]) == 0
    assert main([]) == 0
    assert stale.read_text(encoding="utf-8") == README.read_text(encoding="utf-8")
    assert "README.md is not current" in capsys.readouterr().out


@pytest.mark.parametrize("name", VOCABULARY)
def test_the_example_of_every_function_holds(name):
    function = VOCABULARY[name]
    (found, *_) = doctest.DocTestFinder(recurse=False).find(function, globs=vars(sys.modules[function.__module__]))
    assert found.examples
    result = doctest.DocTestRunner().run(found)
    assert (result.attempted, result.failed) == (len(found.examples), 0)


@pytest.mark.parametrize("name", VOCABULARY)
def test_every_function_says_in_a_sentence_what_it_gives(name):
    assert promise(VOCABULARY[name])[0].isupper()
    assert "→" in example(VOCABULARY[name]) or "gives" in example(VOCABULARY[name])


def test_a_function_without_an_example_is_refused():
    def bare(column):
        """Nothing to see."""
        return column

    with pytest.raises(ValueError, match=r"bare has no example in its docstring. Next: write one"):
        example(bare)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("clean strip", '`" AB 1 "` → `AB 1`'),
        ("clean prefix", "with `S-`: `17` → `S-17`"),
        ("as date", "`20261130` → `2026-11-30`; `261130` → `2026-11-30`; `20261131` → nothing"),
        ("as flag", "`true` → `true`; `false` → `false`; `J` → nothing"),
    ],
)
def test_an_example_is_shown_as_text_and_value(name, shown):
    assert example(VOCABULARY[name]) == shown


def test_functions_with_an_argument_are_written_with_one():
    text = README.read_text(encoding="utf-8")
    for name in CLEAN:
        assert (f"| `{{{name}: …}}` |" in text) == (name in WITH_ARGUMENT)
        assert (f"| `{name}` |" in text) == (name not in WITH_ARGUMENT)


def test_every_finding_is_on_its_page_once():
    rows = [line.split("`")[1] for line in FINDINGS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert sorted(rows) == sorted(CATALOGUE)
    assert set(FAMILIES) <= {code.split("-")[0] for code in CATALOGUE}
