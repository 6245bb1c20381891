"""Open this when you must prove the books: ledger, audit chain, archive, and credit notes against the ERP."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.progress import Progress

from connectors.store.violation import Violation
from pipelines.wiring import Hub
from pipelines.work.anchoring import anchors_of
from pipelines.work.erp_differences import differs_from_erp
from schemas.records import CreditNote, Movement, OutboundMessage, SourceFile


@dataclass(frozen=True)
class Verdict:
    """What was looked at, and what breaks a promise."""

    looked_at: list[tuple[str, str]]
    violations: list[Violation]


def verify_all(hub: Hub, console: Console) -> Verdict:
    """Re-hash the archive, judge the store, and compare each posted credit note with what the ERP has."""
    damaged = [*_damaged(hub, console), *_missing(hub)]
    anchors = anchors_of(hub.settings)
    notes = hub.store.table(CreditNote).to_pylist()
    violations = [
        *damaged,
        *anchors.broken,
        *hub.store.verify((violation.row for violation in damaged), anchors.heads),
        *(violation for note in notes for violation in differs_from_erp(hub.erp, note)),
    ]
    looked_at = [
        ("files in the archive, re-hashed", f"{hub.vault.size().files:,}"),
        ("source files", f"{hub.store.table(SourceFile).num_rows:,}"),
        ("movements of the ledger", f"{hub.store.table(Movement).num_rows:,}"),
        ("events of the audit chain", f"{hub.store.head()[0]:,}"),
        ("anchors of the audit chain", f"{len(anchors.signed):,}"),
        ("credit notes, read back from the ERP", f"{len(notes):,}"),
    ]
    return Verdict(looked_at, sorted(set(violations)))


def _damaged(hub: Hub, console: Console) -> Iterator[Violation]:
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("re-hashing the archive", total=hub.vault.size().files)
        for digest, what in hub.vault.damaged(lambda files, _: progress.update(task, completed=files)):
            yield Violation("vault", "vault", digest, what)


def _missing(hub: Hub) -> Iterator[Violation]:
    """Files that the store names and the vault does not have."""
    for record in (SourceFile, OutboundMessage):
        for file in sorted(set(hub.store.table(record)["file"].to_pylist())):
            if file not in hub.vault:
                yield Violation("vault", "vault", file, "the file is not in the vault")
