"""The ERPs that fates are tried on: each with its double, its adapter, and what a change and a stale read are there.

A world is begun anew for every schedule of fates; the adapter and its connections stay.
"""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from datetime import timedelta
from email.message import Message
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import httpx
from mocksap import Config
from mocksap.server import Handler, MockSap

from connectors.erp.business_central.adapter import BusinessCentralErp
from connectors.erp.business_central.tokens import Tokens
from connectors.erp.memory import MemoryErp
from connectors.erp.odoo.adapter import OdooErp
from connectors.erp.papers import paper_name
from connectors.erp.port import Erp, ErpDocument
from connectors.erp.sap.adapter import SapErp
from connectors.erp.sap.settings import SapSettings
from connectors.erp.sap_requests.adapter import SapRequestErp
from schemas.credits import CreditRequest
from tests.erp.credit_requests import credit_request
from tests.erp.doubles import business_central_wickham as business_central
from tests.erp.doubles import odoo_world
from tests.erp.doubles import sap_requests_wickham as sap_requests
from tests.erp.doubles.odoo import ATTACHMENT, LINE, MOVE
from tests.erp.fates import LATE_SECONDS, FaultyPort, FaultyWay, simulated
from tests.erp.paper_cases import PAPER, named, papers
from tests.work.intent_book import Clock

Answers = Callable[[httpx.Request], httpx.Response]


class Faulty(Protocol):
    """What fates are given to: a way, or a port."""

    met: list[str]

    def script(self, fates: Any) -> None:
        """The next fates."""

    @property
    def owes(self) -> bool:
        """Whether something is on its way."""


class World(Protocol):
    """An ERP, its adapter, and what carries requests between them."""

    erp: Erp
    faulty: Faulty

    def begin(self, clock: Clock) -> CreditRequest:
        """A fresh ERP at this time; answers what is to be credited in it."""

    def documents(self, reference: str) -> list[ErpDocument]:
        """What really is in the ERP, asked when all is well."""


class MemoryWorld:
    """The ERP in memory, behind the port."""

    def __init__(self, folder: Path) -> None:
        self.begin(Clock())

    def begin(self, clock: Clock) -> CreditRequest:
        self._inner = MemoryErp(max_request_seconds=LATE_SECONDS)
        self.erp: Erp = FaultyPort(self._inner, clock)
        self.faulty: Faulty = self.erp
        return credit_request()

    def documents(self, reference: str) -> list[ErpDocument]:
        return list(self._inner.find(reference))


class WithPaper:
    """A world whose credit has a reconciliation: what is posted there must have it, once."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)  # type: ignore[call-arg]
        self.erp._papers = papers

    def begin(self, clock: Clock) -> CreditRequest:
        return named(super().begin(clock))

    def documents(self, reference: str) -> list[ErpDocument]:
        found = super().documents(reference)
        for one in found:
            files = self.files(one.draft_id)
            assert one.state == "draft" or files == [(paper_name(reference), PAPER)], f"{one.number} has {files}"
        return found


class OdooWorld:
    """Odoo's double. Searches may be answered by a replica, which has not heard of the last change."""

    def __init__(self, folder: Path) -> None:
        self._made = odoo_world.wickham()
        settings = odoo_world.settings(folder, longest_request_seconds=LATE_SECONDS)
        self._way = FaultyWay(self, Clock())
        self.faulty: Faulty = self._way
        self.erp = OdooErp(settings, transport=self._way)

    def begin(self, clock: Clock) -> CreditRequest:
        self._double = copy(self._made)
        self._double.now = clock
        self._double.__post_init__()
        self._double.records.__dict__.update(_records(self._made.records.__dict__))
        self._way.__init__(self, clock)  # type: ignore[misc]
        simulated(self.erp._client, clock)
        self._before = dict(self._double.records.tables)
        return credit_request()

    def documents(self, reference: str) -> list[ErpDocument]:
        return list(self.erp.find(reference))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.changes(request):
            tables = self._double.records.tables
            self._before = {**tables, **{name: {key: dict(row) for key, row in tables[name].items()}
                                         for name in (MOVE, LINE, ATTACHMENT)}}  # fmt: skip
        return self._double(request)

    def changes(self, request: httpx.Request) -> bool:
        return request.url.path.rpartition("/")[2] in ("create", "write", "unlink", "action_post")

    def as_before(self, request: httpx.Request) -> httpx.Response | None:
        if not request.url.path.endswith((f"/{MOVE}/search_read", f"/{ATTACHMENT}/search_read")):
            return None
        self._double._replica = self._before
        try:
            return self._double(request)
        finally:
            self._double.thaw_replica()

    def misnamed(self, data: bytes) -> bytes:
        said = json.loads(data)
        return json.dumps([one + 1 for one in said] if isinstance(said, list) else said).encode()


