"""Open this when a kept sample is not the whole file: samples are for reading, so long ones are cut."""

import re

from mappings.formats.sniff import sniff
from mappings.propose.workbook_rows import is_workbook

_BYTES_MAX = 200_000
_LINES_KEPT = 200


def copy_of(name: str, data: bytes) -> tuple[bytes | None, str]:
    """The bytes to keep as a sample, and what was left out of them; None when nothing useful can be kept."""
    if len(data) <= _BYTES_MAX:
        return data, ""
    if is_workbook(data) or sniff(data) != "delimited" or data[:1] in b"<{[" or b"\x00" in data[:200]:
        return None, f"{name} is too large for a sample ({len(data):,} bytes): keep a shorter one in samples/"
    lines = re.findall(rb"[^\n]*\n", data[:_BYTES_MAX])[:_LINES_KEPT]
    return b"".join(lines), f"of {name} the first {len(lines)} lines are kept as a sample"
