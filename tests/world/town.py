"""A small town for tests of what arrives in which order: one shop, one dock and our ERP, each with a table of its own.

Files go through ``process`` one by one, as if each had arrived alone; nothing is simulated.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectors.store import Store
from pipelines.settings import Settings
from pipelines.wiring import Hub, open_hub
from pipelines.work.process import Processed, process
from pipelines.work.settle import settle
from schemas.outcome import Outcome
from schemas.partners import Party
from tests.databases import copied, dropped

LAMP, BOWL, PLATE = "09520000000059", "09520000000066", "09520000000073"
TAX_PER_CENT = 19
ADDRESS = "database.txt"  # in a town's folder: where its database is, when it is no file there
_SHOP = """\
id: shop
name: Shop
role: retailer
party: {legal_name: Shop Ltd, vat_id: GB000000002}
identities: [{scheme: name, id: SHOP}]
policy: {order: oldest, map_hold_days: 0}
"""
_OTHERS = {"dock": "id: dock\nname: Dock\nrole: warehouse\n", "erp": "id: erp\nname: ERP\nrole: erp\n"}
_CLAIMS = {
    "notice": "purpose number day store gtin units price po invoice carton",
    "receipt": "purpose number day retailer store notice gtin units condition complete carton",
    "sales": "company retailer invoice_number invoice_line po_number sold_on gtin description units unit_price net tax",
}
_MAP = """\
kind: {kind}
standard: delimited
claims: {{columns: [{columns}]}}
reads: {{encoding: utf-8, separator: ",", decimal: "."}}
"""
_NOTICE = """\
document:
  group_by: number
  number: {from: number}
  purpose: {from: purpose}
  issued_on: {from: day, as: date, form: YYYY-MM-DD}
lines:
  each: row
  require: []
  store: {from: store}
  gtin: {from: gtin, as: gtin}
  quantity: {from: units, as: units}
  unit_price: {from: price, as: decimal}
  po_number: {from: po}
  invoice_number: {from: invoice}
  carton: {from: carton}
  currency: {const: EUR}
  disposition: {const: return}
"""
_RECEIPT = """\
document:
  group_by: number
  number: {from: number}
  purpose: {from: purpose}
  issued_on: {from: day, as: date, form: YYYY-MM-DD}
lines:
  each: row
  require: []
  retailer: {from: retailer}
  store: {from: store}
  notice_number: {from: notice}
  received_on: {from: day, as: date, form: YYYY-MM-DD}
  gtin: {from: gtin, as: gtin}
  quantity: {from: units, as: units}
  condition: {from: condition}
  complete: {from: complete, as: flag}
  carton: {from: carton}
"""
_SALES = """\
document: {number: {from: "@file"}}
lines:
  each: row
  require: [quantity]
  company: {from: company}
  retailer: {from: retailer}
  invoice_number: {from: invoice_number}
  invoice_line: {from: invoice_line}
  po_number: {from: po_number}
  sold_on: {from: sold_on, as: date, form: YYYY-MM-DD}
  gtin: {from: gtin, as: gtin}
  vendor_item: {from: description}
  description: {from: description}
  quantity: {from: units, as: units}
  unit_price: {from: unit_price, as: decimal}
  net: {from: net, as: money}
  tax: {from: tax, as: money}
  tax_category: {const: S}
  tax_rate: {const: "19"}
  currency: {const: EUR}
