"""The named moments at which a process may die: before, in and after everything that lasts, through the whole chain.

What lasts is in files: the store's transactions, the vault, the mailboxes, the notes of the ERP. Between two moments
nothing lasts that a next process could see.
"""

import os
from collections import Counter
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from connectors.erp.file_out import FileOutErp
from connectors.mailbox.folder import FolderMailbox
from connectors.store import Store
from connectors.vault import Vault
from pipelines.work import run
from schemas.outcome import Outcome

Told = Callable[[str], None]

# Calls of our ports: before they begin, and after they have returned.
PORTS: dict[str, tuple[type, str]] = {
    "listing the mailbox": (FolderMailbox, "list"),
    "fetching a file": (FolderMailbox, "fetch"),
    "keeping bytes in the vault": (Vault, "put"),
    "moving a file to the archive": (FolderMailbox, "archive"),
    "writing an answer": (FolderMailbox, "put"),
    "finding a reference": (FileOutErp, "find"),
    "creating a draft": (FileOutErp, "create_draft"),
    "posting a draft": (FileOutErp, "post"),
}
# Steps of the chain, partner by partner.
STEPS = ("receive", "process", "settle", "post", "send")
# Files that come to stand, or go, with one call to the operating system.
RENAMES = ("replace", "rename")


class Moments:
    """Tells each moment by its name while ``work`` goes on; the process is to end after it, nothing is undone."""

    def __init__(self, told: Told) -> None:
        self._hears = told
        self._times: Counter[str] = Counter()
        self._recording = ""
        self._deaf = True

    def of(self, work: Callable[[], None]) -> None:
        """Do the work, and tell its moments."""
        self._rig()
        self._deaf = False
        work()
        self._deaf = True

    def _told(self, name: str) -> None:
        """The second moment of a name is its #2. What whoever hears it does himself is not told."""
        if self._deaf:
            return
        self._deaf = True
        self._times[name] += 1
        self._hears(name if self._times[name] == 1 else f"{name} #{self._times[name]}")
        self._deaf = False

    def _rig(self) -> None:
        for name, (port, method) in PORTS.items():
            self._around(port, method, lambda *_, name=name: name)
        for step in STEPS:
            self._around(run, step, lambda *args, step=step: f"step {step} of {args[1].id}")
        for call in RENAMES:
            self._around(os, call, lambda *args: f"the rename to {_place(args[1])}")
        self._around(os, "unlink", lambda *args, **_: f"the removal in {_place(args[0])}")
        self._around_records()
        post_credits = run.post_credits
        run.post_credits = lambda *args: post_credits(
            *args, on_step=lambda step, _: self._told(f"credit: after {step}")
        )

    def _around(self, owner: Any, method: str, named: Callable[..., str]) -> None:
        """Tell the moments before and after each call."""
        call = getattr(owner, method)

        @wraps(call)
        def instead(*args: Any, **kwargs: Any) -> Any:
            name = named(*args)
            self._told(f"before {name}")
            result = call(*args, **kwargs)
            self._told(f"after {name}")
            return result

        setattr(owner, method, instead)

    def _around_records(self) -> None:
        """Tell the moments before a transaction, in it when all is written, and after it."""
        record = Store.record

        def instead(store: Store, outcome: Outcome, actor: str | None = None) -> None:
            name = f"recording {outcome.action!r}"
            self._told(f"before {name}")
            self._recording = name
            record(store, outcome, actor)
            self._recording = ""
            self._told(f"after {name}")

        def committing(_: Connection) -> None:
            if self._recording:
                self._told(f"written, not committed: {self._recording}")

        Store.record = instead  # type: ignore[method-assign]
        event.listen(Engine, "commit", committing)


def _place(path: Any) -> str:
    """The folder of a file in the world: what each file is called is nobody's business."""
    place = Path(os.fspath(path)).parent
    return "the vault" if "vault" in place.parts else f"{place.parent.name}/{place.name}"
