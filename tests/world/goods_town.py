"""The small town with terms for goods: its shop asks before it ships, its dock is told what to do with what it counted.

Notices state reasons and dispositions; the shop says what it shipped, the dock confirms what it was told to do.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from pipelines.wiring import Hub, open_hub
from pipelines.work.send import send
from pipelines.work.settle import settle
from schemas.records import OutboundMessage
from tests.world.town import LAMP, File, Town, day, settings_of, write_partners

_SHOP_MAPS = {
    "notice": """\
kind: notice
standard: delimited
claims: {columns: [purpose, number, day, store, gtin, units, reason, goods, po, carton]}
reads: {encoding: utf-8, separator: ",", decimal: "."}
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
  reason: {from: reason}
  disposition: {from: goods}
  po_number: {from: po}
  carton: {from: carton}
  currency: {const: EUR}
""",
    "shipped": """\
kind: shipment
standard: delimited
claims: {columns: [shipment, shipped, return, box]}
reads: {encoding: utf-8, separator: ","}
document: {number: {from: shipment}, issued_on: {from: shipped, as: date, form: YYYY-MM-DD}}
lines:
  each: row
  require: []
  delivery_note: {from: return}
  carton: {from: box}
  shipped_on: {from: shipped, as: date, form: YYYY-MM-DD}
""",
}
_DOCK_MAP = """\
kind: answer
standard: delimited
claims: {columns: [confirmation, instruction, done]}
reads: {encoding: utf-8, separator: ","}
document: {number: {from: confirmation}}
lines:
  each: row
  require: []
  request_number: {from: instruction}
  verdict: {from: done}
"""
_COLUMNS = ("gtin", "units", "reason", "goods", "po", "carton")


def announced(number: str, *lines: Mapping[str, Any], on: int = 50, purpose: str = "original") -> File:
    """A notice of these lines: gtin, units, reason, goods (the disposition), po, carton."""
    rows = [(purpose, number, day(on), "1", *(one.get(name, "") for name in _COLUMNS)) for one in lines]
    return _file("shop", "purpose,number,day,store,gtin,units,reason,goods,po,carton", rows)


def goods(units: int, gtin: str = LAMP, **stated: Any) -> dict[str, Any]:
    """A line of a notice."""
    return {"units": units, "gtin": gtin, "reason": "overstock", "goods": "return"} | stated


def shipped(number: str, of: str = "", box: str = "", on: int = 52) -> File:
    """What the shop says that it sent: a return by its number or that of its authorisation, or a box."""
    return _file("shop", "shipment,shipped,return,box", [(number, day(on), of, box)])


def confirmed(number: str, instruction: str, done: str = "accepted") -> File:
    """What the dock says of an instruction."""
    return _file("dock", "confirmation,instruction,done", [(number, instruction, done)])


def _file(partner: str, header: str, rows: list[tuple[Any, ...]]) -> File:
    lines = [header, *(",".join(str(cell) for cell in row) for row in rows)]
    return File(partner, ("\n".join(lines) + "\n").encode())


@dataclass
class GoodsTown(Town):
    """The town, and what tests of goods ask of it."""

    hub: Hub
    folder: Path

    def __post_init__(self) -> None:
        super().__init__(self.hub)

    def settle(self) -> None:
        """Our word, decisions, intents and routes."""
        settle(self.hub, self.hub.catalog.partner("shop").partner)

    def send(self) -> int:
        """What waits in the outboxes goes to the mailboxes."""
        return sum(send(self.hub, self.hub.catalog.partner(one).partner) for one in ("shop", "dock"))

    def words(self) -> list[tuple[Any, ...]]:
        """Our words: line, outcome, units, rule."""
        rows = self.store.table("authorisation").to_pylist()
        return [(row["return_line"].partition("/")[2], row["outcome"], row["units"], row["rule"]) for row in rows]

    def routes(self) -> list[tuple[Any, ...]]:
        """Where goods go: line, units, route, rule."""
        rows = self.store.table("routing").to_pylist()
        return [(row["return_line"].partition("/")[2], row["units"], row["route"], row["rule"]) for row in rows]

    def buckets(self) -> dict[str, int]:
        """Units by the bucket they are in, all portions together; the origins are left out."""
        sums: dict[str, int] = {}
        for row in self.store.table("movement").to_pylist():
            sums[row["to_bucket"]] = sums.get(row["to_bucket"], 0) + row["units"]
            sums[row["from_bucket"]] = sums.get(row["from_bucket"], 0) - row["units"]
        return {name: units for name, units in sorted(sums.items()) if units > 0}

    def told(self, partner: str, kind: str) -> list[list[str]]:
        """The rows of what is in the partner's outbox of this kind, file by file, without the headers."""
        rows = self.store.table(OutboundMessage, partner=partner, kind=kind).to_pylist()
        texts = [self.hub.vault.get(row["file"]).decode("utf-8-sig") for row in rows]
        return [text.splitlines() for text in texts]

    def rows_stored(self) -> dict[str, int]:
        """How many rows there are of all that may grow."""
        names = ("authorisation", "movement", "decision", "routing", "outbound_message", "due_event", "finding")
        return {name: self.store.table(name).num_rows for name in names}


@contextmanager
def goods_town(folder: Path, **policy: Any) -> Iterator[GoodsTown]:
    """A town whose shop has these terms."""
    write_partners(folder)
    shop, dock = folder / "partners" / "shop", folder / "partners" / "dock"
    for name, text in _SHOP_MAPS.items():
        (shop / "maps" / f"{name}.yaml").write_text(text)
    (dock / "maps" / "answer.yaml").write_text(_DOCK_MAP)
    (shop / "outbound").mkdir()
    (shop / "outbound" / "answers.yaml").write_text("extends: tables/authorisation\n")
    for home in (shop, dock):
        said = yaml.safe_load((home / "partner.yaml").read_text())
        box = {"id": "main", "kind": "folder", "inbox": "in", "archive": "done", "outbox": "out"}
        said |= {"channels": [box]}
        if home is shop:
            said |= {"authorises": True, "timezone": "Europe/Berlin"}
            said["policy"] = said["policy"] | policy
        (home / "partner.yaml").write_text(yaml.safe_dump(said))
    places = {name: {"main": {"root": str(folder / "boxes" / name)}} for name in ("shop", "dock")}
    for name in places:
        for part in ("in", "done", "out"):
            (folder / "boxes" / name / part).mkdir(parents=True)
    with open_hub(settings_of(folder).model_copy(update={"connections": places})) as hub:
        yield GoodsTown(hub, folder)


@contextmanager
def days_later(town: GoodsTown, days: int) -> Iterator[GoodsTown]:
    """The same town so many days later."""
    settings = town.hub.settings
    assert settings.clock is not None
    with open_hub(settings.model_copy(update={"clock": settings.clock + timedelta(days=days)})) as hub:
        yield GoodsTown(hub, town.folder)
