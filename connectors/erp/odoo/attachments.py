"""Open this when a note of Odoo lacks its reconciliation, or would be posted with it twice.

A draft is made with its paper by one request, so that there is no draft without it. Before it is posted, what has
become of it since is looked at by the SHA-1 that Odoo keeps of each file. What is not right is set right by one
request, and looked at again by the next attempt: at once, a replica might answer as of before, and a second be made.
"""

import base64
import hashlib
from typing import Any

from connectors.erp.http import Refused
from connectors.erp.odoo.reading import MOVE
from connectors.erp.odoo.wire import Record, Wire, id_of
from schemas.errors import TransientError

ATTACHMENT = "ir.attachment"
FIELD = "attachment_ids"  # of a move
FIELDS = ("name", "checksum", "file_size")
_MAKE, _DELETE = 0, 2  # commands of Odoo for a one-to-many
_GONE = 404


def made_with(name: str, paper: bytes, company: int) -> dict[str, Any]:
    """The field of a move by which its paper is made with it."""
    return {FIELD: [_made(name, paper, company)]}


def ensure_attached(wire: Wire, draft: Record, name: str, paper: bytes) -> None:
    """The draft has one attachment of this name, which is the paper; attachments of other names are let be.

    TransientError: it had not; the next attempt finds it set right. Refused: Odoo does not let us.
    """
    digest = hashlib.sha1(paper, usedforsecurity=False).hexdigest()  # what Odoo itself knows a file by
    found = [one for one in _attachments(wire, draft) if one["name"] == name]
    whole = [one for one in found if (one["checksum"], one["file_size"]) == (digest, len(paper))][:1]
    if whole and len(found) == 1:
        return
    commands = [[_DELETE, one["id"]] for one in found if one not in whole]
    if not whole:
        commands.append(_made(name, paper, id_of(draft["company_id"])))
    try:
        wire.write(MOVE, draft["id"], {FIELD: commands})
    except Refused as refused:
        if refused.status != _GONE:
            raise
    raise _not_yet(draft)


def _attachments(wire: Wire, draft: Record) -> list[Record]:
    """All attachments of the draft. Their ids are read from the draft: what shows us the draft shows what it has.

    Asked for by the draft's id instead, a replica that is behind would have none, and a second would be made.
    """
    shown = wire.search(MOVE, [["id", "=", draft["id"]]], [FIELD])
    ids = [one for move in shown for one in move[FIELD]]
    found = wire.search(ATTACHMENT, [["id", "in", ids]], FIELDS) if ids else []
    if not shown or len(found) != len(ids):
        raise _not_yet(draft)
    return found


def _not_yet(draft: Record) -> TransientError:
    return TransientError(
        f"Draft {draft['id']} in Odoo had not its reconciliation as its one attachment of that name; it is not posted. "
        "Next: nothing, it is tried again; if it stays, see who changes its attachments."
    )


def _made(name: str, paper: bytes, company: int | None) -> list[Any]:
    return [_MAKE, 0, {
        "name": name,
        "res_model": MOVE,  # Odoo itself fills in the id alone
        "company_id": company,  # not the user's first one, by which Odoo would judge who may take it away
        "mimetype": "application/pdf",
        "datas": base64.b64encode(paper).decode(),
    }]  # fmt: skip
