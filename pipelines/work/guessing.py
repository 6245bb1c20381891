"""Open this when nothing was guessed about an unknown box: the facts that are asked, and the guesses that are kept."""

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.guesses import AWAITED, GUESSES, LABELS, SOLD_AT, STORES, guesses
from pipelines.wiring import Hub
from pipelines.work.placing import distinct
from schemas.tables import empty

# An SSCC's extension digit and company prefix have at least so many digits together.
_PREFIX = 8


def guessed(hub: Hub, boxes: pa.Table) -> pa.Table:
    """``GUESSES`` about these ``BOX_LINES``, for the store; a receipt about which there are guesses gets no others."""
    boxes = boxes.filter(pc.invert(pc.is_in(boxes["document"], _guessed_before(hub, boxes))))
    if not boxes.num_rows:
        return empty(GUESSES)
    labels = [label for label in distinct(boxes["box"]) if len(label) == 18]
    return guesses(
        boxes,
        _awaited(hub, boxes),
        hub.store.sold_at(distinct(boxes["gtin"])).cast(SOLD_AT),
        hub.store.labels_like(labels, _PREFIX).cast(LABELS),
        hub.store.stores_known(distinct(boxes["store"])).cast(STORES),
    )


def _guessed_before(hub: Hub, boxes: pa.Table) -> pa.Array:
    documents = distinct(boxes["document"])
    return pa.array([one for one in documents if hub.store.table("guess", document=one).num_rows], pa.string())


def _awaited(hub: Hub, boxes: pa.Table) -> pa.Table:
    """What returns await of the items of the boxes, with all else that these returns await."""
    portions = hub.store.open_portions()
    portions = portions.filter(
        pc.and_(pc.equal(portions["origin"], "notice"), pc.greater(portions["announced_units"], 0))
    )
    sharing = portions.filter(pc.is_in(portions["gtin"], boxes["gtin"].combine_chunks()))["return_id"]
    portions = portions.filter(pc.is_in(portions["return_id"], sharing.combine_chunks()))
    columns = {name: portions["announced_units" if name == "units" else name] for name in AWAITED.names}
    return pa.table(columns, schema=AWAITED)
