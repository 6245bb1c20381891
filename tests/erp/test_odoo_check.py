"""`backhaul erp check odoo`: every step is looked at for real, and what is missing is told with what is next."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import httpx
import pytest

from connectors.erp.checks import Step
from connectors.erp.odoo import checks
from connectors.erp.odoo.checks import steps
from tests.erp.doubles.odoo import ATTACHMENT, MOVE, OdooDouble
from tests.erp.doubles.odoo_world import settings, wickham
from tests.erp.doubles.serving import served

TODAY = date(2026, 3, 14)
ALL = ["key", "server", "database", "company WR01", "rights", "posting", "fields", "journal of Wickham & Rowe Ltd",
       "taxes", "period of Wickham & Rowe Ltd", "customer nordstad", "customer lindhaus", "sales"]  # fmt: skip


def looked(odoo: OdooDouble, folder: Path, **changed: object) -> dict[str, Step]:
    found = steps(
        settings(folder, **changed), ["WR01"], ["nordstad", "lindhaus"], TODAY, transport=httpx.MockTransport(odoo)
    )
    return {step.name: step for step in found}


def test_a_database_that_is_set_up_is_told_so_step_by_step(tmp_path):
    found = looked(wickham(), tmp_path)
    assert list(found) == ALL
    assert {step.state for step in found.values()} == {"ok"}, found


def test_nothing_is_changed_by_looking(tmp_path):
    odoo = wickham()
    before = odoo.records.copy()
    looked(odoo, tmp_path)
    assert odoo.records.tables == before


def update(model: str, record: int, **values: object) -> Callable[[OdooDouble], object]:
    return lambda odoo: odoo.records.update(model, record, values)


MISSING: dict[str, tuple[Callable[[OdooDouble], object], str, str]] = {
    "an earlier Odoo": (lambda odoo: setattr(odoo, "version", "18.0"), "server", "answers with 18.0"),
    "a key that is not known": (lambda odoo: odoo.keys.clear(), "database", "Invalid apikey"),
    "several databases": (lambda odoo: setattr(odoo, "databases", 2), "database", "not found on the server"),
    "another company": (update("res.company", 1, name="Rowe Ltd"), "company WR01", "it does for Rowe Ltd"),
    "no right to make one": (lambda odoo: odoo.lacking.add((MOVE, "create")), "rights", "may not create account.move"),
    "no right to attach": (lambda odoo: odoo.lacking.add((ATTACHMENT, "create")), "rights", "create ir.attachment"),
    "no right to post": (lambda odoo: odoo.groups.discard("account.group_account_invoice"), "posting", "nobody else"),
    "no sale journal": (update("account.journal", 1, type="general"), "journal of Wickham & Rowe Ltd", "no journal"),
    "a locked day": (
        update("res.company", 1, user_sale_lock_date="2026-03-14"), "period of Wickham & Rowe Ltd",
        "2026-03-14 is locked: sales lock date 2026-03-14",
    ),
    "a customer without a Reference": (update("res.partner", 1, ref=None), "customer nordstad", "no contact has"),
    "a Reference of two customers": (update("res.partner", 4, ref="C-1017"), "customer nordstad", "several customers"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISSING)
def test_what_is_missing_is_told_with_what_is_next(case, tmp_path):
    spoil, name, told = MISSING[case]
    odoo = wickham()
    spoil(odoo)
    found = looked(odoo, tmp_path)
    assert [step.name for step in found.values() if step.state == "missing"] == [name]
    assert told in found[name].told
    assert found[name].following
    assert "Traceback" not in found[name].told


def test_a_field_that_the_database_does_not_have_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "FIELDS", (*checks.FIELDS, "posted_ages_ago"))
    assert looked(wickham(), tmp_path)["fields"].told == "this database has no account.move.posted_ages_ago"


def test_taxes_inside_the_price_are_worth_knowing(tmp_path):
    odoo = wickham()
    update("account.tax", 2, price_include=True)(odoo)
    taxes = looked(odoo, tmp_path)["taxes"]
    assert (taxes.state, "5% stand inside the price" in taxes.told) == ("note", True)


def test_sales_that_cannot_be_read_keep_no_credit_note_back(tmp_path):
    odoo = wickham()
    odoo.lacking.add(("sale.order", "read"))
    odoo.missing.add("stock.picking")
    sales = looked(odoo, tmp_path)["sales"]
    assert (sales.state, "could not read sale.order, stock.picking;" in sales.told) == ("note", True)


def test_a_retailer_that_the_settings_do_not_name(tmp_path):
    assert "name no customer" in looked(wickham(), tmp_path, customers={"nordstad": "C-1017"})["customer lindhaus"].told


def test_without_a_key_nothing_is_asked(tmp_path):
    odoo = wickham()
    found = looked(odoo, tmp_path, key_file=tmp_path / "none")
    assert [step.name for step in found.values()] == ["key"]
    assert odoo.asked == []


def test_a_server_that_is_not_there(tmp_path):
    with served(wickham()) as url:
        pass
    found = {step.name: step for step in steps(settings(tmp_path, url=url), ["WR01"], [], TODAY)}
    assert "cannot be reached" in found["server"].told


@pytest.mark.parametrize(
    ("version", "speaks"), [("19.0", True), ("saas~19.1+e", True), ("20.0+e", True), ("18.0+e", False), ("?", False)]
)
def test_versions_that_speak_json_2(version, speaks):
    assert checks._speaks_json2(version) is speaks
