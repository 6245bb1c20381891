"""Open this when a ship notice or a proof does not move a window: which days the store knows of it."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.window_start import NO_STARTS, Starts, start_events
from pipelines.wiring import Hub
from schemas.partners import Policy


def starts_of(hub: Hub, policies: Sequence[Policy], rows: pa.Table) -> Starts:
    """The days that windows of these policies may count from, for rows with invoice_line and return_line.

    Nothing is read where all count from the sale.
    """
    if not start_events(policies):
        return NO_STARTS
    invoice_lines = pc.unique(rows["invoice_line"]).drop_null().to_pylist()
    return Starts(
        hub.store.shipped_of(invoice_lines), hub.store.stated_days(pc.unique(rows["return_line"]).to_pylist())
    )
