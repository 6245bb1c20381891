"""The world of the worked cases: one shop, one dock, our ERP, with tables as documents; all else is the real chain."""

import csv
import io
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from connectors.erp.memory import MemoryErp
from connectors.mailbox.port import Mailbox
from connectors.store import Store
from connectors.vault import Vault
from mappings.catalog import Catalog, PartnerFolder
from mappings.marks import read
from mappings.policies import checked_partner, load_policies
from pipelines.settings import Settings
from pipelines.wiring import Hub
from pipelines.work.approve import approve
from pipelines.work.assign import assign
from pipelines.work.claims import Stated as ClaimStated
from pipelines.work.claims import attach
from pipelines.work.process import process
from pipelines.work.run import post
from pipelines.work.settle import settle
from schemas.errors import PermanentError
from schemas.outcome import Outcome
from schemas.partners import Channel, Partner, Party
from tests.cases.form import ITEMS, Announced, Case, Deducted, Later, Received, Shipped, Sold, Stated, Told

_SHOP: dict[str, Any] = {
    "id": "shop", "name": "Shop", "role": "retailer",
    "party": {"legal_name": "Shop Ltd", "vat_id": "GB000000002"},
    "identities": [{"scheme": "name", "id": "SHOP"}], "acknowledge": False,
    "channels": [{"id": "main", "kind": "folder", "inbox": "in", "archive": "done", "outbox": "out"}],
}  # fmt: skip
_STYLES = [
    {"kind": "style", "retailer": "", "name": f"OSLO/RED/{size}", "gtin": ITEMS[item]}
    for size, item in (("S", "lamp"), ("L", "large lamp"))
]
_OTHERS = {"dock": "id: dock\nname: Dock\nrole: warehouse\n", "erp": "id: erp\nname: ERP\nrole: erp\n"}
# Field of the map and its column; `as` where it is no text.
_DAY = "as: date, form: YYYY-MM-DD"
_COLUMNS: dict[str, dict[str, str]] = {
    "notice": {
        "store": "", "gtin": "as: gtin", "quantity": "as: units", "unit_price": "as: decimal", "po_number": "",
        "invoice_number": "", "carton": "", "reason": "", "disposition": "",
    },
    "receipt": {
        "retailer": "", "store": "", "notice_number": "", "received_on": _DAY, "gtin": "as: gtin",
        "quantity": "as: units", "condition": "", "complete": "as: flag", "carton": "",
    },
    "shipment": {
        "po_number": "", "invoice_number": "", "gtin": "as: gtin", "quantity": "as: units", "shipped_on": _DAY,
        "delivered_on": _DAY,
    },
    "deduction": {
        "reference": "", "return_number": "", "invoice_number": "", "po_number": "", "gtin": "as: gtin",
        "quantity": "as: units", "amount": "as: money", "currency": "", "reason": "", "paid_on": _DAY,
    },
    "invoice": {
        "bill": "", "invoice_number": "", "corrects": "", "po_number": "", "gtin": "as: gtin", "quantity": "as: units",
        "net": "as: money", "currency": "",
    },
    "sales": {
        "company": "", "retailer": "", "store": "", "invoice_number": "", "invoice_line": "", "po_number": "",
        "sold_on": _DAY, "gtin": "as: gtin", "vendor_item": "", "description": "", "quantity": "as: units",
        "unit_price": "as: decimal", "net": "as: money", "tax": "as: money", "tax_category": "", "tax_rate": "",
        "currency": "",
    },
}  # fmt: skip
_DOCUMENT = {"number": "", "purpose": "", "issued_on": _DAY}
_WHOSE = {
    "notice": "shop",
    "receipt": "dock",
    "sales": "erp",
    "shipment": "erp",
    "deduction": "shop",
    "invoice": "shop",
}


