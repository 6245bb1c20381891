"""Open this when one request of a run must meet a fate of its own: what becomes of it, and who lets it meet that."""

from collections.abc import Callable

import httpx

Answer = Callable[[], httpx.Response]

FATES: dict[str, Callable[[Answer], httpx.Response]] = {
    "lost before": lambda send: (_ for _ in ()).throw(httpx.ReadTimeout("silence")),
    "lost after": lambda send: (send(), (_ for _ in ()).throw(httpx.ReadTimeout("silence")))[1],
    "not reached": lambda send: (_ for _ in ()).throw(httpx.ConnectError("nobody there")),
    "408": lambda send: httpx.Response(408),
    "500 after": lambda send: (send(), httpx.Response(500))[1],
    "503": lambda send: httpx.Response(503, headers={"Retry-After": "0"}),
    "429": lambda send: httpx.Response(429, headers={"Retry-After": "0"}),
    "cut off": lambda send: httpx.Response(200, content=send().read()[:9] + b"..."),
    "twice": lambda send: (send(), send())[0],
}


class Died(BaseException):
    """The process ends here."""


def dies_before(send: Answer) -> httpx.Response:
    raise Died


def dies_after(send: Answer) -> httpx.Response:
    send()
    raise Died


class Unlucky:
    """A double of which one request has a fate of its own."""

    def __init__(
        self, double: Callable[[httpx.Request], httpx.Response], failing: int, fate: Callable[[Answer], httpx.Response]
    ) -> None:
        self.asked = 0
        self._double, self._failing, self._fate = double, failing, fate

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.asked - 1 != self._failing:
            return self._double(request)
        return self._fate(lambda: self._double(request))
