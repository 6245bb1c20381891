"""Open this when the view of a message is indented wrongly: how deep each of its segments stands.

Depth comes from the message's own table where we have one (a loop is one step in), and from HL and CPS, which name
their parents. The order of segments is not judged here: a segment that no open loop holds belongs to the header.
"""

from collections.abc import Iterator, Sequence

from mappings.formats.structure import Loop, Structure, Use

HIERARCHIES = frozenset({"HL", "CPS"})
_ENDS = frozenset({"CTT", "SE", "CNT", "UNT"})  # what stands behind a hierarchy, in no level of it


def depths(table: Structure | None, tags: Sequence[str], parents: Sequence[tuple[str, str]]) -> list[int]:
    """For each segment of a message, its depth from 0. ``parents``: (number, parent) of each HL or CPS, in order."""
    in_loops = _loop_depths(table.body, tags) if table else [0] * len(tags)
    levels, level, least = _levels(parents), 0, 0
    found = []
    for tag, depth in zip(tags, in_loops, strict=True):
        if tag in HIERARCHIES:
            level, least = next(levels), 1
            found.append(level)
            continue
        if tag in _ENDS:
            level, least = 0, 0
        found.append(level + max(depth, least))
    return found


def _levels(parents: Sequence[tuple[str, str]]) -> Iterator[int]:
    """How many ancestors each level of a hierarchy has; one whose parent did not come before it has none."""
    known: dict[str, int] = {}
    for number, parent in parents:
        level = known[parent] + 1 if parent in known else 0
        known[number] = level
        yield level


def _loop_depths(body: tuple[Loop | Use, ...], tags: Sequence[str]) -> list[int]:
    """How many loops hold each segment; one that opens a loop stands outside it, and what follows one step in."""
    open_loops: list[Loop] = []
    found = []
    for tag in tags:
        opened = _enter(body, open_loops, tag)
        found.append(len(open_loops) - opened)
    return found


def _enter(body: tuple[Loop | Use, ...], open_loops: list[Loop], tag: str) -> bool:
    """Leave the loops that cannot hold the segment, and enter the one that it opens; whether it opens one."""
    for keep in range(len(open_loops), -1, -1):
        loop = open_loops[keep - 1] if keep else None
        inside = loop.body[1:] if loop else body  # a loop's own trigger opens it again
        for part in inside:
            if isinstance(part, Loop) and part.trigger == tag:
                open_loops[keep:] = [part]
                return True
            if isinstance(part, Use) and part.tag == tag:
                del open_loops[keep:]
                return False
    return False  # a stranger stands where it stands: it leaves no loop
