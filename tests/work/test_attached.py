"""A note whose policy wants its reconciliation: the intent names the page in the vault, and the posted note has it."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.erp.file_out import FileOutErp
from connectors.store import Store
from connectors.vault import Vault
from pipelines.steps import decide
from pipelines.steps.credits import Composed, compose, fees_of
from pipelines.wiring import papers_of
from pipelines.work.endings import Posted
from pipelines.work.post import post_credits
from pipelines.work.reconciliations import with_reconciliations
from schemas.credits import CreditRequest
from schemas.outcome import Outcome
from schemas.partners import Limits, Policy
from tests.erp.credit_requests import BUYER, SELLER
from tests.erp.doubles import odoo_world
from tests.erp.doubles.business_central_wickham import connected, wickham
from tests.store.conftest import Clock, World


@pytest.fixture
def hub(tmp_path: Path) -> Any:
    clock = Clock()
    with Store.open(f"sqlite:///{tmp_path / 'hub.db'}", clock, "tester") as store:
        yield SimpleNamespace(store=store, vault=Vault(tmp_path / "vault"), now=clock)


def settled(hub: Any) -> Composed:
    """Goods that came back with a restocking fee, decided by policy, on a credit with its page."""
    world = World(hub.store)
    world.receive(world.announce("R1", world.sell()), "W1")
    policy = Policy.model_validate({"credit": {"fees": {"restocking_percent": 25, "handling": "0.10"}}})
    undecided = hub.store.undecided("nordstad")
    found = decide.settle(undecided, policy, "p1")
    moved = decide.carry_out(found.decisions, undecided, "p1")
    hub.store.record(Outcome("decide", "nordstad", found.rows() | {"movement": moved}))
    composed = compose(
        hub.store.credit_lines("nordstad"),
        sellers={"WR01": SELLER},
        buyers={"nordstad": BUYER},
        sequences={},
        issued_on=date(2026, 3, 2),
        limits_of={"nordstad": Limits()},
        fees=fees_of(hub.store.query("reports/pricing_of_credits.sql", retailer="nordstad").to_pylist()),
    )
    return with_reconciliations(hub, "nordstad", composed)


def test_the_page_goes_from_the_intent_into_the_posted_note(hub, tmp_path):
    composed = settled(hub)
    (request,) = (CreditRequest.model_validate_json(text) for text in composed.intents["request"].to_pylist())
    (line,) = request.lines
    assert [(fee.kind, fee.net) for fee in line.fees] == [
        ("restocking", Decimal("1.00")),
        ("handling", Decimal("0.40")),
    ]
    assert (line.net, line.before_fees) == (Decimal("2.60"), Decimal("4.00"))
    assert request.reconciliation is not None
    assert hub.vault.get(request.reconciliation.sha256).startswith(b"%PDF-")
    again = settled_again(hub, composed)
    assert again == composed.intents["request_hash"].to_pylist(), "the same note, the same bytes"
    rows = {"credit_intent": composed.intents, "credit_intent_line": composed.intent_lines}
    hub.store.record(Outcome("intend", "nordstad", rows))
    erp = FileOutErp(tmp_path / "erp", papers_of(hub.store, hub.vault))
    assert post_credits(hub.store, erp, "run-1", hub.now) == Posted(posted=1)
    (note,) = (tmp_path / "erp" / "posted").iterdir()
    assert b"EmbeddedDocumentBinaryObject" in note.read_bytes()
    assert (hub.store.verify(), hub.store.violations()) == ([], [])


def intended(hub: Any) -> CreditRequest:
    """The credit, as its intent has it: it names its page."""
    composed = settled(hub)
    rows = {"credit_intent": composed.intents, "credit_intent_line": composed.intent_lines}
    hub.store.record(Outcome("intend", "nordstad", rows))
    (request,) = (CreditRequest.model_validate_json(text) for text in composed.intents["request"].to_pylist())
    assert request.reconciliation is not None
    return request


def test_the_page_goes_from_the_vault_to_business_central_too(hub):
    request = intended(hub)
    central = wickham(hub.now, [request])
    erp = connected(central, papers_of(hub.store, hub.vault))
    assert post_credits(hub.store, erp, "run-1", hub.now) == Posted(posted=1)
    (attached,) = central.books.records("documentAttachments")
    page = hub.vault.get(request.reconciliation.sha256)
    assert (attached["fileName"], attached["attachmentContent"]) == (request.reconciliation.name, page)


def test_the_page_goes_from_the_vault_to_odoo_too(hub, tmp_path):
    request = intended(hub)
    (line,) = request.lines
    odoo = odoo_world.wickham(now=hub.now)
    item = odoo_world.item(odoo, 1, default_code=line.vendor_item)
    odoo_world.sold(odoo, line.invoice_number, [{"product_id": item}], line.invoice_date)
    erp = odoo_world.erp_of(odoo, tmp_path, papers_of(hub.store, hub.vault))
    assert post_credits(hub.store, erp, "run-1", hub.now) == Posted(posted=1)
    (posted,) = erp.find(request.reference)
    page = hub.vault.get(request.reconciliation.sha256)
    assert odoo.attachments.files(int(posted.draft_id)) == [(request.reconciliation.name, page)]


def settled_again(hub: Any, composed: Composed) -> list[str]:
    return list(with_reconciliations(hub, "nordstad", composed).intents["request_hash"].to_pylist())


def test_a_page_that_is_gone_keeps_its_note_from_going_out(hub, tmp_path):
    intended(hub)
    shutil.rmtree(tmp_path / "vault")
    erp = FileOutErp(tmp_path / "erp", papers_of(hub.store, hub.vault))
    assert post_credits(hub.store, erp, "run-1", hub.now) == Posted(parked=1)
