"""A Business Central that answers API v2.0 requests, in this process: a callable for httpx.MockTransport.

Written from what the vendor publishes, not from what is convenient:

- fields of each record, which are read-only, and the bound actions: MicrosoftDocs/dynamics365smb-devitpro-pb,
  dev-itpro/api-reference/v2.0/resources (salesCreditMemo, salesCreditMemoLine, salesInvoice, salesInvoiceLine,
  salesOrder, salesOrderLine, salesShipment, salesShipmentLine, item, customer, account, generalLedgerEntry,
  generalLedgerSetup, company) and .../api (headers that are required, status codes);
- what a memo does: microsoft/ALAppExtensions, Apps/W1/APIV2, pages 30038 and 30046, and codeunit 5508 of the base
  application: the id outlives posting; a released draft reads Open as a posted one does; posting is for drafts only;
  DELETE removes a posted memo too; lines are asked for by document; messages of refusals;
- refusals ({"error": {"code", "message"}}) and their codes: webservices/dynamics-error-codes.md; 409 for a record that
  changed: includes/include-http-status-error-codes.md; If-Match required: the pages of PATCH and DELETE;
- limits (6000 requests in 5 minutes, 429; pages of at most 20,000): administration/operational-limits-online.md;
- Prefer: odata.maxpagesize, @odata.nextLink: webservices/Server-Driven-Paging-in-OData-Web-Services.md; no OR over two
  fields: webservices/odata-known-limitations.md; Data-Access-Intent: developer/devenv-connect-apps-tips.md;
- attachments: resources/dynamics_documentattachment.md and its pages of .../api; page 30080 of APIV2 and codeunit
  139899 of its tests (made by one request, filled by another, which is answered with 204); microsoft/BCApps, codeunit
  5503 (what a filter is translated to; a single one is listed with a size of 0) and codeunit 1173 (posting takes them
  along under new ids, deleting a document deletes them; two may have one name);
- tokens: administration/automation-apis-using-s2s-authentication.md.

Where they say nothing, a switch stands for both answers, and the worse one is the default: whether a deep insert that
fails half-way leaves its header (``whole_inserts``), and what a next link counts by (``pages_by_key``).
"""

import json
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

import httpx

from tests.erp.doubles.business_central_books import ATTACHMENTS, COLLECTIONS, LINES_OF, Books, Record, Refusal
from tests.erp.doubles.odata import FilterFault, matching

TENANT, ENVIRONMENT = "wickham.example", "production"
CLIENT, SECRET = "7d1c2a6e-0000-4000-8000-00000000c11e", "a-secret-of-the-tests"
API = "https://api.businesscentral.dynamics.com"
TOKEN_SECONDS = 3599
_WINDOW, _WINDOW_REQUESTS = timedelta(minutes=5), 6000
_PAGE_MAX = 20_000
_PATH = re.compile(r"^/v2\.0/([^/]+)/([^/]+)/api/v2\.0/(.*)$")
_STEP = re.compile(r"^(\w+)(?:\(([0-9a-fA-F-]{36})\))?$")
_EXPANDED = re.compile(r"(\w+)(?:\(\$select=([\w,]+)\))?")
_ACTION = "Microsoft.NAV."
_CONTENT = "attachmentContent"


