"""Open this when a replacement order or a claim on a supplier is not where it should be: files beside the credit notes.

replacements/<reference>.json    goods that the retailer gets again, free of charge
recourse/<supplier>_<id>.csv     what a supplier owes us
reconciliations/<reference>.pdf  what stands behind every line of a credit note; the note holds it too
"""

from pathlib import Path

from connectors.disk import disk_faults, make_folder, write_whole

REPLACEMENTS, RECOURSE, RECONCILIATIONS = "replacements", "recourse", "reconciliations"
_MODE = 0o644


def write_paper(folder: Path, kind: str, name: str, data: bytes) -> Path:
    """The file below this folder, whole or not at all; written again with the same bytes it is the same."""
    target = folder / kind / name
    with disk_faults(f"writing {target.name}"):
        make_folder(target.parent)
        write_whole(data, target.with_name(f".{name}.tmp"), target, _MODE)
    return target
