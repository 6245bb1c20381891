"""Which ERP the settings name, how it is opened, and what `backhaul erp check` says of it."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from connectors.erp.checks import Step
from connectors.erp.file_out import FileOutErp
from connectors.erp.file_out.checks import steps
from connectors.erp.kinds import open_erp
from pipelines.cli import app
from pipelines.settings import Settings, load_settings
from pipelines.wiring import around_erp
from schemas.errors import ConfigError
from tests.erp.paper_cases import papers

ADDRESS = {"street": "1 Loom Yard", "city": "Leeds", "postcode": "LS1 1AA", "country": "GB"}
TRYTON = {"kind": "tryton", "url": "https://tryton.example.com", "database": "wickham", "key_file": "keys/tryton"}
SAP = {
    "kind": "sap", "url": "https://sap.example.com", "user": "BACKHAUL", "password_file": "keys/sap",
    "companies": {"WR01": "1010"}, "revenue_account": "41000000", "tax_account": "22000000",
}  # fmt: skip
REQUESTS = {
    "kind": "sap_requests", "url": "https://s4.example.com", "user": "BACKHAUL", "password_file": "keys/sap_requests",
    "companies": {"WR01": "1010"},
}  # fmt: skip
CENTRAL = {
    "kind": "business_central", "tenant": "wickham.example", "client_id": "c11e",
    "secret_file": "keys/business_central",
}  # fmt: skip

ODOO = {"kind": "odoo", "url": "https://wickham.odoo.example.com", "key_file": "keys/odoo"}


def written(beside: Path, /, **erp: object) -> Path:
    path = beside / "backhaul.yaml"
    companies = {"WR01": {"legal_name": "Wickham & Rowe Ltd", "address": ADDRESS}}
    path.write_text(yaml.safe_dump({"companies": companies, "state": "state"} | ({"erp": erp} if erp else {})))
    return path


def key(folder: Path, name: str) -> None:
    path = folder / "keys" / name
    path.parent.mkdir(exist_ok=True)
    path.touch(0o600)
    path.write_text("a-key-of-the-tests")


@pytest.mark.parametrize("erp", [{}, {"folder": "erp"}, {"kind": "file_out", "folder": "erp"}])
def test_without_a_kind_credit_notes_become_files_below_the_state_folder(erp, tmp_path):
    loaded = load_settings(written(tmp_path, **erp))
    with open_erp(loaded.erp, around_erp(loaded)) as opened:
        assert isinstance(opened, FileOutErp)
        assert list(opened.find("BH-1")) == []
    assert (tmp_path / "state" / "erp" / "posted").is_dir()


@pytest.mark.parametrize(
    ("erp", "name"),
    [
        (TRYTON, "TrytonErp"),
        (SAP, "SapErp"),
        (REQUESTS, "SapRequestErp"),
        (CENTRAL, "BusinessCentralErp"),
        (ODOO, "OdooErp"),
    ],
)
def test_a_key_is_read_beside_the_settings_and_nothing_is_sent_before_the_first_use(erp, name, tmp_path):
    key(tmp_path, str(erp["kind"]))
    loaded = load_settings(written(tmp_path, **erp))
    with open_erp(loaded.erp, around_erp(loaded)) as opened:
        assert type(opened).__name__ == name
        assert opened.capabilities.max_request_seconds > 0


@pytest.mark.parametrize("erp", [{}, TRYTON, REQUESTS, CENTRAL, ODOO], ids=lambda erp: erp.get("kind", "file_out"))
def test_who_attaches_reconciliations_is_told_where_they_are(erp, tmp_path):
    if erp:
        key(tmp_path, erp["kind"])
    loaded = load_settings(written(tmp_path, **erp))
    with open_erp(loaded.erp, around_erp(loaded, papers=papers)) as opened:
        assert opened._papers is papers


WRONG = {
    "an ERP that is not known": ({"kind": "ledgerbook"}, "erp"),
    "a key that means nothing": (TRYTON | {"folder": "erp"}, "erp.tryton.folder"),
    "a customer of two retailers": (TRYTON | {"customers": {"a": "1", "b": "1"}}, "customers.*more than one"),
    "no accounts": ({"kind": "sap", "url": "https://sap.example.com", "user": "B", "companies": {}}, "revenue_account"),
    "an account that requests have not": (REQUESTS | {"tax_account": "22000000"}, "erp.sap_requests.tax_account"),
    "a tenant that is a path": (CENTRAL | {"tenant": "../x"}, "tenant"),
    "a database that is a path": (TRYTON | {"database": "../x"}, "database"),
}


@pytest.mark.parametrize("case", WRONG)
def test_settings_that_cannot_be_meant_name_their_key(case, tmp_path):
    erp, told = WRONG[case]
    with pytest.raises(ConfigError, match=rf"{told}.*Next: "):
        load_settings(written(tmp_path, **erp))


@pytest.mark.parametrize("page", ["tryton", "sap", "business_central", "odoo", "file_out"])
def test_each_page_shows_settings_that_load(page):
    text = (Path(__file__).parents[2] / "docs" / "erp" / f"{page}.md").read_text(encoding="utf-8")
    example = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])
    loaded = Settings(folder=Path(), companies={"WR01": {"legal_name": "W", "address": ADDRESS}}, **example)
    assert loaded.erp.kind == page


def found(folder: Path) -> dict[str, Step]:
    return {step.name: step for step in steps(folder)}


def test_a_folder_of_files_is_checked_for_real(tmp_path):
    assert {name: step.state for name, step in found(tmp_path / "erp").items()} == {
        "folder": "ok", "lock and journal": "ok", "notes": "note",
    }  # fmt: skip


def test_a_file_where_the_folder_belongs_is_found(tmp_path):
    folder = tmp_path / "erp"
    folder.write_text("no folder")
    (step,) = found(folder).values()
    assert (step.name, step.state) == ("folder", "missing")
    assert "is no folder" in step.told
    assert step.following


def test_the_command_ends_with_none_where_nothing_is_missing_and_with_one_where_something_is(tmp_path):
    good = CliRunner().invoke(app, ["erp", "check", "--settings", str(written(tmp_path))])
    assert good.exit_code == 0, good.output
    (tmp_path / "state" / "erp").rename(tmp_path / "elsewhere")
    (tmp_path / "state" / "erp").write_text("no folder")
    bad = CliRunner().invoke(app, ["erp", "check", "file_out", "--settings", str(written(tmp_path))])
    assert bad.exit_code == 1
    other = CliRunner().invoke(app, ["erp", "check", "tryton", "--settings", str(written(tmp_path))])
    assert other.exit_code == 2
