"""A Sales of SAP S/4HANA that answers OData V2 requests, in this process: a callable for httpx.MockTransport.

Written from what is published, not from what is convenient:

- entities, fields, lengths, what may be created and changed: CDS imports of API_CREDIT_MEMO_REQUEST_SRV and of
  OP_API_BILLING_DOCUMENT_SRV_0001 (tkdang97/SAP-Bike-Rental) in public repositories;
- that the service of debit memo requests has the same paths and methods under its own words: latonaio's
  sap-api-integrations-debit-memo-request-reads and public lists of OP_API_DEBIT_MEMO_REQUEST_SRV_0001;
- deep insert only, PATCH and DELETE of the head: a public digest of help.sap.com, Credit Memo Request (A2X);
- If-Match from LastChangeDateTime, 428 without it, 412 where it is old: SAP note 3514624, and community.sap.com,
  "Handling 412 Precondition Failed and 428 Precondition Required";
- tokens (X-CSRF-Token: Fetch, tied to a session's cookie; 403 with x-csrf-token: Required): other public doubles;
- refusals with innererror and errordetails: community.sap.com, "Purchase Requisition OData API, episode 3", and the
  gateway's "Error Response Control for Backend Data Provider";
- attachments: sap_attachments.py;
- status fields: quick infos of the same imports.

Known of SAP's Sales and not looked up: the values of statuses (A not, B partly, C wholly; transfer to accounting C) and
of document categories (M, O, S), that billing joins requests whose heads agree, and that a price by hand holds.

Where nothing is said, a switch of ``Books`` stands for both answers: when billing comes, whether accounting takes its
documents, whether customizing drops a billing block. Message numbers are of the usual kind.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote

import httpx

from tests.erp.doubles import sap_attachments
from tests.erp.doubles.sap_attachments import Attachments
from tests.erp.doubles.sap_requests_books import Books, Record, Refusal

USER, PASSWORD = "BACKHAUL", "a-password-of-the-tests"
URL = "https://s4.example.com"
_ROOT = "/sap/opu/odata/sap/"
_SERVICES = {
    "API_CREDIT_MEMO_REQUEST_SRV": "A_CreditMemoRequest", "API_DEBIT_MEMO_REQUEST_SRV": "A_DebitMemoRequest",
    "API_BILLING_DOCUMENT_SRV": "A_BillingDocument", sap_attachments.SERVICE: "AttachmentContentSet",
}  # fmt: skip
_KEYS = {entities: entities.removeprefix("A_") for entities in _SERVICES.values()}
_KEYED = re.compile(r"^(\w+)\('([^']*)'\)$")
_TERM = re.compile(r"^(\w+) eq '((?:[^']|'')*)'$")


class SapRequests:
    """One client of a system with its ``books``. ``requests`` are those that reached it."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC), **given: Any) -> None:
        self.now = now
        self.books = Books(now, **given)
        self.attachments = Attachments(self.books.requests, now)
        self.requests: list[httpx.Request] = []
        self.inactive: set[str] = set()  # services that nobody activated
        self._sessions: dict[str, str] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.books.run_billing()
        try:
            return self._answered(request)
        except Refusal as refusal:
            return _refused(refusal)

    def end_sessions(self) -> None:
        """What a restart does: every token is worth nothing."""
        self._sessions.clear()

    def _answered(self, request: httpx.Request) -> httpx.Response:
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {login}":
            return httpx.Response(401, text="<html><body>Logon failed</body></html>")
        service, _, rest = request.url.path.removeprefix(_ROOT).partition("/")
        if service not in _SERVICES or service in self.inactive:
            raise Refusal(404, "/IWFND/MED/170", f"No service found for namespace '', name '{service}'")
        if request.method == "GET":
            return self._read(request, service, rest)
        self._ensure_token(request)
        if service == "API_BILLING_DOCUMENT_SRV":
            raise Refusal(405, "/IWBEP/CM_MGW_RT/166", "Method not allowed")
        if service == sap_attachments.SERVICE:
            return self.attachments.change(request, rest)
        return self._changed(request, service, rest)

    def _read(self, request: httpx.Request, service: str, rest: str) -> httpx.Response:
        headers = self._session(request) if request.headers.get("X-CSRF-Token") == "Fetch" else []
        if not rest:
            return _json(200, {"d": {"EntitySets": [_SERVICES[service]]}}, headers)
        if service == sap_attachments.SERVICE:
            found = self.attachments.read(request, rest)
            return httpx.Response(200, content=found) if isinstance(found, bytes) else _json(200, found, headers)
        entities, key = _parts(rest)
        if entities != _SERVICES[service]:
            raise Refusal(404, "/IWBEP/CM_MGW_RT/020", f"Resource not found for segment '{entities}'")
        query = dict(parse_qsl(request.url.query.decode()))
        kept = self.books.bills if entities == "A_BillingDocument" else self._of(entities)
        if key is not None:
            return _json(200, {"d": _shown(self._one(entities, key), entities, query.get("$expand", ""))}, headers)
        found = [one for one in kept.values() if one and _matches(one, query.get("$filter"))]
        for name in reversed(query.get("$orderby", _KEYS[entities]).split(",")):
            found.sort(key=lambda one: str(one[name]))
        start = int(query.get("$skip", 0))
        page = found[start : start + int(query.get("$top", len(found) or 1))]
        return _json(
            200, {"d": {"results": [_shown(one, entities, query.get("$expand", "")) for one in page]}}, headers
        )

    def _of(self, entities: str) -> dict[str, Record]:
        """The requests of one kind; both draw their numbers from one range."""
        return {number: one for number, one in self.books.requests.items() if _KEYS[entities] in one}

    def _changed(self, request: httpx.Request, service: str, rest: str) -> httpx.Response:
        entities, key = _parts(rest)
        if entities != _SERVICES[service]:
            raise Refusal(400, "/IWBEP/CM_MGW_RT/020", f"'{entities}' is created with its request only")
        if request.method == "POST" and key is None:
            made = self.books.make(_KEYS[entities], _body(request))
            return _json(201, {"d": _shown(made, entities, "to_Item/to_PricingElement,to_Text")})
        record = self._one(entities, str(key))
        self._ensure_tag(request, record)
        if request.method == "DELETE":
            self.books.delete(record)
        elif request.method in ("PATCH", "MERGE"):
            self.books.change(record, _body(request))
        else:
            raise Refusal(405, "/IWBEP/CM_MGW_RT/166", "Method not allowed")
        return httpx.Response(204)

    def _one(self, entities: str, key: str) -> Record:
        found = self._of(entities).get(key)
        if not found:
            raise Refusal(404, "/IWBEP/CM_MGW_RT/020", f"{_KEYS[entities]} {key} does not exist")
        return found

    def _session(self, request: httpx.Request) -> list[tuple[str, str]]:
        """A token, tied to the session that the client shows or is given."""
        session = _cookie(request) or f"session-{len(self._sessions) + 1}"
        self._sessions.setdefault(session, f"token-of-{session}")
        return [("X-CSRF-Token", self._sessions[session]), ("Set-Cookie", f"SAP_SESSIONID={session}; path=/; HttpOnly")]

    def _ensure_token(self, request: httpx.Request) -> None:
        token = request.headers.get("X-CSRF-Token")
        if not token or token != self._sessions.get(_cookie(request)):
            raise Refusal(403, "/IWFND/CM_BEC/026", "CSRF token validation failed")

    def _ensure_tag(self, request: httpx.Request, record: Record) -> None:
        tag = request.headers.get("If-Match")
        if tag is None:
            raise Refusal(428, "/IWBEP/CM_MGW_RT/190", "Header 'If-Match' is required")
        if tag not in ("*", etag(record)):
            raise Refusal(412, "/IWBEP/CM_MGW_RT/191", "Precondition failed: the resource was changed meanwhile")


