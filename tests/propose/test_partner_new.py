"""`backhaul partner new` as a person types it."""

import pytest
from typer.testing import CliRunner

from mappings import samples
from mappings.catalog import Catalog
from pipelines.cli import app
from tests.propose.test_proposals import SHIPPED

RETURNS = SHIPPED / "lindhaus" / "samples" / "returns.csv"


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["partner", "new", *map(str, arguments)], env={"COLUMNS": "80"})
    return result.exit_code, result.output


def test_a_folder_is_written_that_loads_and_gives_the_samples_rows(tmp_path):
    answers = [f"reason:{code}={means}" for code, means in (("UEB", "overstock"), ("DEF", "defective"))]
    code, told = run(
        "shop", "--from", RETURNS, "--into", tmp_path, "--name", "The Shop", "--yes",
        *(part for answer in [*answers, "currency=EUR"] for part in ("--answer", answer)),
    )  # fmt: skip
    assert code == 0, told
    assert "reason:XXX" in told
    catalog = Catalog.load(tmp_path)
    shop = catalog.partner("shop")
    assert shop.partner.name == "The Shop"
    [sample] = samples.samples(shop)
    assert samples.differences(sample, shop, catalog) == ""


@pytest.mark.parametrize("word", ["--into", "--partners"])
def test_the_folder_of_partners_is_named_as_in_other_commands_too(tmp_path, word):
    code, told = run("shop", "--from", RETURNS, word, tmp_path, "--yes")
    assert code == 0, told
    assert (tmp_path / "shop" / "partner.yaml").is_file()


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(tmp_path, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    from rich.console import Console

    from pipelines import partner_new

    monkeypatch.setattr(partner_new, "out", Console(width=width))
    result = CliRunner().invoke(app, ["partner", "new", "shop", "--from", str(RETURNS), "--into", str(tmp_path)])
    assert max(map(len, result.output.splitlines())) <= width
    assert "Lieferantenartikel" in "".join(result.output.split())


def test_a_folder_that_is_there_is_left_as_it_is(tmp_path):
    (tmp_path / "shop").mkdir()
    code, told = run("shop", "--from", RETURNS, "--into", tmp_path)
    assert code == 2
    assert "is left as it is" in " ".join(told.split())
    assert list((tmp_path / "shop").iterdir()) == []


def test_an_identity_of_another_partner_is_refused_before_anything_is_written(tmp_path):
    sample = SHIPPED / "nordstad" / "samples" / "returns.x12"
    assert run("one", "--from", sample, "--into", tmp_path)[0] == 0
    code, told = run("two", "--from", sample, "--into", tmp_path)
    assert code == 2
    assert "sends already as one" in " ".join(told.split())
    assert not (tmp_path / "two").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["Shop!", "--from", RETURNS], "is no id"),
        (["shop", "--from", RETURNS, "--role", "bank"], "no role"),
        (["shop", "--from", "nowhere.csv"], "cannot be read"),
        (["shop", "--from", RETURNS, "--answer", "Menge"], "QUESTION=ANSWER"),
    ],
)
def test_what_cannot_be_done_is_told_with_the_next_step(tmp_path, arguments, told):
    code, output = run(*arguments, "--into", tmp_path)
    assert code == 2
    assert told in " ".join(output.split())
    assert list(tmp_path.iterdir()) == []


def test_questions_are_asked_at_a_terminal_and_enter_leaves_them_open(tmp_path, monkeypatch):
    from pipelines import partner_new

    asked = []

    def prompt(text, **_):
        asked.append(text)
        return "EUR" if "currency" in text else ""

    monkeypatch.setattr(partner_new, "_is_terminal", lambda: True)
    monkeypatch.setattr(partner_new.typer, "prompt", prompt)
    code, told = run("shop", "--from", RETURNS, "--into", tmp_path)
    assert code == 0, told
    assert len(asked) == 5
    assert "currency: {const: EUR}" in (tmp_path / "shop/maps/returns.yaml").read_text(encoding="utf-8")
