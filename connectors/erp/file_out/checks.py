"""Open this when ``backhaul erp check`` looks at the folder of credit notes."""

import os
from collections.abc import Iterator
from pathlib import Path

from connectors.erp.checks import Step, faulty, missing, note, ok
from connectors.erp.file_out.adapter import FileOutErp
from schemas.errors import BackhaulError


def steps(folder: Path) -> Iterator[Step]:
    """The folder can be written, its lock can be had, its notes and journals are whole."""
    if folder.exists() and not folder.is_dir():
        yield missing("folder", f"{folder} is no folder", "move it away, or name another folder under erp: folder")
        return
    if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
        yield missing(
            "folder", f"{folder} cannot be written by us", f"give us the folder: `chown` it, or `chmod u+wx {folder}`"
        )
        return
    yield ok("folder", str(folder))
    try:
        FileOutErp(folder).find("BH-CHECK")
    except BackhaulError as fault:
        yield faulty("lock and journal", fault)
        return
    yield ok("lock and journal", "the lock was had; each day's journal says what was posted")
    counts = {name: len(list((folder / name).glob("*.xml"))) for name in ("posted", "drafts", "discarded")}
    yield note("notes", ", ".join(f"{count} {name}" for name, count in counts.items()))
