"""`backhaul erp check` against a real Tryton: it says what is missing, whatever that is."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from connectors.erp.checks import Step
from connectors.erp.tryton import checks
from connectors.erp.tryton.checks import steps
from pipelines.cli import app
from tests.tryton.server import KEY, Server

pytestmark = pytest.mark.tryton
TODAY = date(2026, 11, 22)


def checked(server: Server, retailers: Sequence[str] = ("nordstad", "lindhaus"), **changed: object) -> dict[str, Step]:
    today = changed.pop("today", TODAY)
    companies = changed.pop("we_are", ("WR01",))
    changed.setdefault("database", server.shared._settings.database)
    return {step.name: step for step in steps(server.settings(**changed), companies, retailers, today)}


def open_ones(found: dict[str, Step]) -> dict[str, Step]:
    assert all(step.following for step in found.values() if step.state == "missing")
    return {name: step for name, step in found.items() if step.state == "missing"}


def test_nothing_is_missing_where_credit_notes_can_be_posted(tryton):
    found = checked(tryton)
    assert list(found) == [
        "key", "server", "company WR01", "module", "rights", "journal", "period of WR01", "tax accounts",
        "customer nordstad", "customer lindhaus",
    ]  # fmt: skip
    assert open_ones(found) == {}


MISSING = {
    "a retailer without a customer": ({"retailers": ("nordstad", "askeby")}, "customer askeby", "erp: customers"),
    "a customer that is not there": ({"customers": {"nordstad": "N0"}}, "customer nordstad", "correct erp: customers"),
    "a company that is not there": ({"we_are": ("WR01", "WR02")}, "company WR02", "erp: companies"),
    "a period that is not open": ({"today": date(2026, 1, 15)}, "period of WR01", "open one in Tryton"),
    "a year that is not there": ({"today": date(2027, 1, 15)}, "period of WR01", "open one in Tryton"),
}


@pytest.mark.parametrize("case", MISSING)
def test_what_is_missing_is_named_with_what_is_next(case, tryton):
    changed, name, following = MISSING[case]
    found = open_ones(checked(tryton, **{"retailers": ("nordstad",)} | changed))
    assert list(found) == [name]
    assert following in found[name].following


def test_a_module_of_an_earlier_release_is_missing(tryton, monkeypatch):
    monkeypatch.setattr(checks, "MODULE_VERSION", (99,))
    step = open_ones(checked(tryton))["module"]
    assert "of version 8.2.1, and lacks fields" in step.told
    assert "install the one of this release" in step.following


def test_a_key_that_others_can_read_ends_the_check(tryton, tmp_path):
    shown = tmp_path / "key"
    shown.write_text(KEY)
    shown.chmod(0o644)
    found = checked(tryton, key_file=shown)
    assert list(open_ones(found)) == list(found) == ["key"]
    assert "chmod 600" in found["key"].following


def test_a_key_that_is_not_valid_a_database_that_is_not_there_and_a_server_that_is_away_are_told_apart(
    tryton, tmp_path
):
    wrong = tmp_path / "key"
    wrong.touch(0o600)
    wrong.write_text("another-key-than-ours")
    told = [
        open_ones(checked(tryton, **changed)).popitem()[1].told
        for changed in ({"key_file": wrong}, {"database": "nowhere"}, {"url": "http://127.0.0.1:9"})
    ]
    assert [word in text for word, text in zip(("401", "404", "cannot be reached"), told, strict=True)] == [True] * 3


def test_a_user_without_rights_and_a_module_that_is_not_active_are_found(tryton, tmp_path):
    visitor = tmp_path / "key"
    visitor.touch(0o600)
    visitor.write_text(f"{KEY}-of-a-visitor")
    database = tryton.database()
    with closing(sqlite3.connect(tryton.folder / f"{database}.sqlite")) as connection:
        connection.execute("update ir_module set state = 'not activated' where name = 'backhaul_key'")
        connection.commit()
    found = open_ones(checked(tryton, key_file=visitor, database=database))
    assert list(found) == ["module", "rights"]
    assert "group Accounting" in found["rights"].following
    assert "docs/erp/tryton.md" in found["module"].following


def test_the_command_shows_it_and_ends_with_one_where_something_is_missing(tryton, tmp_path):
    settings = tmp_path / "backhaul.yaml"
    erp = tryton.settings(database=tryton.shared._settings.database).model_dump(mode="json", exclude_defaults=True)
    address = {"street": "1 Loom Yard", "city": "Leeds", "postcode": "LS1 1AA", "country": "GB"}
    written = {
        "companies": {"WR01": {"legal_name": "Wickham & Rowe Ltd", "address": address}},
        "erp": erp | {"kind": "tryton"},
        "clock": "2026-11-22T10:00:00+00:00",
    }
    settings.write_text(yaml.safe_dump(written))
    result = CliRunner().invoke(app, ["erp", "check", "tryton", "--settings", str(settings)])
    assert result.exit_code == 1, "the shipped partners have retailers that this Tryton does not know"
    assert "Credit notes" not in result.output
    assert "customer nordstad" in result.output
    assert "no credit note is safe to go there yet" in result.output
    assert KEY not in result.output
    other = CliRunner().invoke(app, ["erp", "check", "odoo", "--settings", str(settings)])
    assert other.exit_code == 2
    assert Path(settings).exists()
