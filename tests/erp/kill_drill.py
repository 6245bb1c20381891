"""Kills a process that posts a note before its n-th call to the operating system, for every n; run as a program.

It prints one JSON line a drill: what the folder was like right after the restart, and after the work was done again.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from connectors.erp.file_out import FileOutErp
from connectors.erp.file_out.reading import read_note
from tests.erp.credit_requests import credit_request

ON = date(2026, 3, 14)
EARLIER, REFERENCE = "BH-EARLIER", "BH-KILLED"
CALLS = ("open", "write", "fsync", "close", "rename", "unlink", "mkdir", "scandir", "pread", "pwrite")
KILLED = 9


def carry(folder: Path) -> None:
    """What the posting protocol does: look first, then create, then post."""
    erp = FileOutErp(folder)
    found = erp.find(REFERENCE)
    if any(document.state == "posted" for document in found):
        return
    draft_id = found[0].draft_id if found else erp.create_draft(credit_request(REFERENCE))
    erp.post(draft_id, ON)


def killed_at(n: int, work: Callable[[], None]) -> bool:
    """Do the work in a process of its own that dies before its n-th call; False when it got through."""
    child = os.fork()
    if child == 0:
        die_before_call(n)
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


def die_before_call(n: int) -> None:
    """From now on count the calls to the operating system, and be gone at the n-th; half of a last write arrives."""
    write = os.write

    def die(call: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        if call is write:
            write(arguments[0], arguments[1][: len(arguments[1]) // 2])
        os._exit(KILLED)

    at_call(n, die, setattr)


def at_call(n: int, strike: Callable[..., None], patch: Callable[[Any, str, Any], None]) -> list[str]:
    """Strike at the n-th call to the operating system; answers a list that grows with the names of the calls made."""
    made: list[str] = []

    def counted(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*args: Any, **kwargs: Any) -> Any:
            made.append(name)
            if len(made) == n:
                strike(call, args)
            return call(*args, **kwargs)

        return instead

    for name in CALLS:
        patch(os, name, counted(name, getattr(os, name)))
    return made


def state(folder: Path) -> dict[str, Any]:
    """What lies in the folder, seen without the adapter."""
    posted = [read_note(path.read_bytes(), "posted", path.name) for path in sorted(folder.glob("posted/*.xml"))]
    journal = folder / "journal" / f"{ON}.csv"
    return {
        "posted": [[str(d.number), d.reference, d.digest] for d in posted],
        "journal": journal.read_text().splitlines()[1:] if journal.exists() else [],
        "drafts": sorted(path.name for path in folder.glob("drafts/*.xml")),
        "temporaries": sorted(path.name for path in folder.glob("*/.*.tmp")),
    }


def start(folder: Path) -> None:
    """A folder with one earlier note."""
    erp = FileOutErp(folder)
    erp.post(erp.create_draft(credit_request(EARLIER)), ON)


def drill(folder: Path, kills: list[int]) -> dict[str, Any]:
    """One process after another is killed at these calls; the last one works undisturbed."""
    if not folder.exists():
        start(folder)
    killed = [killed_at(n, lambda: carry(folder)) for n in kills]
    FileOutErp(folder).find(REFERENCE)
    restarted = state(folder)
    killed_at(0, lambda: carry(folder))
    return {"kills": kills, "got_through": not all(killed), "restarted": restarted, "done": state(folder)}


def calls_of_a_whole_run(folder: Path) -> int:
    """How many calls it takes when nobody is killed."""
    start(folder)
    reader, writer = os.pipe()
    write = os.write

    def count() -> None:
        made = at_call(0, lambda *_: None, setattr)
        carry(folder)
        write(writer, str(len(made)).encode())

    killed_at(0, count)
    return int(os.read(reader, 16))


def main(root: Path, pairs: bool) -> None:
    """Drill every call, or every pair of calls."""
    last = calls_of_a_whole_run(root / "whole")
    firsts = range(1, last + 1)
    plans = [[n, m] for n in firsts for m in firsts] if pairs else [[n] for n in firsts]
    for plan in plans:
        print(json.dumps(drill(root / "-".join(map(str, plan)), plan)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), pairs=sys.argv[2] == "pairs")