"""
_MAPS = {"shop": ("notice", _NOTICE), "dock": ("receipt", _RECEIPT), "erp": ("sales", _SALES)}


@dataclass(frozen=True)
class File:
    """A file of a partner, as its bytes."""

    partner: str
    data: bytes


def day(n: int) -> date:
    return date(2026, 1, 1) + timedelta(days=n)


def sale(invoice: str, units: int, cents: int = 1000, gtin: str = LAMP, on: int = 1, po: str = "") -> File:
    """One invoice line of so many units at so many cents each."""
    net = units * cents
    row = ("WR01", "shop", invoice, 1, po, day(on), gtin, f"VI-{gtin[-4:]}", units, f"{cents / 100:.2f}",
           f"{net / 100:.2f}", f"{round(net * TAX_PER_CENT / 100) / 100:.2f}")  # fmt: skip
    return table_of("erp", "sales", [row])


def notice(number: str, *lines: dict[str, Any], on: int = 50, purpose: str = "original") -> File:
    """A notice of these lines; see ``line``."""
    names = ("gtin", "units", "price", "po", "invoice", "carton")
    rows = [(purpose, number, day(on), "1", *(one.get(name, "") for name in names)) for one in lines]
    return table_of("shop", "notice", rows)


def line(units: int, gtin: str = LAMP, **stated: Any) -> dict[str, Any]:
    """A line of a notice."""
    return {"units": units, "gtin": gtin} | stated


def receipt(
    number: str, units: int, of: str = "", gtin: str = LAMP, on: int = 60, condition: str = "sellable",
    complete: bool = False, purpose: str = "original",
) -> File:  # fmt: skip
    """A receipt of one line."""
    return counts(number, counted(units, gtin, condition), of=of, on=on, complete=complete, purpose=purpose)


def counts(
    number: str, *lines: dict[str, Any], of: str = "", on: int = 60, complete: bool = False, purpose: str = "original",
    store: str = "", retailer: str = "SHOP",
) -> File:  # fmt: skip
    """A receipt of these lines; see ``counted``."""
    rows = [
        (purpose, number, day(on), retailer, store, of, *(one.get(name, "") for name in ("gtin", "units", "condition")),
         str(complete).lower(), one.get("carton", ""))
        for one in lines
    ]  # fmt: skip
    return table_of("dock", "receipt", rows)


def counted(units: int, gtin: str = LAMP, condition: str = "sellable", carton: str = "") -> dict[str, Any]:
    """A line of a receipt."""
    return {"units": units, "gtin": gtin, "condition": condition, "carton": carton}


def table_of(partner: str, kind: str, rows: Iterable[tuple[Any, ...]]) -> File:
    lines = [_CLAIMS[kind].replace(" ", ","), *(",".join(str(cell) for cell in row) for row in rows)]
    return File(partner, ("\n".join(lines) + "\n").encode())


def some_orders(files: Sequence[File], most: int) -> list[tuple[File, ...]]:
    """So many orders of these files: as they are told, the other way round, and evenly between; or all there are."""
    orders = list(permutations(files))
    step = (len(orders) - 1) / (most - 1)
    return orders if most >= len(orders) else [orders[round(number * step)] for number in range(most)]


class Town:
    """The hub of this town, and what tests do with it."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.store: Store = hub.store

    def deliver(self, *files: File) -> Processed:
        """The files arrive and are processed, those of one partner together."""
        total = Processed()
        for partner in dict.fromkeys(file.partner for file in files):
            rows = [self._arrived(file) for file in files if file.partner == partner]
            arrived = {"source_file": pa.Table.from_pylist([one for one, _ in rows])}
            arrived["arrival"] = pa.Table.from_pylist([one for _, one in rows])
            self.store.record(Outcome("receive", partner, arrived))
            total = process(self.hub, self.hub.catalog.partner(partner).partner)
        return total

    def _arrived(self, file: File) -> tuple[dict[str, Any], dict[str, Any]]:
        digest = self.hub.vault.put(file.data)
        known = {"partner": file.partner, "file": digest, "name": f"{digest[:8]}.csv", "size": len(file.data)}
        return known | {"state": "received"}, known | {
            "arrival": f"{file.partner}/{digest}", "channel": "main", "modified": 1.0,
        }  # fmt: skip

    def settle(self) -> None:
        """Decisions, and intents."""
        settle(self.hub, self.hub.catalog.partner("shop").partner)

    def standing(self) -> list[tuple[Any, ...]]:
        """Where units and their money stand: line, sale, bucket, condition, units, net, tax, evidence, doubt.

        What was moved on or taken back stands nowhere. Units that were counted in two parts are one row.
        """
        sums: dict[tuple[Any, ...], list[int]] = {}
        for row in (*self._announced(), *self._counted()):
            amounts = sums.setdefault((*row[:4], *row[7:]), [0, 0, 0])
            amounts[:] = [was + more for was, more in zip(amounts, row[4:7], strict=True)]
        return sorted(((*key[:4], *amounts, *key[4:]) for key, amounts in sums.items()), key=str)

    def _announced(self) -> Iterator[tuple[Any, ...]]:
        for row in self.store.open_portions().to_pylist():
            if row["announced_units"]:
                amounts = (row["announced_units"], row["announced_net"], row["announced_tax"])
                yield (*self._where(row), "announced", None, *amounts, *self._why(row))

    def _counted(self) -> Iterator[tuple[Any, ...]]:
        portions = {row["portion"]: row for row in self.store.table("allocation").to_pylist()}
        movements = {row["movement"]: row for row in self.store.table("movement").to_pylist()}
        for row in self.store.undecided("shop").to_pylist():
            moved, portion = movements[row["decision"]], portions[row["portion"]]
            amounts = (moved["units"], moved["net_minor"], moved["tax_minor"])
            yield (*self._where(portion), "received", row["condition"], *amounts, *self._why(portion))

    @staticmethod
    def _where(row: dict[str, Any]) -> tuple[Any, ...]:
        return row["return_line"], row["invoice_line"] or row["unplaced"]

    @staticmethod
    def _why(row: dict[str, Any]) -> tuple[Any, ...]:
        return row["evidence"], row["spread_high"] - row["spread_low"]

    def balances(self) -> dict[str, tuple[int, int, int]]:
        """Units, net and tax taken of each invoice line."""
        rows = self.store.table("creditable").to_pylist()
        return {row["invoice_line"]: (row["units_taken"], row["net_taken"], row["tax_taken"]) for row in rows}

    def movements(self) -> int:
        """How many movements there are."""
        return self.store.table("movement").num_rows


