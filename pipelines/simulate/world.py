"""Open this when you ask what lies in the demonstration's mailboxes, and what really happened: the simulated world.

Real sales and returns (online_retail/) are dressed as three retailers, three docks and an ERP. One seed gives the same
bytes again on every machine.
"""

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import count as numbers_from
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipelines.simulate import notices_csv, notices_edifact, notices_x12, receipts
from pipelines.simulate.boxes import UNANNOUNCED, Box, describe, pack
from pipelines.simulate.docks import DOCK_OF, count
from pipelines.simulate.envelopes import Interchange
from pipelines.simulate.origins import origins
from pipelines.simulate.sales import SoldLine, read_stores, read_trade, sales_exports
from pipelines.simulate.truth import TrueLine, read_truth, truth_of, write_truth
from schemas.errors import ConfigError

NOW = datetime(2011, 6, 6, 9, 0, tzinfo=UTC)

_ABOUT = "world.json"
_TRUTH = "truth.csv"
_SENT_AT = time(18, 30, tzinfo=UTC)
# Control numbers of a sender count from here.
_FIRST_CONTROL = 101

# Partner → kind of mailbox and inbox; each has an archive beside it, and all but the ERP get answers.
MAILBOXES = {
    "erp-export": ("folder", "sales"),
    "nordstad": ("sftp", "returns"),
    "brightwell": ("sftp", "returns"),
    "lindhaus": ("folder", "returns"),
    "harwich": ("sftp", "receipts"),
    "venlo": ("sftp", "receipts"),
    "essen": ("folder", "receipts"),
}
_WITHOUT_ANSWERS = ("erp-export",)
_PARENT = {"sftp": "sftp", "folder": "folders"}

_WRITERS: Mapping[str, tuple[str, Callable[[list[Box], Interchange], bytes]]] = {
    "nordstad": ("nordstad-180-{week}.edi", notices_x12.notices),
    "brightwell": ("brightwell-retann-{week}.edi", notices_edifact.notices),
    "lindhaus": ("lindhaus-retouren-{week}.csv", lambda boxes, head: notices_csv.notices(boxes)),
    "harwich": ("harwich-944-{week}.edi", receipts.x12_receipts),
    "venlo": ("venlo-recadv-{week}.edi", receipts.edifact_receipts),
    "essen": ("essen-eingang-{week}.csv", lambda boxes, head: receipts.csv_receipts(boxes)),
}
_SENDERS = {"nordstad": notices_x12.SENDER, "brightwell": notices_edifact.SENDER, **receipts.SENDERS}


@dataclass(frozen=True, slots=True)
class World:
    """A built world: where it lies, the seed it grew from, and the moment at which it stands still."""

    folder: Path
    seed: int
    stores: int | None
    now: datetime = NOW

    @property
    def truth_file(self) -> Path:
        """The CSV file of what really happened."""
        return self.folder / _TRUTH

    def truth(self) -> list[TrueLine]:
        """What really happened, one row a returned line."""
        return read_truth(self.truth_file)

    def root(self, partner: str) -> Path:
        """The folder that the partner's mailbox shows as its top."""
        kind, _ = MAILBOXES[partner]
        return self.folder / _PARENT[kind] / partner

    def inbox(self, partner: str) -> Path:
        """The folder of the partner's mailbox that files arrive in."""
        _, inbox = MAILBOXES[partner]
        return self.root(partner) / inbox


@dataclass(frozen=True, slots=True)
class _File:
    partner: str
    name: str
    data: bytes
    sent_on: date


def build_world(folder: Path, seed: int = 7, stores: int | None = None) -> World:
    """The world in this folder: built whole or not at all, and left as it is where it stands already.

    ``stores`` limits the stores of each retailer. ConfigError if something else, or another world, is in the folder.
    """
    if folder.exists():
        return _read_world(folder, World(folder, seed, stores))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=".world-") as scratch:
        draft = World(Path(scratch) / "world", seed, stores)
        _write_world(draft)
        draft.folder.rename(folder)
    return World(folder, seed, stores)


