"""Open this when the ERP has drafts beside a posted credit note: they move no money, and are discarded.

A draft is an orphan when a request that nobody answered made it late or was repeated; only one is ever bound.
"""

from connectors.erp.port import Erp
from pipelines.work.intent_book import IntentBook, OnStep
from schemas.errors import PermanentError


def sweep_orphans(book: IntentBook, erp: Erp, retailer: str | None = None, on_step: OnStep | None = None) -> int:
    """Discard every draft that a late or repeated request left beside a posted credit note; answers how many."""
    step = on_step or (lambda step, reference: None)
    posted = book.intents("posted", retailer).to_pylist()
    return sum(discard_others(erp, row["reference"], row["draft_id"], step) for row in posted)


def discard_others(erp: Erp, reference: str, bound: str | None, step: OnStep) -> int:
    """Discard the drafts beside the bound one; what the ERP refuses to discard is left. Answers how many are gone."""
    gone = 0
    for draft_id in [d.draft_id for d in erp.find(reference) if d.state == "draft" and d.draft_id != bound]:
        try:
            erp.discard(draft_id)
        except PermanentError:
            document = erp.read(draft_id)
            if document is not None and document.state == "posted":
                raise
            step("orphan left", reference)
        else:
            step("discard", reference)
            gone += 1
    return gone
