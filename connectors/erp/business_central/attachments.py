"""Open this when a credit memo of Business Central lacks its reconciliation, or would be posted with it twice.

An attachment is made by one request and filled by another, so that it may be there empty, or twice. What is there is
looked at until it is the one paper, whole: not by its size, which Business Central tells as 0 where a document has
just one attachment, but by its bytes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from connectors.erp.business_central.documents import Documents
from connectors.erp.business_central.wire import Record, Wire, quoted
from connectors.erp.http import Refused
from connectors.erp.papers import ensure_one

ENTITIES = "documentAttachments"
_CONTENT = "attachmentContent"
_GONE_OR_CHANGED = (404, 409, 412)


def ensure_attached(wire: Wire, company: str, of: Documents, draft: Record, name: str, paper: bytes) -> None:
    """Leave the draft with one attachment of this name, which is the paper; attachments of other names are let be.

    Refused: Business Central takes none, or no longer has the draft. TransientError: it does not come to rest.
    """

    def mend(wrong: Sequence[Record], lacking: bool) -> None:
        _remove(wire, company, wrong)
        if lacking:
            _make(wire, company, of, draft, name, paper)

    ensure_one(
        f"{draft['number']} has not {name}",
        lambda: _named(wire, company, of, draft, name),
        lambda one: _holds(wire, company, one, paper),
        mend,
    )


def _named(wire: Wire, company: str, of: Documents, draft: Record, name: str) -> list[Record]:
    """The draft's attachments of this name; a filter on the name would compare it without its ending, and find none."""
    where = f"parentId eq {draft['id']} and parentType eq {quoted(of.parent)}"
    return [one for one in wire.search(company, ENTITIES, where) if one["fileName"] == name]


def _holds(wire: Wire, company: str, attachment: Record, paper: bytes) -> bool:
    """Whether it is the paper, byte for byte."""
    return attachment["byteSize"] in (0, len(paper)) and wire.file(company, ENTITIES, attachment, _CONTENT) == paper


def _remove(wire: Wire, company: str, attachments: Sequence[Record]) -> None:
    for one in attachments:
        with _whatever_became_of_it():
            wire.delete(company, ENTITIES, one)


def _make(wire: Wire, company: str, of: Documents, draft: Record, name: str, paper: bytes) -> None:
    made = wire.create(company, ENTITIES, {"fileName": name, "parentType": of.parent, "parentId": draft["id"]})
    with _whatever_became_of_it():
        wire.fill(company, ENTITIES, made, _CONTENT, paper)


@contextmanager
def _whatever_became_of_it() -> Iterator[None]:
    """An attachment that is gone, or not as it was read, is let be: the next look tells what there is."""
    try:
        yield
    except Refused as refused:
        if refused.status not in _GONE_OR_CHANGED:
            raise