def etag(record: Record) -> str:
    """The tag of a request: its last change."""
    return f"W/\"datetimeoffset'{quote(record['LastChangeDateTime'], safe='')}'\""


def _parts(rest: str) -> tuple[str, str | None]:
    keyed = _KEYED.match(rest)
    return (keyed[1], keyed[2]) if keyed else (rest, None)


def _cookie(request: httpx.Request) -> str:
    found = re.search(r"SAP_SESSIONID=([^;]+)", request.headers.get("Cookie", ""))
    return found[1] if found else ""


def _matches(record: Record, text: str | None) -> bool:
    """Whether a record passes ``field eq 'text' or ...``; other filters are not known here."""
    if not text:
        return True
    terms = [_TERM.match(term) for term in text.split(" or ")]
    if not all(terms):
        raise Refusal(400, "/IWBEP/CM_MGW_RT/025", f"Invalid filter '{text}'")
    for term in terms:
        assert term is not None
        if term[1] not in record or isinstance(record[term[1]], list):
            raise Refusal(400, "/IWBEP/CM_MGW_RT/022", f"Property '{term[1]}' is not filterable")
    return any(record[term[1]] == term[2].replace("''", "'") for term in terms if term is not None)


def _shown(record: Record, entities: str, expand: str) -> Record:
    """A record as it goes out: what is expanded as results, the rest as a link to it."""
    wanted: dict[str, list[str]] = {}
    for path in expand.split(",") if expand else ():
        first, _, rest = path.partition("/")
        wanted.setdefault(first, []).extend([rest] if rest else [])
    if unknown := [name for name in wanted if not isinstance(record.get(name), list)]:
        raise Refusal(400, "/IWBEP/CM_MGW_RT/027", f"Invalid $expand '{unknown[0]}'")
    uri = f"{URL}{_ROOT}{entities}('{record.get(_KEYS.get(entities, ''), '')}')"
    told: Record = {"uri": uri} | ({"etag": etag(record)} if "LastChangeDateTime" in record else {})
    shown: Record = {"__metadata": told}
    for name, value in record.items():
        if not isinstance(value, list):
            shown[name] = value
        elif name in wanted:
            shown[name] = {"results": [_shown(one, name, ",".join(wanted[name])) for one in value]}
        else:
            shown[name] = {"__deferred": {"uri": f"{uri}/{name}"}}
    return shown


