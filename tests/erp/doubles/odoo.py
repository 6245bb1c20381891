"""Open this when a test needs Odoo: a double of its External JSON-2 API, as a function from request to response.

Sources:

- odoo/documentation, content/developer/reference/external_api.rst (19.0): path, headers, body, what success and errors
  look like, one transaction a call, ``/web/version``, ``res.users/context_get``;
- odoo/odoo, addons/rpc/controllers/json2.py: 404 for a model or method that is not there, 422 for arguments that do not
  fit the method or ids where it takes none; odoo/http (Json2Dispatcher): which exception has which status, and that any
  other fault is a 500 with the same five keys; odoo/addons/test_http/tests/test_webjson2.py: 401 without a key, 404 in
  HTML where one server has several databases and the request names none, 400 for a body that is no JSON object;
- odoo/orm/models.py: methods marked ``@api.readonly`` (search_read, search, read, search_count, fields_get) are
  answered from a replica where one is set up (``db_replica_host``), so they may be old; all others from the primary.

Odoo has no rate limit of its own; hosts set one before it, so a 429 here has a page of theirs, with or without
Retry-After. What records do is in odoo_records.py, what invoices do in odoo_moves.py, what is attached to them in
odoo_attachments.py, each with its sources.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from tests.erp.doubles.odoo_attachments import ATTACHMENT, Attachments
from tests.erp.doubles.odoo_fields import FIELDS
from tests.erp.doubles.odoo_moves import LINE, MOVE, Moves
from tests.erp.doubles.odoo_records import (
    OdooError,
    Records,
    Tables,
    View,
    access_error,
    ensure_complete,
    ensure_writable,
    missing_error,
    not_allowed,
    value_error,
)

KEY = "6578616d706c65206a736f6e20617069206b6579"
DEBUG = 'Traceback (most recent call last):\n  File "/opt/odoo/odoo/http.py", line 2212, in _transactioning\n'
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_READONLY = ("search_read", "search", "read", "search_count", "fields_get")
# Arguments that a method takes; those in capitals it must be given. Methods marked * take no ids.
_SIGNATURES: dict[str, tuple[str, ...]] = {
    "search_read": ("*", "domain", "fields", "offset", "limit", "order", "load"),
    "search": ("*", "DOMAIN", "offset", "limit", "order"),
    "search_count": ("*", "DOMAIN", "limit"),
    "read": ("fields", "load"),
    "fields_get": ("*", "allfields", "attributes"),
    "create": ("*", "VALS_LIST"),
    "write": ("VALS",),
    "unlink": (),
    "has_access": ("OPERATION",),
    "has_group": ("GROUP_EXT_ID",),
    "context_get": ("*",),
    "action_post": (),
    "button_draft": (),
    "button_cancel": (),
}
_ONLY_ON = {"action_post": MOVE, "button_draft": MOVE, "button_cancel": MOVE, "has_group": "res.users",
            "context_get": "res.users"}  # fmt: skip


@dataclass
class OdooDouble:
    """A server with one database. Its state is reached over HTTP as a client does, or past it by tests.

    ``lacking``: rights that the key's user does not have, as ``(model, operation)``; ``groups`` are those it is in;
    ``missing``: models of modules that are not installed.
    """

    now: Callable[[], datetime] = lambda: datetime(2026, 3, 14, 9, 30, 0, 250_000, UTC)
    version: str = "19.0"
    databases: int = 1
    database: str = "wickham"
    keys: dict[str, datetime] = field(default_factory=lambda: {KEY: datetime(2026, 6, 1, tzinfo=UTC)})
    lacking: set[tuple[str, str]] = field(default_factory=set)
    groups: set[str] = field(default_factory=lambda: {"base.group_user", "account.group_account_invoice"})
    missing: set[str] = field(default_factory=set)
    per_second: int | None = None
    retry_after: int | None = 1
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.records = Records(lambda: self.now())
        self.attachments = Attachments(self.records, lambda model, operation: self._may(model, operation))
        self.moves = Moves(self.records, self.attachments, lambda: self.now().date())
        self._replica: Tables | None = None
        self._served: list[datetime] = []

    def freeze_replica(self) -> None:
        """From now on, reads are answered as of this moment."""
        self._replica = self.records.copy()

    def thaw_replica(self) -> None:
        """The replica has caught up."""
        self._replica = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if self._busy():
            headers = {"Retry-After": str(self.retry_after)} if self.retry_after is not None else {}
            return httpx.Response(429, headers=headers, html="<html><h1>429 Too Many Requests</h1></html>")
        if request.url.path == "/web/version":
            parts = [*(int(one) for one in self.version.split(".")), 0, "final", 0, ""]
            return httpx.Response(200, headers=_JSON, json={"version_info": parts, "version": self.version})
        if self.databases > 1 and request.headers.get("X-Odoo-Database") != self.database:
            return httpx.Response(404, html="<h1>Not Found</h1><p>The requested URL was not found on the server.</p>")
        context: Mapping[str, Any] = {}
        try:
            model, method = self._route(request)
            self._authenticate(request)
            body = self._body(request)
            context = body.get("context", {})
            return httpx.Response(200, headers=_JSON, json=self._transaction(model, method, body))
        except OdooError as error:
            return _refusal(error, context)

    def _busy(self) -> bool:
        if self.per_second is None:
            return False
        now = self.now()
        self._served = [one for one in self._served if now - one < timedelta(seconds=1)]
        if len(self._served) >= self.per_second:
            return True
        self._served.append(now)
        return False

    def _route(self, request: httpx.Request) -> tuple[str, str]:
        parts = request.url.path.strip("/").split("/")
        if parts[:2] != ["json", "2"] or len(parts) != 4 or int(self.version.partition(".")[0]) < 19:
            raise _http("NotFound", "Did you mean POST /json/2/<model>/<method>?", 404)
        if request.method != "POST":
            raise _http("MethodNotAllowed", "The method is not allowed for the requested URL.", 405)
        return parts[2], parts[3]

    def _authenticate(self, request: httpx.Request) -> None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise _http(
                "Unauthorized", "User not authenticated, use an API Key with a Bearer Authorization header.", 401
            )
        if key not in self.keys or self.keys[key] <= self.now():
            raise _http("Unauthorized", "Invalid apikey", 401)

    def _body(self, request: httpx.Request) -> dict[str, Any]:
        if not request.headers.get("Content-Type", "").startswith("application/json"):
            raise _http("UnsupportedMediaType", "Request inferred type is compatible with 'http' but is 'json2'", 415)
        try:
            body = json.loads(request.content)
        except ValueError as fault:
            raise _http("BadRequest", f"could not parse the body as json: {fault}", 400) from fault
        if not isinstance(body, dict):
            raise _http("BadRequest", "could not parse the body, expecting a json object", 400)
        return body

    def _transaction(self, model: str, method: str, body: dict[str, Any]) -> Any:
        """One call: kept when it is answered, undone when it is refused."""
        ids, said = self._bound(model, method, body)
        self.records.begin()
        try:
            return self._called(model, method, ids, said, body.get("context", {}))
        except BaseException:
            self.records.rollback()
            raise

    def _bound(self, model: str, method: str, body: dict[str, Any]) -> tuple[list[int], dict[str, Any]]:
        if model not in FIELDS or model in self.missing:
            raise _http("NotFound", f"the model '{model}' does not exist", 404)
        if method not in _SIGNATURES or _ONLY_ON.get(method, model) != model:
            raise _http("NotFound", f"The method '{model}.{method}' does not exist", 404)
        names = _SIGNATURES[method]
        ids = list(body.get("ids", []))
        if "*" in names and ids:
            raise _http("UnprocessableEntity", f"cannot call {model}.{method} with ids", 422)
        said = {name: value for name, value in body.items() if name not in ("ids", "context")}
        if unknown := [name for name in said if name not in {one.lower() for one in names}]:
            raise _http("UnprocessableEntity", f"got an unexpected keyword argument '{unknown[0]}'", 422)
        if lacking := [one.lower() for one in names if one.isupper() and one.lower() not in said]:
            raise _http("UnprocessableEntity", f"missing a required argument: '{lacking[0]}'", 422)
        return ids, said

    def _called(self, model: str, method: str, ids: list[int], said: dict[str, Any], context: Mapping[str, Any]) -> Any:
        stale = method in _READONLY and self._replica is not None
        tables = self._replica if stale and self._replica is not None else self.records.tables
        view = View(tables, self._allowed(context))
        if method in ("search_read", "search", "search_count"):
            return self._search(view, model, method, said, archived=context.get("active_test") is False)
        if method == "read":
            self._ensure(model, "read")
            for one in ids:
                if one not in tables[model]:
                    raise missing_error(model, one)
            return view.read(model, ids, said.get("fields") or list(FIELDS[model]))
        if method in _ANSWERS:
            return _ANSWERS[method](self, model, said)
        return self._changed(model, method, ids, said, context)

    def _search(self, view: View, model: str, method: str, said: dict[str, Any], archived: bool) -> Any:
        self._ensure(model, "read")
        found = view.search(model, said.get("domain") or [], said.get("order"), archived)
        first = said.get("offset") or 0
        found = found[first : first + said["limit"]] if said.get("limit") else found[first:]
        if method == "search_count":
            return len(found)
        return found if method == "search" else view.read(model, found, said.get("fields") or list(FIELDS[model]))

    def _changed(
        self, model: str, method: str, ids: list[int], said: dict[str, Any], context: Mapping[str, Any]
    ) -> Any:
        self.attachments.company = self._allowed(context)[0]
        if method == "create":
            self._ensure(model, "create")
            values = said["vals_list"]
            return [self._create(model, one, context) for one in (values if isinstance(values, list) else [values])]
        self._ensure(model, "unlink" if method == "unlink" else "write")
        for one in ids:
            self._one(model, method, one, said)
        return method != "action_post"

    def _create(self, model: str, values: dict[str, Any], context: Mapping[str, Any]) -> int:
        if model == MOVE:
            return self.moves.create(values)
        if model == ATTACHMENT:
            return self.attachments.create(values)
        ensure_writable(model, values)
        made = self.records.insert(model, values)
        ensure_complete(model, self.records.row(model, made))
        return made

    def _one(self, model: str, method: str, record: int, said: dict[str, Any]) -> None:
        if method == "action_post" and "account.group_account_invoice" not in self.groups:
            raise access_error("You don't have the access rights to post an invoice.")
        if model == MOVE:
            accountant = "account.group_account_manager" in self.groups
            actions: dict[str, Callable[[], object]] = {
                "write": lambda: self.moves.write(record, said["vals"]),
                "unlink": lambda: self.moves.unlink(record, accountant),
                "action_post": lambda: self.moves.action_post(record),
                "button_draft": lambda: self.moves.button_draft(record),
                "button_cancel": lambda: self.moves.button_cancel(record),
            }
            actions[method]()
        elif model == ATTACHMENT:
            actions = {
                "write": lambda: self.attachments.write(record, said["vals"]),
                "unlink": lambda: self.attachments.unlink(record),
            }
            actions[method]()
        elif method == "write":
            ensure_writable(model, said["vals"])
            self.records.update(model, record, said["vals"])
        else:
            self.records.delete(model, record)

    def _ensure(self, model: str, operation: str) -> None:
        if not self._may(model, operation):
            raise not_allowed(model, operation)

    def _may(self, model: str, operation: str) -> bool:
        return (model, operation) not in self.lacking and not (model == LINE and (MOVE, operation) in self.lacking)

    def _allowed(self, context: Mapping[str, Any]) -> Sequence[int]:
        """The companies that a call acts for: its user's, or those among them that it names."""
        user = next(iter(self.records.tables["res.users"].values()), None)
        own = list(user["company_ids"]) if user else list(self.records.tables["res.company"])
        named = context.get("allowed_company_ids") or own
        if set(named) - set(own):
            raise access_error("Access to unauthorized or invalid companies.")
        return list(named)

    def _fields_get(self, model: str, said: dict[str, Any]) -> Any:
        wanted = said.get("allfields") or list(FIELDS[model])
        return {
            name: {"type": told.partition(":")[0].rstrip("!~")}
            for name, told in FIELDS[model].items()
            if name in wanted
        }

    def user(self) -> dict[str, Any]:
        """The key's user."""
        return next(iter(self.records.tables["res.users"].values()))

    def day(self) -> date:
        """Today, as the server has it."""
        return self.now().date()


_ANSWERS: dict[str, Callable[[OdooDouble, str, dict[str, Any]], Any]] = {
    "fields_get": lambda odoo, model, said: odoo._fields_get(model, said),
    "has_access": lambda odoo, model, said: odoo._may(model, said["operation"]),
    "has_group": lambda odoo, model, said: said["group_ext_id"] in odoo.groups,
    "context_get": lambda odoo, model, said: {"lang": "en_US", "tz": "UTC", "uid": odoo.user()["id"]},
}


def _http(name: str, message: str, status: int) -> OdooError:
    return OdooError(message, f"werkzeug.exceptions.{name}", status)


def _refusal(error: OdooError, context: Mapping[str, Any]) -> httpx.Response:
    """The five keys of an error, in their order."""
    http = error.name.startswith("werkzeug.")
    arguments = [error.message, error.status] if http else [error.message]
    body = {"name": error.name, "message": error.message, "arguments": arguments, "context": dict(context),
            "debug": f"{DEBUG}{error.name}: {error.message}\n"}  # fmt: skip
    return httpx.Response(error.status, headers=_JSON, json=body)


__all__ = ["ATTACHMENT", "DEBUG", "KEY", "LINE", "MOVE", "OdooDouble", "value_error"]
