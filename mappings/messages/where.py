"""Open this when `claims: where:` takes or leaves a message that it should not: header paths and their values."""

import numpy as np

from mappings.catalog import Map
from mappings.column import Ints, Mask
from mappings.messages.lookups import Loops
from mappings.messages.sources import Batch, Headers


def where_holds(batch: Batch, one: Map, messages: Ints) -> Mask:
    """Which of these messages have, at every path of the mapping's `where`, one of its values."""
    holds = np.ones(len(messages), dtype=bool)
    rules = one.rules
    if not rules.claims.where or not len(messages):
        return holds
    loops = Loops.of(batch.index, rules.lines.each, rules.lines.until, rules.pairs)
    headers = Headers(batch, loops, messages)
    for path, values in rules.claims.where.items():
        found = headers.column(path, only=values)
        holds &= found.text.is_valid().to_numpy(zero_copy_only=False)
    return holds
