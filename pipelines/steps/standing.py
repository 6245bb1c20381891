"""Open this when a document of our ERP came again otherwise: how it stands now is what holds.

An ERP that is read tells no changes, it tells documents as they stand (purpose ``current``) or that they hold no longer
(``withdrawn``). Of an order or shipment the version that comes last takes the place of the earlier ones; the same
version again is a repeat. Of invoices a line is told once, and may be cancelled (``pipelines.steps.lines``).
"""

from dataclasses import dataclass
from typing import Any

CURRENT, WITHDRAWN = "current", "withdrawn"
STANDING = (CURRENT, WITHDRAWN)
VERSIONED = ("order", "shipment")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a document stands after this one: it is ``new``, or says what the last one said; ``outdated`` is that one."""

    new: bool
    outdated: str | None = None


def stands(row: dict[str, Any]) -> bool:
    """Whether this document (a row of ``DOCUMENTS``) tells how an order or shipment of our ERP stands."""
    return row["kind"] in VERSIONED and row["purpose"] in STANDING


def said(purpose: str | None, content: str) -> str:
    """What a version says; one that is withdrawn says nothing else.

    >>> said("current", "ab"), said("withdrawn", "ab"), said("original", "ab")
    ('ab', 'withdrawn', 'ab')
    """
    return WITHDRAWN if purpose == WITHDRAWN else content


def after(row: dict[str, Any], content: str, last: tuple[str | None, str | None]) -> Standing:
    """What this version does to the ``last`` one, of which the document and what it says are given (None: no one)."""
    document, before = last
    if document is not None and before == said(row["purpose"], content):
        return Standing(new=False, outdated=None)
    return Standing(new=True, outdated=document)