class Shop:
    """One shop in which case after case happens: each begins with the same empty database.

    The store stays open from case to case, because it keeps what it has worked out about its statements.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._now = datetime(2026, 6, 1, 12, tzinfo=UTC)
        self._kept: dict[Any, str] = {}
        for kind, partner in _WHOSE.items():
            home = folder / "partners" / partner
            (home / "maps").mkdir(parents=True, exist_ok=True)
            (home / "maps" / f"{kind}.yaml").write_text(_map(kind))
            (home / "partner.yaml").write_text(_OTHERS.get(partner) or yaml.safe_dump(_SHOP))
        self._store = Store.open(f"sqlite:///{folder / 'hub.db'}", lambda: self._now)
        self._catalog = Catalog.load(folder / "partners")
        self._store.record(Outcome("items", "erp", {"item_name": pa.Table.from_pylist(_STYLES)}))
        self._store.close()
        shutil.copy(folder / "hub.db", folder / "empty.db")

    def carried(self, told: Told) -> Hub:
        """The hub after a case: its documents have come one after the other, and everything followed that does."""
        first, *others = told.arriving if told.arriving[:1] == ("sold",) else ("", *told.arriving)
        hub = self._sold(told.case) if first else self._hub(told.case, "empty.db")
        for section in others:
            _arrive(hub, told.case, section)
        self._follow(hub)
        if told.case.later:
            self._now = datetime.combine(told.case.later.today, time(12), UTC)
            for section in told.arriving_later:
                _arrive(hub, told.case.later, section)
            self._follow(hub)
        if told.case.approved_by or told.case.refused_to:
            _approve(hub, told.case)
            post(hub, hub.catalog.partner("shop").partner)
        return hub

    @staticmethod
    def _follow(hub: Hub) -> None:
        """Decisions, credits, notes."""
        shop = hub.catalog.partner("shop").partner
        settle(hub, shop)
        post(hub, shop)

    def _sold(self, case: Case) -> Hub:
        """The hub after the sales of the case. Many cases have the same sales, and begin with a copy of them."""
        key = (case.today, case.sold)
        if key not in self._kept:
            _arrive(self._hub(case, "empty.db"), case, "sold")
            self._store.close()
            self._kept[key] = f"sold-{len(self._kept)}.db"
            shutil.copy(self._folder / "hub.db", self._folder / self._kept[key])
        return self._hub(case, self._kept[key])

    def _hub(self, case: Case, begins: str) -> Hub:
        """The hub as a kept database has it, with what was agreed in the case."""
        self._store.close()
        for name in ("hub.db", "hub.db-wal", "hub.db-shm"):
            (self._folder / name).unlink(missing_ok=True)
        shutil.copy(self._folder / begins, self._folder / "hub.db")
        self._now = datetime.combine(case.today, time(12), UTC)
        settings = Settings(
            folder=self._folder,
            companies={"WR01": Party(legal_name="Makers Ltd", vat_id="GB000000001")},
            partners=Path("partners"),
        )
        shop = _agreed(self._catalog.partner("shop"), case)
        catalog = replace(self._catalog, folders={**self._catalog.folders, "shop": shop})
        vault = Vault(self._folder / "vault")
        return Hub(settings, catalog, self._store, vault, MemoryErp(), lambda: self._now, _no_mailbox)


def _no_mailbox(partner: Partner, channel: Channel) -> Mailbox:
    raise AssertionError("nothing is sent in a worked case")


def _map(kind: str) -> str:
    """A mapping that reads each column into the field of its name."""
    document = {"number": "as: text, from: '@file'"} if kind == "sales" else _DOCUMENT
    columns = [*({} if kind == "sales" else _DOCUMENT), *_COLUMNS[kind]]
    lines = [
        f"kind: {kind}", "standard: delimited", f"claims: {{columns: [{', '.join(columns)}]}}",
        'reads: {encoding: utf-8, separator: ",", decimal: "."}',
        "document:", *(f"  {_field(name, how)}" for name, how in document.items()),
        "lines:", "  each: row", "  require: []", *(f"  {_field(name, how)}" for name, how in _COLUMNS[kind].items()),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _field(name: str, how: str) -> str:
    if "from:" in how:
        return f"{name}: {{{how}}}"
    return f"{name}: {{from: {name}{', ' + how if how else ''}}}"


def _agreed(folder: PartnerFolder, case: Case) -> PartnerFolder:
    """The shop with what was agreed, as partner.yaml and files of policies/."""
    home = folder.path
    (home / "partner.yaml").write_text(yaml.safe_dump(_SHOP | {"policy": case.policy}))
    shutil.rmtree(home / "policies", ignore_errors=True)
    (home / "policies").mkdir()
    for name, content in case.policies.items():
        (home / "policies" / f"{name}.yaml").write_text(yaml.safe_dump(content))
    marked = read(home / "partner.yaml")
    return replace(folder, partner=checked_partner(marked), dated=load_policies(home, marked))


def _arrive(hub: Hub, case: Case | Later, section: str) -> None:
    """The documents of one section, one after the other."""
    if section == "sold":
        _deliver(hub, "sales", [_sale(one) for one in case.sold])
    elif section == "announced":
        for _, own in groupby(case.announced, lambda one: (one.return_, one.purpose)):
            _deliver(hub, "notice", [_notice(one) for one in own])
    elif section == "received":
        for _, own in groupby(case.received, lambda one: (one.receipt, one.purpose)):
            _deliver(hub, "receipt", [_receipt(one) for one in own])
    elif section == "shipped":
        _deliver(hub, "shipment", [_shipment(one) for one in case.shipped])
    elif section == "deducted":
        for taken in case.deducted:
            kind, written = ("invoice", _own_note) if taken.own_note else ("deduction", _deduction)
            _deliver(hub, kind, [written(taken)])
    elif section == "stated":
        for said in case.stated:
            _state(hub, said)
    else:
        for one in case.assigned:
            assign(hub, one.line, one.invoice, "as the case says", one.by)


def _state(hub: Hub, said: Stated) -> None:
    """A person attaches a photo, or states something."""
    photo = hub.settings.folder / "photo.jpg" if said.photo else None
    if photo:
        photo.write_text(said.photo)
    days = {"purchased_on": said.purchased, "delivered_on": said.delivered, "consumer_on": said.consumer}
    attach(hub, said.line, photo, ClaimStated(serial=said.serial, **days), said.by)


def _approve(hub: Hub, case: Case) -> None:
    """Those who may not approve try it in vain, then those who may do."""
    for name, why in case.refused_to.items():
        for intent in hub.store.intents("needs_approval").to_pylist():
            with pytest.raises(PermanentError, match=why):
                approve(hub, intent["reference"], name)
    for name in case.approved_by:
        for intent in hub.store.intents("needs_approval").to_pylist():
            approve(hub, intent["reference"], name)


def _sale(one: Sold) -> dict[str, Any]:
    net = _cents(one.units * one.price * (100 - one.discount) / 100)
    return {
        "company": "WR01", "retailer": one.to, "store": one.store, "invoice_number": one.invoice,
        "invoice_line": one.line, "po_number": one.po, "sold_on": one.on, "gtin": ITEMS[one.item],
        "vendor_item": one.item, "description": one.item, "quantity": one.units, "unit_price": one.price, "net": net,
        "tax": _cents(net * one.tax_rate / 100), "tax_category": "S" if one.tax_rate else "Z",
        "tax_rate": one.tax_rate, "currency": one.currency,
    }  # fmt: skip


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _notice(one: Announced) -> dict[str, Any]:
    return {
        "number": one.return_, "purpose": one.purpose, "issued_on": one.on, "store": one.store,
        "gtin": ITEMS[one.item], "quantity": one.units, "unit_price": one.price, "po_number": one.po,
        "invoice_number": one.invoice, "carton": one.carton, "reason": one.reason, "disposition": one.disposition,
    }  # fmt: skip


def _receipt(one: Received) -> dict[str, Any]:
    return {
        "number": one.receipt, "purpose": one.purpose, "issued_on": one.on, "retailer": "SHOP", "store": one.store,
        "notice_number": one.of, "received_on": one.on, "gtin": ITEMS[one.item], "quantity": one.units,
        "condition": one.condition, "complete": str(one.complete).lower(), "carton": one.carton,
    }  # fmt: skip


def _shipment(one: Shipped) -> dict[str, Any]:
    return {
        "number": f"S-{one.on}", "purpose": "original", "issued_on": one.on, "po_number": one.po,
        "invoice_number": one.invoice, "gtin": ITEMS[one.item], "quantity": one.units, "shipped_on": one.on,
        "delivered_on": one.delivered,
    }  # fmt: skip


def _deduction(one: Deducted) -> dict[str, Any]:
    return {
        "number": one.reference, "purpose": "original", "issued_on": one.on, "reference": one.reference,
        "return_number": one.return_, "invoice_number": one.invoice, "po_number": one.po,
        "gtin": ITEMS[one.item] if one.item else None, "quantity": one.units, "amount": -one.amount,
        "currency": one.currency, "reason": one.reason, "paid_on": one.on,
    }  # fmt: skip


def _own_note(one: Deducted) -> dict[str, Any]:
    return {
        "number": one.reference, "purpose": "original", "issued_on": one.on, "bill": "credit",
        "invoice_number": one.reference, "corrects": one.invoice, "po_number": one.po,
        "gtin": ITEMS[one.item] if one.item else None, "quantity": one.units, "net": one.amount,
        "currency": one.currency,
    }  # fmt: skip


def _deliver(hub: Hub, kind: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """A file of these rows arrives and is processed."""
    columns = [*({} if kind == "sales" else _DOCUMENT), *_COLUMNS[kind]]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: "" if value is None else value for key, value in row.items()} for row in rows)
    data, partner = text.getvalue().encode(), _WHOSE[kind]
    digest = hub.vault.put(data)
    known = {"partner": partner, "file": digest, "name": f"{digest[:8]}.csv", "size": len(data)}
    arrival = known | {"arrival": f"{partner}/{digest}", "channel": "main", "modified": 1.0}
    arrived = {"source_file": [known | {"state": "received"}], "arrival": [arrival]}
    tables = {name: pa.Table.from_pylist(rows) for name, rows in arrived.items()}
    hub.store.record(Outcome("receive", partner, tables))
    process(hub, hub.catalog.partner(partner).partner)
