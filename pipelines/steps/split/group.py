"""Open this when you ask in which steps the claims of an item come to stand on its sales: walk, contest, money, doubt.

This function keeps to what can be turned into machine code.
"""

from typing import Any

from mappings.formats.as_one import as_one
from pipelines.steps.split.contest import DESK_FULL, PORTIONS_FULL, contest
from pipelines.steps.split.desk import Desk, lay_out
from pipelines.steps.split.doubt import TRIED_TO, are_plain, doubts
from pipelines.steps.split.grade import Wants
from pipelines.steps.split.index import Sales
from pipelines.steps.split.judge import judge
from pipelines.steps.split.walk import CONTENDED, walk


def place_groups(
    wants: Wants,
    sales: Sales,
    bits: Any,
    shift: int,
    order: int,
    groups: Any,
    varied: Any,
    begin: int,
    desk: Desk,
    portions: Any,
    count: int,
    told: Any,
) -> tuple[int, int, int]:
    """Place the claims ``groups[g]`` to ``groups[g + 1]`` of each group, from group ``begin`` on; the sales give them.

    Answers the group that was reached, the number of portions, and what was full, if anything. ``varied``: groups whose
    sales differ in value or currency. Bits above ``shift`` are those of kinds that settle doubt.
    """
    wants, sales, desk = as_one(wants), as_one(sales), as_one(desk)
    for group in range(begin, len(groups) - 1):
        start, stop = groups[group], groups[group + 1]
        lay_out(wants, sales, bits, start, stop, desk)
        end = walk(wants, sales, bits, order, start, stop, desk, portions, count)
        contends = end == CONTENDED
        if contends:
            end = contest(wants, sales, bits, order, start, stop, desk, portions, count)
        else:
            end = end if end >= 0 else PORTIONS_FULL
        lines = wants.claim[start].end - wants.claim[start].first
        if end - count + min((stop - start) * lines, TRIED_TO) > len(desk.options):
            end = DESK_FULL
        if end < 0:
            return group, count, end
        judge(wants, sales, bits, order, start, stop, desk, portions, count, end, told)
        if varied[group] and (contends or not are_plain(wants, sales, shift, start, desk, portions, count, end, told)):
            doubts(wants, sales, bits, shift, start, desk, portions, count, end, told)
        count = end
    return len(groups) - 1, count, 0
