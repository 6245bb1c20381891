"""The file ERP under every fate of a disk in three attempts: one note in the end, and a journal that says so.

Each attempt is a process of its own; its fate strikes at the first, second, third or fourth such call that it makes.
"""

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple

import pytest

from connectors.erp.file_out import FileOutErp
from pipelines.work.post import post_credits, sweep_orphans
from tests.erp.credit_requests import credit_request
from tests.work.intent_book import Clock, IntentBook

ATTEMPTS = 3
SHARE = 40  # one schedule in so many by default; the soak takes them all


class Killed(BaseException):
    """The process is gone."""


class Strike(NamedTuple):
    """What happens at a call to the operating system: before it, after it was done, or when half of it was."""

    call: str
    fault: int | None  # None: the process is killed
    when: Literal["before", "half", "after"]


FATES: dict[str, Strike | None] = {
    "ok": None,
    "no space for a file": Strike("open", errno.ENOSPC, "before"),
    "half a write, then no space": Strike("write", errno.ENOSPC, "half"),
    "not brought to the disk": Strike("fsync", errno.EIO, "before"),
    "brought to the disk, and an error": Strike("fsync", errno.EIO, "after"),
    "not renamed": Strike("rename", errno.EDQUOT, "before"),
    "renamed, and an error": Strike("rename", errno.EIO, "after"),
    "closed, and an error": Strike("close", errno.EIO, "after"),
    "not removed": Strike("unlink", errno.EROFS, "before"),
    "a folder that cannot be listed": Strike("scandir", errno.EACCES, "before"),
    "a lock that cannot be read": Strike("pread", errno.EIO, "before"),
    "killed before a rename": Strike("rename", None, "before"),
    "killed after a rename": Strike("rename", None, "after"),
}
SCHEDULES = list(enumerate(product(FATES, repeat=ATTEMPTS)))


@contextmanager
def struck(strike: Strike | None, nth: int) -> Iterator[None]:
    """Within, the n-th such call meets this."""
    if strike is None:
        yield
        return
    call: Callable[..., Any] = getattr(os, strike.call)
    made = 0

    def instead(*args: Any, **kwargs: Any) -> Any:
        nonlocal made
        made += 1
        if made != nth:
            return call(*args, **kwargs)
        if strike.when == "half":
            call(args[0], bytes(args[1])[: len(args[1]) // 2])
        if strike.when == "after":
            call(*args, **kwargs)
        raise Killed if strike.fault is None else OSError(strike.fault, os.strerror(strike.fault))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, strike.call, instead)
        yield


def wrong_after(folder: Path, number: int, fates: Sequence[str]) -> str | None:
    """What is wrong after attempts with these fates and two that are left alone; None when nothing is."""
    clock = Clock()
    book = IntentBook(clock)
    request = credit_request()
    row = book.rows[book.add(request)]
    for attempt, fate in enumerate((*fates, "ok", "ok")):
        with struck(FATES[fate], 1 + (number // 7 + attempt) % 4), suppress(Killed):
            post_credits(book, FileOutErp(folder), "tester", clock)
        clock.forward(3600)
        if row["state"] == "parked":
            return f"parked: {row['problem']}"
    erp = FileOutErp(folder)
    sweep_orphans(book, erp)
    found = erp.find(request.reference)
    if row["state"] != "posted" or [one.state for one in found] != ["posted"]:
        return f"{row['state']} with {[one.state for one in found]}: {row['problem']}"
    note, journal = book.notes[0], (folder / "journal" / "2026-03-14.csv").read_text().splitlines()
    ties = (note["number"], note["document_digest"]) == (found[0].number, found[0].digest)
    journalled = [line.split(",")[:2] for line in journal[1:]] == [["CN-000001", request.reference]]
    left = [path.name for path in (*folder.glob("*/.*.tmp"), *folder.glob("drafts/*"))]
    return None if ties and journalled and not left and len(book.notes) == 1 else f"{note} {found} {journal} {left}"


def ensure_one_note(root: Path, schedules: Sequence[tuple[int, tuple[str, ...]]]) -> None:
    wrong = [(fates, why) for n, fates in schedules if (why := wrong_after(root / str(n), n, fates))]
    assert wrong == []


def test_whatever_becomes_of_three_attempts_there_is_one_note(tmp_path):
    chosen = Random(20260314).sample(SCHEDULES, len(SCHEDULES) // SHARE)
    ensure_one_note(tmp_path, chosen)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_whatever_becomes_of_three_attempts_in_every_way_there_is_one_note(tmp_path):
    assert len(SCHEDULES) == 13**3
    ensure_one_note(tmp_path, SCHEDULES)