class OdooPaperWorld(WithPaper, OdooWorld):
    """The same with a reconciliation on the credit: the draft is made with it, and posted after a look at it."""

    def files(self, draft_id: str) -> list[tuple[str, bytes]]:
        return self._double.attachments.files(int(draft_id))


def _records(made: Mapping[str, Any]) -> dict[str, Any]:
    """The state of a database, apart from the original."""
    return {name: _apart(value) for name, value in made.items() if name != "_now"}


def _apart(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _apart(one) for key, one in value.items()}
    return list(value) if isinstance(value, list) else copy(value) if isinstance(value, count) else value


class _InProcess(Handler):
    """The third party's SAP without its socket: a request in, the answer out."""

    def __init__(self, mock: MockSap) -> None:
        self.mock = mock

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.path = request.url.raw_path.decode()
        self.headers = Message()
        for name, value in request.headers.items():
            self.headers[name] = value
        self.rfile = io.BytesIO(request.content)
        self._handle(request.method)
        return self._answer

    def _send(self, response: Any, head_only: bool = False) -> None:
        headers = {name: value for name, value in response.headers.items() if value is not None}
        self._answer = httpx.Response(response.status, headers=headers, content=response.body)


class SapWorld:
    """A third party's SAP in this process. It has no drafts and no key; lists may not know of the last posting."""

    def __init__(self, folder: Path) -> None:
        self._mock = MockSap(Config(log_requests=False, quiet=True, basic_auth="BACKHAUL:a-password-of-the-tests"))
        self._sap = _InProcess(self._mock)
        self._numbers = count(1)
        self._way = FaultyWay(self, Clock())
        self.faulty: Faulty = self._way
        password = folder / "password"
        password.touch(0o600)
        password.write_text("a-password-of-the-tests")
        given = {
            "kind": "sap", "url": "https://sap.example.com", "user": "BACKHAUL", "password_file": password,
            "revenue_account": "41000000", "tax_account": "22000000", "companies": {"WR01": "1010"},
            "customers": {"nordstad": "17100001"}, "longest_request_seconds": LATE_SECONDS,
        }  # fmt: skip
        self.erp = SapErp(SapSettings.model_validate(given), folder / "drafts", transport=self._way)

    def begin(self, clock: Clock) -> CreditRequest:
        self._way.__init__(self, clock)  # type: ignore[misc]
        simulated(self.erp._client, clock)
        self._lists: dict[str, httpx.Response] = {}
        self._old: dict[str, httpx.Response] = {}
        return credit_request(f"BH-SAP{next(self._numbers):05}")

    def documents(self, reference: str) -> list[ErpDocument]:
        return list(self.erp.find(reference))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.changes(request):
            self._old = dict(self._lists)
        answer = self._sap.answer(request)
        if _lists_entries(request):
            self._lists[str(request.url)] = answer
        return answer

    def changes(self, request: httpx.Request) -> bool:
        return request.method == "POST"

    def as_before(self, request: httpx.Request) -> httpx.Response | None:
        return self._old.get(str(request.url)) if _lists_entries(request) else None

    def misnamed(self, data: bytes) -> bytes:
        return data.replace(b'"OBJ_KEY": "', b'"OBJ_KEY": "9').replace(b'"OBJ_KEY":"', b'"OBJ_KEY":"9')

    def close(self) -> None:
        self.erp.close()
        self._mock.close()


