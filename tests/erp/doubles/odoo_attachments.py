"""Open this when the double of Odoo does something with an attachment of an invoice.

Sources, odoo/odoo (18.0, 19.0):

- odoo/addons/base/models/ir_attachment.py: the fields; ``create`` and ``write`` drop ``checksum`` and ``file_size``,
  which are the SHA-1 and the length of what ``datas`` decodes to (of nothing, there is no SHA-1); ``datas`` that is no
  base64 is a ``binascii.Error``, a fault and no refusal; whoever makes, changes or deletes an attachment must be
  allowed to write the record that it is of; nothing keeps a name single; a search that names neither ``id`` nor
  ``res_field`` passes over the files of fields; it is of the first company of the call unless it says which;
- odoo/addons/base/security/ir.model.access.csv: each internal user may do everything with attachments themselves;
- addons/account/models/account_move.py: ``attachment_ids``, whose inverse is ``res_id`` alone, so that who makes one by
  it says ``res_model`` (odoo/orm/fields_relational.py, One2many.write_real: first what is deleted, then what is made);
- addons/account/models/ir_attachment.py: a PDF of a move that was posted once stays, and stays as it is, where the
  company restricts its audit trail;
- odoo/orm/models.py, ``unlink``: a record that is deleted takes its attachments with it, whoever may do what.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from mimetypes import guess_type
from typing import Any

from tests.erp.doubles.odoo_records import (
    OdooError,
    Records,
    Row,
    access_error,
    ensure_complete,
    ensure_writable,
    not_allowed,
    value_error,
)

ATTACHMENT = "ir.attachment"
_COMPUTED = ("checksum", "file_size")
_JUDGED = ("datas", "res_id", "res_model", "company_id")  # what the audit trail keeps as it is
_PDF = b"%PDF"


class Attachments:
    """What ir.attachment does. ``may``: whether the key's user has this right on that model.

    ``company``: the first of those that the call at hand acts for.
    """

    company: int | None = None

    def __init__(self, records: Records, may: Callable[[str, str], bool]) -> None:
        self._records = records
        self._may = may

    def create(self, values: Mapping[str, Any]) -> int:
        """An attachment of what it says, with its file."""
        ensure_writable(ATTACHMENT, values)
        self._ensure("create", values.get("res_model"))
        guessed = guess_type(str(values.get("name")))[0] or "application/octet-stream"
        row = {"type": "binary", "company_id": self.company, "mimetype": guessed, **_kept(values)}
        ensure_complete(ATTACHMENT, row)
        return self._records.insert(ATTACHMENT, row)

    def write(self, attachment: int, values: Mapping[str, Any]) -> None:
        """Change it, as far as the audit trail lets anybody."""
        ensure_writable(ATTACHMENT, values)
        row = self._records.row(ATTACHMENT, attachment)
        self._ensure("write", row.get("res_model"))
        if any(name in values for name in _JUDGED):
            self._ensure_no_audit_trail(row)
        self._records.update(ATTACHMENT, attachment, _kept(values))

    def unlink(self, attachment: int) -> None:
        """Delete it, as far as the audit trail lets anybody."""
        row = self._records.row(ATTACHMENT, attachment)
        self._ensure("unlink", row.get("res_model"))
        self._ensure_no_audit_trail(row)
        self._records.delete(ATTACHMENT, attachment)

    def command(self, record: int, commands: Sequence[Sequence[Any]]) -> None:
        """One2many commands of a record: 0 makes one, 2 deletes one; what is deleted goes first."""
        if unknown := [one for one in commands if one[0] not in (0, 2)]:
            raise value_error(f"command {unknown[0]!r} is not in the double")
        for one in commands:
            if one[0] == 2:
                self.unlink(one[1])
        for one in commands:
            if one[0] == 0:
                self.create({**one[2], "res_id": record})

    def files(self, move: int) -> list[tuple[str, bytes]]:
        """Names and files of what is attached to an invoice, oldest first."""
        rows = self._records.tables[ATTACHMENT].values()
        of_it = [one for one in rows if (one.get("res_model"), one.get("res_id")) == ("account.move", move)]
        return [(one["name"], _decoded(one.get("datas"))) for one in of_it]

    def go_with(self, model: str, record: int) -> None:
        """The record is deleted."""
        for one in list(self._records.tables[ATTACHMENT].values()):
            if (one.get("res_model"), one.get("res_id")) == (model, record):
                self._records.delete(ATTACHMENT, one["id"])

    def _ensure(self, operation: str, model: str | None) -> None:
        if not self._may(ATTACHMENT, operation):
            raise not_allowed(ATTACHMENT, operation)
        if model and not self._may(model, "write"):
            raise access_error("Sorry, you are not allowed to access this document.")

    def _ensure_no_audit_trail(self, row: Row) -> None:
        of_move = row.get("res_model") == "account.move" and self._records.tables["account.move"].get(row["res_id"])
        if not of_move or not of_move["posted_before"] or not _decoded(row.get("datas")).startswith(_PDF):
            return
        companies = [self._records.row("res.company", one["company_id"]) for one in (row, of_move)]
        if all(one.get("restrictive_audit_trail") for one in companies):
            raise OdooError("You cannot remove parts of a restricted audit trail.")


def _kept(values: Mapping[str, Any]) -> Row:
    """What is kept of what somebody says: the file's digest and length are the server's own."""
    said = {name: value for name, value in values.items() if name not in _COMPUTED}
    if "datas" not in said:
        return said
    data = _decoded(said["datas"])
    digest = hashlib.sha1(data, usedforsecurity=False).hexdigest() if data else None
    return said | {"datas": base64.b64encode(data).decode(), "checksum": digest, "file_size": len(data)}


def _decoded(datas: str | None) -> bytes:
    try:
        return base64.b64decode(datas or "")
    except binascii.Error as fault:
        raise OdooError(str(fault), "binascii.Error", 500) from fault
