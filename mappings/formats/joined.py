"""Open this when you put readings together: pieces of a batch that follow one another, as one."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.formats.cuts import Cuts
from mappings.formats.segments import Segments


def joined(pieces: Sequence[Segments]) -> Segments:
    """The pieces as one reading; all lie in the same buffer and know the same files. At least one is needed."""
    kept = [one for one in pieces if one.interchanges.num_rows or one.findings.num_rows] or list(pieces[:1])
    if len(kept) == 1:
        return kept[0]
    tags = list(dict.fromkeys(tag for one in kept for tag in one.tags))
    before = _before(kept)
    moved = [_moved(one, tags, *counts) for one, counts in zip(kept, before, strict=True)]
    first = moved[0]
    return Segments(
        first.buffer, first.files, _concat(moved, "interchanges"), _concat(moved, "groups"), _concat(moved, "messages"),
        tags, _joined_cuts([one.cuts for one in moved]), _concat(moved, "loops"), _concat(moved, "findings"),
        _concat(moved, "owners"),
    )  # fmt: skip


def _before(pieces: Sequence[Segments]) -> list[tuple[int, int, int, int, int]]:
    """For each piece how many interchanges, groups, messages, segments and marks stand before it."""
    sizes = [
        (one.interchanges.num_rows, one.groups.num_rows, one.messages.num_rows, len(one.cuts.start),
         len(one.cuts.mark_at))
        for one in pieces
    ]  # fmt: skip
    ends = np.cumsum(np.array(sizes, np.int64), axis=0)
    return [tuple((end - size).tolist()) for end, size in zip(ends, np.array(sizes, np.int64), strict=True)]


def _moved(
    one: Segments, tags: list[str], interchanges: int, groups: int, messages: int, segments: int, marks: int
) -> Segments:
    """The piece with its rows numbered behind those before it. Loops come later, from ``review``."""
    number_of = np.array([tags.index(tag) for tag in one.tags], np.int32)
    cuts = one.cuts._replace(
        message=one.cuts.message + np.int32(messages),
        tag=number_of[one.cuts.tag] if len(one.cuts.tag) else one.cuts.tag,
        first_mark=one.cuts.first_mark + marks,
    )
    shifts = {"interchange": interchanges, "group": groups, "first_segment": segments}
    owners = {"interchange": interchanges, "message": messages, "segment": segments}
    return Segments(
        one.buffer, one.files, one.interchanges, _shifted(one.groups, {"interchange": interchanges}),
        _shifted(one.messages, shifts), tags, cuts, one.loops, one.findings, _shifted(one.owners, owners),
    )  # fmt: skip


def _shifted(table: pa.Table, by: dict[str, int]) -> pa.Table:
    """The table with these columns counted on; -1 stays what it is."""
    for name, shift in by.items():
        column = table[name]
        moved = pc.if_else(pc.less(column, 0), column, pc.add(column, pa.scalar(shift, column.type)))
        table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), moved)
    return table


def _joined_cuts(cuts: Sequence[Cuts]) -> Cuts:
    columns = {name: np.concatenate([getattr(one, name) for one in cuts]) for name in Cuts._fields}
    columns["first_mark"] = np.concatenate([*(one.first_mark[:-1] for one in cuts), cuts[-1].first_mark[-1:]])
    return Cuts(**columns)


def _concat(pieces: Sequence[Segments], name: str) -> pa.Table:
    return pa.concat_tables([getattr(one, name) for one in pieces])
