"""Open this when the double of SAP's Sales does something with an attachment: API_CV_ATTACHMENT_SRV.

Written from what is published:

- properties, their lengths, the key, that no attachment is changed: the metadata of the service in a public repository
  (gregorwolf/bookshop-demo, srv/external/API_CV_ATTACHMENT_SRV.edmx), whose tests/app/api-cv-attachment-service.http
  has each request (reading the entity itself "is not implemented"; DELETE needs a token and no If-Match) and whose srv/
  has an answer of GetAllOriginals for an attachment of Generic Object Services;
- operations, their sample URLs, 100 MB at the most, that content cannot be updated: a public copy of help.sap.com,
  Attachment Service;
- the file as the body, Slug, BusinessObjectTypeName and LinkedSAPObjectKey as headers, 201: SAP/cloud-sdk issue 175,
  SAP/cloud-sdk-js issue 1324, and several public clients of real systems;
- the key of a sales document has ten digits; with another, or with the wrong type, "User has no authorization for
  operation 03 on object"; what is sent twice is attached twice: a public client's notes, which name SAP note 3421507;
- BUS2094 and BUS2096 for credit and debit memo requests (document categories K and L): public ABAP programs.

Not said anywhere, and so here: 400 for that refusal, 404 for deleting what is gone, an empty set where nothing is
attached; attachments of a request that is deleted stay, and nobody can reach them.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx

from tests.erp.doubles.sap_requests_books import Record, Refusal

SERVICE = "API_CV_ATTACHMENT_SRV"
_TYPES = {"CreditMemoRequest": "BUS2094", "DebitMemoRequest": "BUS2096"}
_KEY = (
    "DocumentInfoRecordDocType", "DocumentInfoRecordDocNumber", "DocumentInfoRecordDocVersion",
    "DocumentInfoRecordDocPart", "LogicalDocument", "ArchiveDocumentID", "LinkedSAPObjectKey", "BusinessObjectTypeName",
)  # fmt: skip
_KEYED = re.compile(r"^AttachmentContentSet\((.*?)\)(/\$value)?$")
_PAIR = re.compile(r"(\w+)='((?:[^']|'')*)'")
_NAME_MAX = 255
_BYTES_MAX = 100 * 1024 * 1024


class Attachments:
    """What is attached to the requests of a system. ``requests`` are those, by number."""

    def __init__(self, requests: dict[str, Record], now: Callable[[], datetime]) -> None:
        self._requests = requests
        self._now = now
        self._kept: list[tuple[Record, bytes]] = []
        self._drawn = 0

    def files(self, number: str) -> list[tuple[str, bytes]]:
        """Names and files of what is attached to a request, oldest first."""
        return [(one["FileName"], file) for one, file in self._kept if one["LinkedSAPObjectKey"] == number.zfill(10)]

    def attach(self, number: str, name: str, file: bytes) -> None:
        """What a person does at SAP's own screen."""
        kind = next(kind for word, kind in _TYPES.items() if word in self._requests[number])
        self._made(kind, number.zfill(10), name, "application/pdf", file)

    def take_off(self, number: str) -> None:
        """Likewise: everything that is attached to a request."""
        self._kept = [one for one in self._kept if one[0]["LinkedSAPObjectKey"] != number.zfill(10)]

    def read(self, request: httpx.Request, rest: str) -> Any:
        """What GET answers: a body, or a file."""
        if rest == "GetAllOriginals":
            query = {name: value[1:-1] for name, value in parse_qsl(request.url.query.decode()) if name[0] != "$"}
            self._ensure_there(query.get("BusinessObjectTypeName", ""), query.get("LinkedSAPObjectKey", ""))
            found = [one for one, _ in self._kept if all(one[name] == value for name, value in query.items())]
            return {"d": {"results": [{"__metadata": {"media_src": f"{_uri(one)}/$value"}, **one} for one in found]}}
        keyed = _KEYED.match(unquote(rest))
        if not keyed or not keyed[2]:
            raise Refusal(501, "/IWBEP/CM_MGW_RT/021", "Method 'ATTACHMENTCONTENTSE_GET_ENTITY' not implemented")
        return self._one(keyed[1])[1]

    def change(self, request: httpx.Request, rest: str) -> httpx.Response:
        """What POST and DELETE do."""
        if request.method == "POST" and rest == "AttachmentContentSet":
            headers = request.headers
            kind, key = headers.get("BusinessObjectTypeName", ""), headers.get("LinkedSAPObjectKey", "")
            self._ensure_there(kind, key)
            if len(headers.get("Slug", "")) not in range(1, _NAME_MAX + 1) or len(request.content) > _BYTES_MAX:
                raise Refusal(400, "/IWBEP/CX_MGW_BUSI_EXCEPTION", "File name or file cannot be taken")
            made = self._made(kind, key, headers["Slug"], headers["Content-Type"], request.content)
            return httpx.Response(201, json={"d": {"__metadata": {"uri": _uri(made)}, **made}})
        keyed = _KEYED.match(unquote(rest))
        if request.method != "DELETE" or not keyed:
            raise Refusal(405, "/IWBEP/CM_MGW_RT/166", "Method not allowed")
        self._kept.remove(self._one(keyed[1]))
        return httpx.Response(204)

    def _made(self, kind: str, key: str, name: str, mime: str, file: bytes) -> Record:
        self._drawn += 1
        moment = int(self._now().timestamp()) * 1000
        made = {
            "DocumentInfoRecordDocType": "GOS", "DocumentInfoRecordDocNumber": f"EXT{48_000_000_000_000 + self._drawn}",
            "DocumentInfoRecordDocVersion": "", "DocumentInfoRecordDocPart": "",
            "LogicalDocument": f"{self._drawn:032X}", "ArchiveDocumentID": f"{self._drawn + 0x2000:032X}",
            "LinkedSAPObjectKey": key, "BusinessObjectTypeName": kind, "SemanticObject": "",
            "WorkstationApplication": "", "FileSize": str(len(file)), "FileName": name, "DocumentURL": "",
            "MimeType": mime, "CreationDateTime": f"/Date({moment})/", "BusinessObjectType": kind,
            "LastChangedByUser": "", "ChangedDateTime": None, "HarmonizedDocumentType": "GOS",
            "AttachmentDeletionIsAllowed": True, "AttachmentRenameIsAllowed": False, "Source": "GOS",
        }  # fmt: skip
        self._kept.append((made, file))
        return made

    def _one(self, told: str) -> tuple[Record, bytes]:
        key = {name: value.replace("''", "'") for name, value in _PAIR.findall(told)}
        if set(key) != set(_KEY):
            raise Refusal(400, "/IWBEP/CM_MGW_RT/022", "Invalid key predicate")
        found = [one for one in self._kept if all(one[0][name] == key[name] for name in _KEY)]
        if not found:
            raise Refusal(404, "/IWBEP/CM_MGW_RT/020", "Resource not found for segment 'AttachmentContent'")
        return found[0]

    def _ensure_there(self, kind: str, key: str) -> None:
        known = any(
            key == number.zfill(10) and _TYPES[word] == kind
            for number, one in self._requests.items() for word in _TYPES if word in one
        )  # fmt: skip
        if not known:
            told = f"User has no authorization for operation 03 on object {key}"
            raise Refusal(400, "/IWBEP/CX_MGW_BUSI_EXCEPTION", told, [("SDOC_ATT/003", told)])


def _uri(one: Record) -> str:
    key = ",".join(f"{name}='{one[name]}'" for name in _KEY)
    return f"AttachmentContentSet({key})"