class BusinessCentral:
    """One environment with its books (``books``). ``requests`` are those that reached it, tokens left out."""

    def __init__(
        self,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        whole_inserts: bool = False,
        pages_by_key: bool = False,
        page_size: int = _PAGE_MAX,
        line_page_size: int = _PAGE_MAX,
        replica_lag: timedelta | None = None,
    ) -> None:
        self.now = now
        self.books = Books(now, whole_inserts=whole_inserts)
        self.requests: list[httpx.Request] = []
        self.tokens: dict[str, datetime] = {}
        self.denied: set[str] = set()  # entity sets that the application may neither read nor change
        self._pages_by_key = pages_by_key
        self._page_size = page_size
        self._line_page_size = line_page_size
        self._lag = replica_lag
        self._past: list[tuple[datetime, Books]] = []
        self._window: deque[datetime] = deque()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/oauth2/v2.0/token"):
            return self._token(request)
        self.requests.append(request)
        try:
            self._ensure_allowed(request)
            return self._answered(request)
        except FilterFault as fault:
            return _json(400, {"error": {"code": "BadRequest", "message": str(fault)}})
        except Refusal as refusal:
            message = f"{refusal.message}  CorrelationId:  {len(self.requests):08d}-0000-4000-8000-000000000000."
            return _json(refusal.status, {"error": {"code": refusal.code, "message": message}}, refusal.headers)

    def revoke(self) -> None:
        """Make every token that was given worthless, as a change of the application's rights does."""
        self.tokens.clear()

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        known = (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        if not request.url.path.startswith(f"/{TENANT}/") or not known:
            told = "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 0"
            return _json(401, {"error": "invalid_client", "error_description": told})
        if form.get("grant_type") != "client_credentials" or form.get("scope") != f"{API}/.default":
            return _json(400, {"error": "invalid_scope", "error_description": "AADSTS70011: The scope is not valid."})
        token = f"token-{len(self.tokens) + 1}-of-the-tests"
        self.tokens[token] = self.now() + timedelta(seconds=TOKEN_SECONDS)
        return _json(200, {"token_type": "Bearer", "expires_in": TOKEN_SECONDS, "access_token": token})

    def _ensure_allowed(self, request: httpx.Request) -> None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token, datetime.min.replace(tzinfo=UTC)) <= self.now():
            told = "The server has rejected the client credentials."
            raise Refusal(401, "Authentication_InvalidCredentials", told)
        now = self.now()
        while self._window and self._window[0] <= now - _WINDOW:
            self._window.popleft()
        if len(self._window) >= _WINDOW_REQUESTS:
            wait = (self._window[0] + _WINDOW - now).total_seconds()
            raise Refusal(429, "Application_TooManyRequests", "Too many requests.", {"Retry-After": f"{wait:.0f}"})
        self._window.append(now)

    def _answered(self, request: httpx.Request) -> httpx.Response:
        found = _PATH.match(request.url.path)
        if not found or (found[1], found[2]) != (TENANT, ENVIRONMENT):
            raise Refusal(404, "NoEnvironment", "Environment does not exist.")
        steps = found[3].split("/")
        if steps == ["companies"]:
            return self._listed(request, "companies", list(self.books.companies))
        company = _STEP.match(steps[0])
        if not company or company[1] != "companies" or company[2] not in {one["id"] for one in self.books.companies}:
            raise Refusal(404, "Internal_CompanyNotFound", "The company cannot be found.")
        if request.method == "GET":
            return self._read(request, steps[1:])
        answer = self._changed(request, steps[1:])
        self._remember()
        return answer

    def _read(self, request: httpx.Request, steps: Sequence[str]) -> httpx.Response:
        name, key = _parts(steps[0])
        if name in self.denied:
            raise Refusal(403, "Authorization_RequestDenied", f"You do not have permission to read {name}.")
        books = self._readable(request)
        if name == ATTACHMENTS:
            return self._attachments(request, books, key, steps[1:])
        if len(steps) == 2:
            lines, _ = _parts(steps[1])
            if key is None or LINES_OF.get(name) != lines:
                raise _no_segment(steps[1])
            return self._listed(request, lines, books.line_records(name, key))
        if key is not None:
            found = [one for one in books.records(name) if one["id"] == key]
            if not found:
                raise Refusal(404, "Internal_RecordNotFound", "The record does not exist.")
            return _json(200, found[0])
        return self._listed(request, name, books.records(name))

    def _attachments(
        self, request: httpx.Request, books: Books, key: str | None, steps: Sequence[str]
    ) -> httpx.Response:
        """The list of those that match, or the file of one."""
        records = books.records(ATTACHMENTS)
        if key is None:
            where = dict(parse_qsl(request.url.query.decode())).get("$filter", "")
            return self._listed(request, ATTACHMENTS, books.opened(where, list(filter(matching(where), records))))
        found = [one for one in records if one["id"] == key]
        if not found or list(steps) != [_CONTENT]:
            raise Refusal(404, "Internal_RecordNotFound", "The record does not exist.")
        data = found[0][_CONTENT]
        headers = {"Content-Type": "application/octet-stream"}
        return httpx.Response(200, content=data, headers=headers) if data else httpx.Response(204)

    def _readable(self, request: httpx.Request) -> Books:
        """The primary for those who ask for it; else a replica, which may lag behind."""
        if self._lag is None or request.headers.get("Data-Access-Intent") == "ReadWrite":
            return self.books
        until = self.now() - self._lag
        return next((books for at, books in reversed(self._past) if at <= until), Books(self.now))

    def _remember(self) -> None:
        if self._lag is not None:
            self._past.append((self.now(), deepcopy(self.books)))

    def _listed(self, request: httpx.Request, name: str, records: Sequence[Record]) -> httpx.Response:
        """A page of what matches, in the order that is asked for, each with its tag and the lines that are expanded."""
        query = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
        found = [one for one in records if matching(query.get("$filter"))(one)]
        order, descending = _order(query.get("$orderby", ""))
        if order:
            found.sort(key=lambda one: [str(one[field]) for field in order], reverse=descending)
        order = [*order, "id"]
        page, token = self._cut(request, query, order, found)
        shown = [self._whole(request, query, one) for one in page]
        body: Record = {"@odata.context": f"{API}/$metadata#{name}", "value": shown}
        if token is not None:
            body["@odata.nextLink"] = (
                f"{_origin(request)}{request.url.path}?{urlencode({**query, '$skiptoken': token})}"
            )
        return _json(200, body)

    def _cut(
        self, request: httpx.Request, query: Mapping[str, str], order: Sequence[str], found: Sequence[Record]
    ) -> tuple[Sequence[Record], str | None]:
        preferred = re.findall(r"odata\.maxpagesize=([0-9]+)", request.headers.get("Prefer", ""))
        size = min(self._page_size, *(int(number) for number in preferred), _PAGE_MAX)
        after = query.get("$skiptoken")
        if after is not None and self._pages_by_key:
            last = json.loads(after)
            found = [one for one in found if [str(one.get(field) or "") for field in order] > last]
        elif after is not None:
            found = found[int(after) :]
        page = found[: min(size, int(query.get("$top", _PAGE_MAX)))]
        if len(page) == len(found) or "$top" in query:
            return page, None
        if self._pages_by_key:
            return page, json.dumps([str(page[-1].get(field) or "") for field in order])
        return page, str(int(after or 0) + len(page))

    def _whole(self, request: httpx.Request, query: Mapping[str, str], record: Record) -> Record:
        shown = _selected(record, query.get("$select", ""))
        for name, fields in _EXPANDED.findall(query.get("$expand", "")):
            if not isinstance(record.get(name), list):
                raise Refusal(400, "BadRequest", f"Could not find a property named '{name}'.")
            lines = [_selected(line, fields) for line in record[name]]
            shown[name] = lines[: self._line_page_size]
            if len(lines) > self._line_page_size:
                path = f"{request.url.path}({record['id']})/{name}"
                last = record[name][self._line_page_size - 1]["id"]
                token = json.dumps([str(last)]) if self._pages_by_key else str(self._line_page_size)
                asked = {"$select": fields, "$skiptoken": token} if fields else {"$skiptoken": token}
                shown[f"{name}@odata.nextLink"] = f"{_origin(request)}{path}?{urlencode(asked)}"
        return shown

    def _changed(self, request: httpx.Request, steps: Sequence[str]) -> httpx.Response:
        if request.headers.get("Data-Access-Intent") == "ReadOnly":
            raise Refusal(400, "BadRequest", "Data-Access-Intent must be ReadWrite for this request.")
        name, key = _parts(steps[0])
        if name in self.denied:
            raise Refusal(403, "Authorization_RequestDenied", f"You do not have permission to change {name}.")
        if name == ATTACHMENTS:
            return self._attachment_changed(request, key, steps[1:])
        if name not in ("salesCreditMemos", "salesInvoices"):
            raise Refusal(405, "BadRequest_MethodNotAllowed", f"'{request.method}' is not allowed for '{name}'.")
        if request.method == "POST" and key is None:
            return _json(201, self._whole(request, {}, self.books.make(name, _body(request))))
        made = self.books.document(name, str(key))
        if request.method == "POST" and len(steps) == 2 and steps[1] == f"{_ACTION}post":
            self.books.post(name, made)
            return httpx.Response(204)
        if request.method not in ("PATCH", "DELETE") or len(steps) != 1:
            raise _no_segment(steps[-1])
        _ensure_unchanged(request, made)
        if request.method == "DELETE":
            self.books.delete(name, made)
            return httpx.Response(204)
        self.books.change(name, made, _body(request))
        return _json(200, self._whole(request, {}, made))

    def _attachment_changed(self, request: httpx.Request, key: str | None, steps: Sequence[str]) -> httpx.Response:
        if request.method == "POST" and key is None:
            return _json(201, self._whole(request, {}, self.books.attach(_body(request))))
        found = [one for one in self.books.records(ATTACHMENTS) if one["id"] == key]
        if not found:
            raise Refusal(404, "Internal_RecordNotFound", "The record does not exist.")
        _ensure_unchanged(request, found[0])
        if (request.method, list(steps)) == ("PATCH", [_CONTENT]):
            self.books.fill(found[0], request.content)
        elif (request.method, list(steps)) == ("DELETE", []):
            self.books.detach(found[0])
        else:
            raise Refusal(405, "BadRequest_MethodNotAllowed", f"'{request.method}' is not allowed here.")
        return httpx.Response(204)


