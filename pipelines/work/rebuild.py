"""Open this when a replay gives other books than the real ones: the whole chain again, in a scratch store.

Every file of the archive goes through the same work as the first time, partner by partner in the order of arrival:
process, then settle. Nothing is posted and nobody is answered. The real store and vault are only read.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa

from connectors.erp.memory import MemoryErp
from connectors.store import Store
from connectors.vault import Vault, VaultPort
from mappings.catalog import Catalog, PartnerFolder
from mappings.formats.segments import RawFile
from pipelines.wiring import Hub
from pipelines.work.process import process
from pipelines.work.run import ORDER
from pipelines.work.settle import settle
from schemas.outcome import Outcome
from schemas.partners import Channel, Partner
from schemas.records import SourceFile

_COLUMNS = ("partner", "file", "name", "size", "arrived_at")


@dataclass(frozen=True, slots=True)
class Batch:
    """Files of one partner that arrived together, as ``source_file`` has them."""

    partner: str
    arrived_at: datetime
    files: tuple[tuple[str, str, int], ...]  # digest, name, size

    def read(self, vault: VaultPort) -> list[RawFile]:
        """Their bytes."""
        return [RawFile(digest, name, vault.get(digest)) for digest, name, _ in self.files]


class _Archive(Vault):
    """The real vault, read only: what work would put into it is only digested."""

    def put(self, data: bytes) -> str:
        """The digest of the bytes, which are not kept."""
        return hashlib.sha256(data).hexdigest()


def batches_of(hub: Hub) -> list[Batch]:
    """The whole archive in the order in which it arrived; at one moment sales, then notices, then receipts."""
    roles = {one.id: ORDER.index(one.partner.role) for one in hub.catalog.partners}
    rows: list[dict[str, Any]] = hub.store.table(SourceFile).select(list(_COLUMNS)).to_pylist()
    known = [row for row in rows if row["partner"] in roles]

    def together(row: dict[str, Any]) -> tuple[datetime, int, str]:
        return row["arrived_at"], roles[row["partner"]], row["partner"]

    known.sort(key=lambda row: (*together(row), row["name"], row["file"]))
    return [
        Batch(partner, arrived_at, tuple((row["file"], row["name"], row["size"]) for row in files))
        for (arrived_at, _, partner), files in groupby(known, together)
    ]


def with_maps(catalog: Catalog, folder: PartnerFolder) -> Catalog:
    """The catalog in which this folder stands for the partner of its id."""
    return replace(catalog, folders={**catalog.folders, folder.id: folder})


@contextmanager
def scratch(path: Path, hub: Hub) -> Iterator["Scratch"]:
    """Books of their own in this file, new or copied; closed at the end."""
    moment = [hub.now()]
    store = Store.open(f"sqlite:///{path}", lambda: moment[0], "replay")
    try:
        yield Scratch(hub, store, moment)
    finally:
        store.close()


class Scratch:
    """Books that are being rebuilt."""

    def __init__(self, hub: Hub, store: Store, moment: list[datetime]) -> None:
        self._hub, self.store, self._moment = hub, store, moment

    def add(self, batches: Sequence[Batch], catalog_of: Callable[[Batch], Catalog], told: Callable[[], None]) -> None:
        """Carry these batches through the chain, each with its own catalog; ``told`` after each."""
        for batch in batches:
            self._moment[0] = batch.arrived_at
            hub = self._scratch_hub(catalog_of(batch))
            self.store.record(Outcome("receive", batch.partner, {"source_file": _arrived(batch)}))
            partner = hub.catalog.partner(batch.partner).partner
            process(hub, partner)
            settle(hub, partner)
            told()

    def _scratch_hub(self, catalog: Catalog) -> Hub:
        """The work's hub over the scratch store. Partners without channels get no answers."""
        silent = {name: _silent(folder) for name, folder in catalog.folders.items()}
        return replace(
            self._hub,
            catalog=replace(catalog, folders=silent),
            store=self.store,
            vault=_Archive(self._hub.settings.state_folder / "vault"),
            erp=MemoryErp(),
            now=lambda: self._moment[0],
            open_mailbox=_no_mailbox,
        )


def _arrived(batch: Batch) -> pa.Table:
    return pa.Table.from_pylist([
        {"partner": batch.partner, "file": file, "name": name, "size": size, "state": "received"}
        for file, name, size in batch.files
    ])  # fmt: skip


def _silent(folder: PartnerFolder) -> PartnerFolder:
    return replace(folder, partner=folder.partner.model_copy(update={"channels": ()}))


def _no_mailbox(partner: Partner, channel: Channel) -> NoReturn:
    raise AssertionError(f"a replay has no mailbox, not even {partner.id} {channel.id}")


def copied(path: Path, to: Path) -> Path:
    """The closed database, copied with what may lie beside it."""
    for end in ("", "-wal", "-shm"):
        beside = path.with_name(path.name + end)
        if beside.exists():
            shutil.copy(beside, to.with_name(to.name + end))
    return to


def bytes_of(paths: Iterable[Path]) -> int:
    """How much room these databases take."""
    return sum(path.stat().st_size for path in paths if path.exists())