def _body(request: httpx.Request) -> Record:
    try:
        body = json.loads(request.content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refusal(400, "/IWBEP/CM_MGW_RT/176", "Error while parsing the request body")
    return body


def _refused(refusal: Refusal) -> httpx.Response:
    details = [
        {"code": code, "message": told, "propertyref": "", "severity": "error", "target": ""}
        for code, told in refusal.inner
    ]
    note = {"code": "SDOC/001", "message": "Note the further messages", "severity": "info", "target": ""}
    raised = {"code": "/IWBEP/CX_MGW_BUSI_EXCEPTION", "message": "An exception was raised", "severity": "error"}
    inner = {
        "application": {"component_id": "SD-SLS", "service_id": "API_CREDIT_MEMO_REQUEST_SRV"},
        "transactionid": "0" * 32,
        "errordetails": [*details, note, raised],
    }
    message = {"lang": "en", "value": refusal.message}
    headers = [("x-csrf-token", "Required")] if refusal.status == httpx.codes.FORBIDDEN else []
    return _json(refusal.status, {"error": {"code": refusal.code, "message": message, "innererror": inner}}, headers)


def _json(status: int, body: Mapping[str, Any], headers: list[tuple[str, str]] | None = None) -> httpx.Response:
    given = [("Content-Type", "application/json"), *(headers or [])]
    return httpx.Response(status, content=json.dumps(body), headers=given)