class BusinessCentralWorld:
    """The double of Business Central. Every read of ours asks for the primary, so that none is stale."""

    def __init__(self, folder: Path) -> None:
        self._way = FaultyWay(self, Clock())
        self.faulty: Faulty = self._way
        settings = business_central.settings(longest_request_seconds=LATE_SECONDS)
        self.erp = BusinessCentralErp(settings, transport=self._way)

    def begin(self, clock: Clock) -> CreditRequest:
        request = credit_request()
        self._double = business_central.wickham(clock, [request])
        self._way.__init__(self, clock)  # type: ignore[misc]
        simulated(self.erp._wire._client, clock)
        self.erp._wire.tokens = Tokens(self.erp._settings, transport=self._way)
        self.erp._ids, self.erp._known = {}, {}
        return request

    def documents(self, reference: str) -> list[ErpDocument]:
        return list(self.erp.find(reference))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        return self._double(request)

    def changes(self, request: httpx.Request) -> bool:
        return request.method != "GET" and not request.url.path.endswith("/token")

    def as_before(self, request: httpx.Request) -> httpx.Response | None:
        assert request.headers.get("Data-Access-Intent") == "ReadWrite" or request.url.path.endswith("/token")
        return None

    def misnamed(self, data: bytes) -> bytes:
        said = json.loads(data) if data else None
        return json.dumps(said | {"id": f"f{said['id'][1:]}"}).encode() if said else data


class BusinessCentralPaperWorld(WithPaper, BusinessCentralWorld):
    """The same with a reconciliation on the credit: it is attached between the draft and its posting."""

    def files(self, draft_id: str) -> list[tuple[str, bytes]]:
        document = self._double.books.document("salesCreditMemos", draft_id)
        return [(one["fileName"], one["attachmentContent"]) for one in self._double.books.attached(document)]


class SapRequestWorld:
    """The double of SAP's Sales, whose billing comes a quarter of an hour after a release. Lists may be stale."""

    def __init__(self, folder: Path) -> None:
        self._way = FaultyWay(self, Clock())
        self.faulty: Faulty = self._way
        settings = sap_requests.settings(longest_request_seconds=LATE_SECONDS)
        self.erp = SapRequestErp(settings, transport=self._way)

    def begin(self, clock: Clock) -> CreditRequest:
        request = credit_request()
        self._double = sap_requests.wickham(clock, [request], billing_delay=timedelta(minutes=15))
        self._way.__init__(self, clock)  # type: ignore[misc]
        simulated(self.erp._wire._client, clock)
        self._lists: dict[str, httpx.Response] = {}
        self._old: dict[str, httpx.Response] = {}
        return request

    def documents(self, reference: str) -> list[ErpDocument]:
        return list(self.erp.find(reference))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.changes(request):
            self._old = dict(self._lists)
        answer = self._double(request)
        if _lists_requests(request):
            self._lists[str(request.url)] = answer
        return answer

    def changes(self, request: httpx.Request) -> bool:
        return request.method != "GET"

    def as_before(self, request: httpx.Request) -> httpx.Response | None:
        return self._old.get(str(request.url)) if _lists_requests(request) else None

    def misnamed(self, data: bytes) -> bytes:
        return data.replace(b'"CreditMemoRequest": "6', b'"CreditMemoRequest": "7')


class SapRequestPaperWorld(WithPaper, SapRequestWorld):
    """The same with a reconciliation on the credit: it is attached between the request and its release."""

    def files(self, draft_id: str) -> list[tuple[str, bytes]]:
        return self._double.attachments.files(draft_id)


def _lists_requests(request: httpx.Request) -> bool:
    return "PurchaseOrderByCustomer" in str(request.url)


def _lists_entries(request: httpx.Request) -> bool:
    return request.url.path.endswith("A_JournalEntry")


WORLDS: dict[str, Callable[[Path], Any]] = {
    "memory": MemoryWorld,
    "sap": SapWorld,
    "sap requests": SapRequestWorld,
    "sap requests, papers": SapRequestPaperWorld,
    "odoo": OdooWorld,
    "odoo, papers": OdooPaperWorld,
    "business central": BusinessCentralWorld,
    "business central, papers": BusinessCentralPaperWorld,
}


@contextmanager
def opened(name: str, folder: Path) -> Iterator[Any]:
    """A world of this name."""
    world = WORLDS[name](folder)
    try:
        yield world
    finally:
        getattr(world, "close", world.erp.close if hasattr(world.erp, "close") else lambda: None)()
