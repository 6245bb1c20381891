"""A real Tryton under the fates of three requests in a row: a sample of all schedules, and one note for each."""

import json
from collections.abc import Iterator
from itertools import count
from random import Random

import httpx
import pytest

from connectors.erp.port import ErpDocument
from connectors.erp.tryton.adapter import TrytonErp
from schemas.credits import CreditRequest
from tests.erp.credit_requests import credit_request
from tests.erp.fates import LATE_SECONDS, FaultyWay, simulated
from tests.erp.test_fates import ONCE, SCHEDULES, verdict
from tests.tryton.server import Server
from tests.work.intent_book import Clock

pytestmark = [pytest.mark.tryton, pytest.mark.timeout(900)]

SAMPLE = 24
_numbers = count(1)


class TrytonWorld:
    """The server, behind a way on which requests meet their fates in this process."""

    def __init__(self, server: Server) -> None:
        self._carrier = httpx.HTTPTransport()
        self._way = FaultyWay(self, Clock())
        self.faulty = self._way
        settings = server.shared._settings.model_copy(update={"longest_request_seconds": LATE_SECONDS})
        self.erp = TrytonErp(settings, transport=self._way)

    def begin(self, clock: Clock) -> CreditRequest:
        self._way.__init__(self, clock)  # type: ignore[misc]
        simulated(self.erp._client, clock)
        self._lists: dict[str, httpx.Response] = {}
        self._old: dict[str, httpx.Response] = {}
        return credit_request(f"BH-THREE{next(_numbers):04}")

    def documents(self, reference: str) -> list[ErpDocument]:
        return list(self.erp.find(reference))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.changes(request):
            self._old = dict(self._lists)
        carried = self._carrier.handle_request(request)
        data = carried.read()  # decoded
        kind = {"Content-Type": carried.headers.get("Content-Type", "")}
        answer = httpx.Response(carried.status_code, headers=kind, content=data)
        if "account.invoice?" in str(request.url):
            self._lists[str(request.url)] = answer
        return answer

    def changes(self, request: httpx.Request) -> bool:
        return request.method != "GET"

    def as_before(self, request: httpx.Request) -> httpx.Response | None:
        return self._old.get(str(request.url))

    def misnamed(self, data: bytes) -> bytes:
        said = json.loads(data) if data else None
        return json.dumps({**said, "id": said["id"] + 1_000_000}).encode() if isinstance(said, dict) else data

    def close(self) -> None:
        self.erp.close()
        self._carrier.close()


@pytest.fixture
def world(tryton: Server) -> Iterator[TrytonWorld]:
    one = TrytonWorld(tryton)
    yield one
    one.close()


def test_whatever_becomes_of_three_requests_there_is_one_note_in_tryton(world):
    chosen = Random(20260314).sample(SCHEDULES, SAMPLE)
    other = [(fates, found) for fates in chosen if (found := verdict(world, fates)) != ONCE]
    assert other == []