def write_partners(folder: Path) -> None:
    """The folders of the town's partners."""
    for name in ("shop", "dock", "erp"):
        home = folder / "partners" / name
        (home / "maps").mkdir(parents=True)
        (home / "partner.yaml").write_text(_SHOP if name == "shop" else _OTHERS[name])
        kind, text = _MAPS[name]
        columns = _CLAIMS[kind].replace(" ", ", ")
        (home / "maps" / f"{kind}.yaml").write_text(_MAP.format(kind=kind, columns=columns) + text)


def build(folder: Path, database: str | None = None) -> None:
    """The town's partners and an empty database, in a folder or at this address."""
    write_partners(folder)
    if database:
        (folder / ADDRESS).write_text(database)
    with open_hub(settings_of(folder)):
        pass


def settings_of(folder: Path) -> Settings:
    """The settings of a town that was built in this folder."""
    return Settings(
        folder=folder,
        companies={"WR01": Party(legal_name="Makers Ltd", vat_id="GB000000001")},
        partners=Path("partners"),
        database=(folder / ADDRESS).read_text() if (folder / ADDRESS).exists() else None,
        clock=datetime(2026, 6, 1, 12, tzinfo=UTC),
    )


@contextmanager
def town_at(built: Path, folder: Path) -> Iterator[Town]:
    """A town of its own, copied from one that was built."""
    shutil.copytree(built, folder)
    address = folder / ADDRESS
    if address.exists():
        address.write_text(copied(address.read_text(), folder))
    with open_hub(settings_of(folder)) as hub:
        yield Town(hub)
    if address.exists():
        dropped(address.read_text())
