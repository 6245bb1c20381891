"""A whole chain on a few files: a shop, a dock and our ERP in a town, each with a mailbox, done in milliseconds.

Two returns are announced, counted, decided and credited; a file comes twice, one is no notice, a box is short.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import yaml

from connectors.store import Store
from pipelines.settings import Settings
from pipelines.wiring import Hub, clock_of, open_hub
from pipelines.work.run import in_order, run_partner
from tests.world.town import BOWL, LAMP, File, build, counted, counts, line, notice, sale, settings_of

PARTNERS = ("erp", "shop", "dock")
PLACES = ("vault", "boxes", "erp")  # what lies outside of the database: our archive, the mailboxes, the notes
FILES: dict[str, File] = {
    "1-sales.csv": sale("I1", 10, 999, LAMP),
    "2-sales.csv": sale("I2", 5, 2001, BOWL, on=2),
    "1-return.csv": notice("R1", line(3, LAMP), on=50),
    "2-return.csv": notice("R2", line(2, BOWL), line(1, LAMP), on=51),
    "3-again.csv": notice("R1", line(3, LAMP), on=50),
    "4-letter.csv": File("shop", b"Dear all,\nplease find our returns attached.\n"),
    "1-counted.csv": counts("W1", counted(2, LAMP), counted(1, LAMP, "damaged"), of="R1", on=60, complete=True),
    "2-counted.csv": counts("W2", counted(1, BOWL), counted(1, LAMP), of="R2", on=61, complete=True),
}
# The final ledger: what was said, placed, moved, decided and credited. Leases, attempts and the audit chain, which
# remember how it came about, are not part of it.
LEDGER = (
    "document", "notice_line", "receipt_line", "invoice_line", "creditable", "return", "return_line", "carton",
    "allocation", "movement", "inspection", "difference", "decision", "credit_intent_line", "credit_note", "finding",
    "outbound_message", "source_file", "arrival", "due_event", "routing", "authorisation",
)  # fmt: skip
INTENT = "select reference, state, request_hash, net_minor, tax_minor, approved_by from credit_intent order by 1"


def make(folder: Path) -> Path:
    """The world before anything has happened: files in the inboxes, an empty database."""
    build(folder)
    for name in PARTNERS:
        _connect(folder, name)
    for name, file in FILES.items():
        path = folder / "boxes" / file.partner / "in" / name
        path.write_bytes(file.data)
        os.utime(path, (1000.0, 1000.0))
    with open_hub(world_settings(folder)):
        pass
    return folder


def _connect(folder: Path, name: str) -> None:
    """Give the partner a mailbox, and the shop answers in words of its own and its credit notes."""
    home = folder / "partners" / name / "partner.yaml"
    said = yaml.safe_load(home.read_text())
    box = {"id": "main", "kind": "folder", "inbox": "in", "archive": "done", "outbox": "out"}
    said["channels"] = [{**box, "arrival": {"rule": "rename"}}]
    if name == "shop":
        said["credit_notes_from"] = "2026-01-01"
        outbound = home.with_name("outbound")
        outbound.mkdir()
        for kind in ("answer", "credits"):
            (outbound / f"{kind}.yaml").write_text(f"extends: tables/{kind}\n")
    home.write_text(yaml.safe_dump(said))
    for part in ("in", "done", "out"):
        (folder / "boxes" / name / part).mkdir(parents=True)


def world_settings(folder: Path) -> Settings:
    """The settings of a world in this folder."""
    places = {name: {"main": {"root": str(folder / "boxes" / name)}} for name in PARTNERS}
    return settings_of(folder).model_copy(update={"connections": places})


@contextmanager
def opened(folder: Path) -> Iterator[Hub]:
    """The hub of a world."""
    with open_hub(world_settings(folder)) as hub:
        yield hub


def carry(folder: Path) -> None:
    """What a process of ours does: the whole chain, until nothing more follows from anything."""
    with opened(folder) as hub:
        partners = in_order(hub.catalog.partners)
        for partner in (*partners, hub.catalog.partner("shop").partner):
            run_partner(hub, partner)


def ledger(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What the books say, row by row."""
    with closing(sqlite3.connect(folder / "backhaul.sqlite")) as database:
        rows = {name: database.execute(f'select * from "{name}"').fetchall() for name in LEDGER}
        rows["credit_intent"] = database.execute(INTENT).fetchall()
    return {name: sorted(found, key=repr) for name, found in rows.items()}


def files(folder: Path) -> dict[str, bytes]:
    """Everything that lies outside of the database: vault, mailboxes, notes and journals of the ERP."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for part in PLACES
        for path in sorted((folder / part).rglob("*"))
        if path.is_file() and path.name != ".lock" and ".writing" not in path.parts
    }


def wrong(folder: Path) -> list[str]:
    """What the store has against itself."""
    settings = world_settings(folder)
    with Store.open(settings.database_url, clock_of(settings)) as store:
        return [str(one) for one in store.verify()]


def copy(world: Path, to: Path) -> Path:
    """A world of its own, as it stands here; what the partners agreed on is nobody's to change, and shared.

    So are files that stand under their final names: they only ever come whole and go.
    """
    to.mkdir()
    (to / "partners").symlink_to((world / "partners").resolve())
    for file in world.glob("backhaul.sqlite*"):
        shutil.copyfile(file, to / file.name)
    for part in PLACES:
        for at, _, names in os.walk(world / part):
            home = to / os.path.relpath(at, world)
            home.mkdir()
            for name in names:
                unfinished = name.startswith(".") or ".writing" in home.parts
                (shutil.copy2 if unfinished else os.link)(f"{at}/{name}", home / name)
    return to
