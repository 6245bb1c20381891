"""Open this when a request in SAP's Sales lacks its reconciliation, or would be released with it twice.

By the attachment service (API_CV_ATTACHMENT_SRV). It makes a second attachment of whatever is sent twice, and changes
none, so what is there is looked at until it is the one paper, byte for byte.
"""

from collections.abc import Sequence
from urllib.parse import quote

from connectors.erp.http import Refused
from connectors.erp.papers import ensure_one
from connectors.erp.sap_requests.documents import Requests
from connectors.erp.sap_requests.wire import Record, Wire, quoted

SERVICE = "/sap/opu/odata/sap/API_CV_ATTACHMENT_SRV/"
_CONTENTS = "AttachmentContentSet"
_KEY = (
    "DocumentInfoRecordDocType", "DocumentInfoRecordDocNumber", "DocumentInfoRecordDocVersion",
    "DocumentInfoRecordDocPart", "LogicalDocument", "ArchiveDocumentID", "LinkedSAPObjectKey", "BusinessObjectTypeName",
)  # fmt: skip
_NUMBER_DIGITS = 10
_GONE = 404


def ensure_attached(wire: Wire, of: Requests, number: str, name: str, paper: bytes) -> None:
    """Leave the request with one attachment of this name, which is the paper; those of other names are let be.

    Refused: SAP takes none. TransientError: it does not come to rest.
    """

    def mend(wrong: Sequence[Record], lacking: bool) -> None:
        for one in wrong:
            _remove(wire, one)
        if lacking:
            headers = {"Slug": name, "Content-Type": "application/pdf", **_linked(of, number)}
            wire.change(SERVICE, "POST", _CONTENTS, paper, headers)

    ensure_one(
        f"{number} in SAP has not {name}",
        lambda: [one for one in _attachments(wire, of, number) if one["FileName"] == name],
        lambda one: wire.file(SERVICE, f"{_path(one)}/$value") == paper,
        mend,
    )


def _attachments(wire: Wire, of: Requests, number: str) -> list[Record]:
    """What is attached to a request, without the files."""
    named = [(name, quoted(value)) for name, value in _linked(of, number).items()]
    return wire.results(SERVICE, "GetAllOriginals", [*named, ("$format", "json")])


def _remove(wire: Wire, attachment: Record) -> None:
    """Delete it; one that is gone is let be: the next look tells."""
    try:
        wire.change(SERVICE, "DELETE", _path(attachment), None, {})
    except Refused as refused:
        if refused.status != _GONE:
            raise


def _path(attachment: Record) -> str:
    return f"{_CONTENTS}({','.join(f'{name}={quote(quoted(str(attachment[name])))}' for name in _KEY)})"


def _linked(of: Requests, number: str) -> dict[str, str]:
    """Of what it is an attachment. SAP itself pads numbers alone, to ten digits."""
    padded = number.zfill(_NUMBER_DIGITS) if number.isdecimal() else number
    return {"BusinessObjectTypeName": of.object_type, "LinkedSAPObjectKey": padded}
