"""Open this when a window counts from another day than you expect: of the sale, the delivery, or the consumer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

import pyarrow as pa
import pyarrow.compute as pc

from schemas.credit_terms import StartEvent
from schemas.handling_tables import SHIPPED_OF, STATED_DAYS
from schemas.partners import Policy
from schemas.tables import empty

# From the first event to the last; where one is not known, the one before it stands for it.
EVENTS: tuple[str, ...] = get_args(StartEvent)
# How a sentence names each event.
TOLD = {
    "sold": "the sale", "shipped": "the shipment", "delivered": "the delivery", "consumer": "the consumer's receipt",
}  # fmt: skip
START_DAY, START_EVENT = "window_from", "window_event"


@dataclass(frozen=True, slots=True)
class Starts:
    """What is known of the days after the sale: ``SHIPPED_OF`` invoice lines, ``STATED_DAYS`` of return lines."""

    shipped: pa.Table = field(default_factory=lambda: empty(SHIPPED_OF))
    stated: pa.Table = field(default_factory=lambda: empty(STATED_DAYS))


NO_STARTS = Starts()


def start_events(policies: Sequence[Policy]) -> set[str]:
    """The events that these policies count from, here or before shipping, beside the sale."""
    asked = [start for one in policies for start in (one.credit.window.start, one.authorisation.start)]
    return {start for start in asked if start != "sold"}


def with_start(facts: pa.Table, start: str, starts: Starts | None) -> pa.Table:
    """The rows with the day that a window counts from (window_from) and the event of that day (window_event).

    ``facts`` has return_line, invoice_line and sold_on. Both are null where no day is known at all.
    """
    if start == "sold" or starts is None:
        days: Any = facts["sold_on"]
        event = pc.if_else(pc.is_valid(days), "sold", pa.scalar(None, pa.string()))
        return facts.append_column(START_DAY, days).append_column(START_EVENT, event)
    known = _days_of(facts, starts)
    day, event = pa.nulls(facts.num_rows, pa.date32()), pa.nulls(facts.num_rows, pa.string())
    for name in reversed(EVENTS[: EVENTS.index(start) + 1]):
        here = known[name]
        event = pc.coalesce(event, pc.if_else(pc.is_valid(here), name, pa.scalar(None, pa.string())))
        day = pc.coalesce(day, here)
    return facts.append_column(START_DAY, day).append_column(START_EVENT, event)


def _days_of(facts: pa.Table, starts: Starts) -> dict[str, Any]:
    """The day of each event for each row: a proof goes before what a ship notice said."""
    shipped = pc.index_in(facts["invoice_line"], starts.shipped["invoice_line"].combine_chunks(), skip_nulls=True)
    stated = pc.index_in(facts["return_line"], starts.stated["return_line"].combine_chunks())
    return {
        "sold": facts["sold_on"].cast(pa.date32()),
        "shipped": starts.shipped["shipped_on"].take(shipped),
        "delivered": pc.coalesce(
            starts.stated["delivered_on"].take(stated), starts.shipped["delivered_on"].take(shipped)
        ),
        "consumer": starts.stated["consumer_on"].take(stated),
    }