def _read_world(folder: Path, wanted: World) -> World:
    about = folder / _ABOUT
    if not about.is_file():
        raise ConfigError(f"{folder} exists and holds no simulated world. Next: choose another folder.")
    found = json.loads(about.read_text(encoding="utf-8"))
    if found != _about(wanted):
        raise ConfigError(
            f"{folder} holds the world {found}, not {_about(wanted)}. Next: remove it, or choose another folder."
        )
    return wanted


def _about(world: World) -> dict[str, Any]:
    return {"seed": world.seed, "stores": world.stores, "now": world.now.isoformat()}


def _write_world(world: World) -> None:
    for partner, (_, inbox) in MAILBOXES.items():
        folders = [inbox, f"{inbox}-done", *([] if partner in _WITHOUT_ANSWERS else ["answers"])]
        for name in folders:
            (world.root(partner) / name).mkdir(parents=True)
    trade = read_trade(read_stores(world.stores))
    boxes = pack(origins(trade), world.seed)
    describe(boxes, _orders(trade.sold), world.seed)
    count(boxes, world.seed)
    for file in (*_sales(trade.sold), *_notices(boxes), *_receipts(boxes)):
        _write(world.inbox(file.partner) / file.name, file)
    world.truth_file.write_bytes(write_truth(truth_of(boxes)))
    (world.folder / _ABOUT).write_text(json.dumps(_about(world)) + "\n", encoding="utf-8")


def _write(path: Path, file: _File) -> None:
    """Write the file with the time of its sending, by which mailboxes list their files."""
    path.write_bytes(file.data)
    sent_at = datetime.combine(file.sent_on, _SENT_AT).timestamp()
    os.utime(path, (sent_at, sent_at))


def _orders(sold: Iterable[SoldLine]) -> dict[str, frozenset[str]]:
    """The real purchase orders of each retailer."""
    orders: dict[str, set[str]] = defaultdict(set)
    for line in sold:
        orders[line.store.retailer].add(line.po_number)
    return {retailer: frozenset(numbers) for retailer, numbers in orders.items()}


def _sales(sold: Iterable[SoldLine]) -> Iterator[_File]:
    last: dict[str, date] = {}
    lines = list(sold)
    for line in lines:
        last[f"sales-{line.at:%Y-%m}.csv"] = line.at.date()
    for name, data in sales_exports(lines).items():
        yield _File("erp-export", name, data, last[name])


def _notices(boxes: Iterable[Box]) -> Iterator[_File]:
    """One file a retailer and ISO week of sending, of announced boxes."""
    announced = [box for box in boxes if box.fate != UNANNOUNCED]
    yield from _weekly(announced, lambda box: box.store.retailer, lambda box: box.sent_on)


def _receipts(boxes: Iterable[Box]) -> Iterator[_File]:
    """One file a dock and ISO week of arrival, of boxes that came."""
    arrived = sorted((box for box in boxes if box.receipt), key=lambda box: box.receipt)
    yield from _weekly(arrived, lambda box: DOCK_OF[box.store.retailer], lambda box: box.arrives_on)


def _weekly(boxes: Iterable[Box], sender: Callable[[Box], str], day: Callable[[Box], date]) -> Iterator[_File]:
    weeks: dict[tuple[str, str], list[Box]] = defaultdict(list)
    for box in boxes:
        weeks[sender(box), f"{day(box):%GW%V}"].append(box)
    controls = defaultdict[str, Iterator[int]](lambda: numbers_from(_FIRST_CONTROL))
    for (partner, week), of_week in sorted(weeks.items()):
        name, write = _WRITERS[partner]
        sent_on = max(day(box) for box in of_week)
        head = Interchange(_SENDERS.get(partner, partner), next(controls[partner]), sent_on)
        yield _File(partner, name.format(week=week), write(of_week, head), sent_on)
