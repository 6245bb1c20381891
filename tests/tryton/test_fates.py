"""A real Tryton under every fate of three requests in a row: in the end one credit note, as with every other ERP."""

import json
from collections.abc import Iterator
from itertools import count

import httpx
import pytest

from connectors.erp.port import ErpDocument
from connectors.erp.tryton.adapter import TrytonErp
from schemas.credits import CreditRequest
from tests.erp.credit_requests import credit_request
from tests.erp.fate_worlds import Faulty
from tests.erp.fates import FATES, LATE_SECONDS, FaultyWay, simulated
from tests.erp.three_fates import ATTEMPTS, SCHEDULES, ensure_once
from tests.tryton.server import Server
from tests.work.intent_book import Clock

pytestmark = pytest.mark.tryton
SHARE = 100


class TrytonWorld:
    """One database for all schedules, a reference for each. Lists may not know of the last change."""

    def __init__(self, server: Server) -> None:
        settings = server.settings(longest_request_seconds=LATE_SECONDS)
        self._client = httpx.Client(base_url=server.url, timeout=120, trust_env=False)
        self._numbers = count(1)
        self._way = FaultyWay(self, Clock())
        self.faulty: Faulty = self._way
        self.erp = TrytonErp(settings, transport=self._way)

    def begin(self, clock: Clock) -> CreditRequest:
        self._way.__init__(self, clock)  # type: ignore[misc]
        simulated(self.erp._wire._client, clock)
        self._lists: dict[str, httpx.Response] = {}
        self._old: dict[str, httpx.Response] = {}
        return credit_request(f"BH-THREE{next(self._numbers):05}")

    def documents(self, reference: str) -> list[ErpDocument]:
        return list(self.erp.find(reference))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.changes(request):
            self._old = dict(self._lists)
        headers = {name: value for name, value in request.headers.items() if name not in ("host", "content-length")}
        path = request.url.raw_path.decode()
        answer = self._client.request(request.method, path, content=request.content, headers=headers)
        if not self.changes(request):
            self._lists[str(request.url)] = answer
        return answer

    def changes(self, request: httpx.Request) -> bool:
        return request.method != "GET"

    def as_before(self, request: httpx.Request) -> httpx.Response | None:
        return self._old.get(str(request.url))

    def misnamed(self, data: bytes) -> bytes:
        said = json.loads(data) if data else None
        return json.dumps(said | {"id": said["id"] + 1}).encode() if isinstance(said, dict) and "id" in said else data

    def close(self) -> None:
        self.erp.close()
        self._client.close()


@pytest.fixture(scope="module")
def world(tryton: Server) -> Iterator[TrytonWorld]:
    world = TrytonWorld(tryton)
    yield world
    world.close()


def test_whatever_becomes_of_three_requests_there_is_one_credit_note(world):
    assert ensure_once("tryton", world, SHARE) > len(SCHEDULES) / SHARE * 0.7


@pytest.mark.soak
@pytest.mark.timeout(14400)
def test_whatever_becomes_of_three_requests_in_every_way_there_is_one_credit_note(world):
    assert ensure_once("tryton", world, 1) == len(FATES) ** ATTEMPTS