def _ensure_unchanged(request: httpx.Request, record: Record) -> None:
    """Refusal: the request names no tag, or one that the record no longer has."""
    tag = request.headers.get("If-Match")
    if tag is None:
        told = "Could not validate the client concurrency token required by the service."
        raise Refusal(400, "BadRequest_InvalidToken", told)
    if tag not in ("*", record["@odata.etag"]):
        raise Refusal(409, "Request_EntityChanged", "Another user has already changed the record.")


def _selected(record: Record, fields: str) -> Record:
    """The fields that are asked for (all where none is named), and the tag; lines and files are no fields."""
    names = (
        fields.split(",")
        if fields
        else [name for name, value in record.items() if not isinstance(value, (list, bytes))]
    )
    if unknown := [name for name in names if name not in record]:
        raise Refusal(400, "BadRequest", f"Could not find a property named '{unknown[0]}'.")
    return {
        name: record[name]
        for name in ({"@odata.etag": 0, **dict.fromkeys(names)} if "@odata.etag" in record else names)
    }


def _order(text: str) -> tuple[list[str], bool]:
    """Fields to sort by, and whether downwards (the double knows one way for all of them)."""
    words = [part.split() for part in text.split(",") if part.strip()]
    return [word[0] for word in words], any(word[1:] == ["desc"] for word in words)


def _origin(request: httpx.Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc.decode()}"


def _parts(step: str) -> tuple[str, str | None]:
    found = _STEP.match(step)
    if not found or (found[1] not in COLLECTIONS and found[1] not in LINES_OF.values()):
        raise _no_segment(step)
    return found[1], found[2].lower() if found[2] else None


def _no_segment(step: str) -> Refusal:
    return Refusal(404, "BadRequest_ResourceNotFound", f"Resource not found for the segment '{step}'.")


def _body(request: httpx.Request) -> Record:
    try:
        body = json.loads(request.content, parse_float=Decimal, parse_int=Decimal)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refusal(400, "BadRequest", "Invalid Request Body")
    return body


def _json(status: int, body: Any, headers: Mapping[str, str] | None = None) -> httpx.Response:
    text = json.dumps(body, default=lambda one: int(one) if one == one.to_integral_value() else float(one))
    return httpx.Response(status, content=text, headers={"Content-Type": "application/json", **(headers or {})})
