"""Readings whose findings stand at a segment or an element, put there by hand."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from mappings.formats.segments import LOOPS, OWNERS, Segments
from schemas.findings import Finding, Place, as_table

# a finding's code, its segment in the reading, element, component, and detail
Found = tuple[str, int, int, int, str]


def with_found(reading: Segments, *found: Found, message: int = 0) -> Segments:
    """The reading with these findings in one of its messages beside its own; each value's own offset is its place."""
    file, values = reading.files["file"][0].as_py(), reading.values.to_pylist()
    rows = []
    for code, segment, element, component, detail in found:
        position = (segment, element, max(component, 1))
        own = [v for v in values if (v["segment"], v["element"], v["component"]) == position]
        start = own[-1]["start"] if own else int(reading.cuts.start[segment])
        rows.append(Finding(code, Place(file, start, 1), detail))
    interchange = reading.messages["interchange"][message].as_py()
    owners = [[interchange, message, segment, element, component] for _, segment, element, component, _ in found]
    columns = [pa.array(column, kind.type) for column, kind in zip(zip(*owners, strict=True), OWNERS, strict=True)]
    return replace(
        reading,
        findings=pa.concat_tables([reading.findings, as_table(rows)]),
        owners=pa.concat_tables([reading.owners, pa.table(columns, schema=OWNERS)]),
    )


def in_loop(reading: Segments, name: str, *segments: int) -> Segments:
    """The reading with these segments in one turn of a loop of this name."""
    loop = reading.cuts.loop.copy()
    loop[np.array(segments)] = 0
    row = {"message": 0, "name": name, "first_segment": segments[0], "parent": -1, "above": -1}
    return replace(reading, cuts=reading.cuts._replace(loop=loop), loops=pa.Table.from_pylist([row], schema=LOOPS))
