"""The shipped partners' mappings read the whole simulated world without an error, and read the truth out of it."""

import csv
from collections import Counter
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from mappings.catalog import Catalog
from mappings.engine import translate
from mappings.formats import edifact, x12
from mappings.formats.segments import RawFile
from mappings.translation import Translation
from pipelines.settings import SHIPPED_PARTNERS
from pipelines.simulate.docks import DOCK_OF
from pipelines.simulate.truth import TrueLine
from pipelines.simulate.world import MAILBOXES, World

RETAILERS = tuple(DOCK_OF)


def raw_files(world: World, partner: str) -> list[RawFile]:
    paths = sorted(world.inbox(partner).iterdir())
    return [RawFile(sha256(data).hexdigest(), path.name, data) for path in paths for data in [path.read_bytes()]]


@pytest.fixture(scope="session")
def translations(world: World) -> dict[str, Translation]:
    catalog = Catalog.load(SHIPPED_PARTNERS)
    return {one: translate(raw_files(world, one), catalog.partner(one), catalog) for one in MAILBOXES}


def rows(translation: Translation, lines: str) -> list[dict[str, Any]]:
    """Lines, each with the number, day and purpose of its document."""
    documents = {one["document"]: one for one in translation.documents.to_pylist()}
    return [
        {**line, **{key: documents[line["document"]][key] for key in ("number", "issued_on", "purpose")}}
        for line in getattr(translation, lines).to_pylist()
    ]


def orderly(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows in an order of their own content."""
    return sorted(rows, key=lambda row: str(sorted(row.items())))


@pytest.mark.parametrize(
    ("partner", "read"),
    [("nordstad", x12.read), ("harwich", x12.read), ("brightwell", edifact.read), ("venlo", edifact.read)],
)
def test_the_readers_find_nothing_wrong(world: World, partner: str, read: Any):
    files = raw_files(world, partner)
    segments = read(files)
    assert segments.findings.to_pylist() == []
    assert segments.interchanges.num_rows == len(files)


@pytest.mark.parametrize("partner", list(MAILBOXES))
def test_no_file_has_an_error(translations: dict[str, Translation], partner: str):
    findings = translations[partner].findings.to_pylist()
    assert [found for found in findings if found["severity"] in ("error", "fatal")] == []


@pytest.mark.parametrize("retailer", RETAILERS)
def test_notice_lines_are_the_truth(translations: dict[str, Translation], world: World, retailer: str):
    announced = [t for t in world.truth() if t.retailer == retailer and t.fate != "unannounced"]
    columns = list(notice_line(announced[0]))
    read = [{name: row[name] for name in columns} for row in rows(translations[retailer], "notice_lines")]
    assert orderly(read) == orderly([notice_line(t) for t in announced])


def notice_line(t: TrueLine) -> dict[str, Any]:
    return {
        "number": t.return_number, "issued_on": date.fromisoformat(t.sent_on), "purpose": "original",
        "line_no": t.line_no, "store": t.store, "gtin": t.gtin, "vendor_item": t.stated_vendor_item or None,
        "units": t.units, "po_number": t.stated_po or None, "po_line": t.stated_po_line or None,
        "invoice_number": t.stated_invoice or None, "carton": t.carton, "disposition": t.disposition,
        "unit_price": t.stated_price or None,
    }  # fmt: skip


@pytest.mark.parametrize("retailer", RETAILERS)
def test_every_reason_is_understood(translations: dict[str, Translation], world: World, retailer: str):
    """One reason of ours for each of the retailer's, and none where none was written."""
    written = Counter(t.reason for t in world.truth() if t.retailer == retailer and t.fate != "unannounced")
    understood = Counter(row["reason"] for row in rows(translations[retailer], "notice_lines"))
    assert understood[None] == written[""]
    assert sum(understood.values()) == sum(written.values())


@pytest.mark.parametrize("retailer", RETAILERS)
def test_receipt_lines_are_the_truth(translations: dict[str, Translation], world: World, retailer: str):
    counted: Counter[tuple[Any, ...]] = Counter()
    for row in rows(translations[DOCK_OF[retailer]], "receipt_lines"):
        assert (row["complete"], row["purpose"]) == (True, "original")
        key = (row["number"], row["notice_number"], row["received_on"], row["store"], row["carton"], row["gtin"])
        counted[*key, row["condition"]] += row["units"]
    expected: Counter[tuple[Any, ...]] = Counter()
    for t in (t for t in world.truth() if t.retailer == retailer and t.received):
        number = None if t.return_number.startswith("DOCK-") else t.return_number
        key = (t.receipt, number, date.fromisoformat(t.received_on), t.store, t.carton, t.gtin)
        expected[*key, "damaged"] += t.damaged
        expected[*key, "sellable"] += t.received - t.damaged
    assert +counted == +expected


@pytest.mark.parametrize("retailer", RETAILERS)
def test_docks_name_a_retailer_that_the_partners_know(translations: dict[str, Translation], retailer: str):
    catalog = Catalog.load(SHIPPED_PARTNERS)
    named = {row["retailer"] for row in rows(translations[DOCK_OF[retailer]], "receipt_lines")}
    assert {catalog.retailer_named(name) for name in named} == {retailer}


def test_sale_lines_are_the_export(translations: dict[str, Translation], world: World):
    exported = []
    for path in sorted(world.inbox("erp-export").iterdir()):
        with path.open(encoding="utf-8", newline="") as file:
            exported += [sale_line(row) for row in csv.DictReader(file)]
    read = translations["erp-export"].sale_lines.select(list(exported[0])).to_pylist()
    assert orderly(read) == orderly(exported)


def sale_line(row: dict[str, str]) -> dict[str, Any]:
    same = ("company", "retailer", "store", "invoice_number", "invoice_line", "po_number", "po_line", "vendor_item",
            "description", "unit_price", "tax_category", "tax_rate", "currency")  # fmt: skip
    return {
        **{name: row[name] for name in same},
        "sold_on": date.fromisoformat(row["sold_on"]), "gtin": f"0{row['gtin']}", "units": int(row["units"]),
        "net_minor": int(Decimal(row["net"]) * 100), "tax_minor": int(Decimal(row["tax"]) * 100),
    }  # fmt: skip
