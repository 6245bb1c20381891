"""A way to a server on which requests that change something have a fate: lost, half answered, late, twice."""

import threading
import time
from collections import deque
from contextlib import suppress
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx


class Fate(StrEnum):
    """What becomes of a request that changes something."""

    OK = "ok"
    BUSY = "429"
    LOST = "lost on the way"
    FAILS = "500 before it is done"
    DONE_UNHEARD = "done, and the connection is cut"
    DONE_FAILS = "done, and 500"
    HALF = "done, and half an answer"
    LATE = "done after the caller gave up"
    TWICE = "delivered twice"


LATE_SECONDS = 1.0


class FaultyWay:
    """A proxy on loopback. ``script`` says what becomes of the next changing requests; then everything is well."""

    def __init__(self, target: str) -> None:
        self._fates: deque[Fate] = deque()
        self._late: list[threading.Thread] = []
        self.made: list[str] = []
        way, client = self, httpx.Client(base_url=target, timeout=120, trust_env=False)

        class Handler(BaseHTTPRequestHandler):
            def handle_one(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
                way.carry(self, lambda: client.request(self.command, self.path, content=body, headers=headers))

            do_GET = do_POST = do_PUT = do_DELETE = handle_one

            def log_message(self, *_: object) -> None:
                pass

        self._client = client
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def script(self, *fates: Fate) -> None:
        """The fates of the next changing requests, in order."""
        self._fates.extend(fates)

    def carry(self, handler: BaseHTTPRequestHandler, forward: "callable") -> None:
        """One request, by its fate."""
        changes = handler.command != "GET"
        fate = self._fates.popleft() if changes and self._fates else Fate.OK
        if changes:
            self.made.append(f"{handler.command} {handler.path.partition('/rest/model/')[2]}")
        if fate is Fate.LATE:
            self._late.append(threading.Thread(target=lambda: (time.sleep(LATE_SECONDS), forward())))
            self._late[-1].start()
        if fate in (Fate.LOST, Fate.LATE):
            handler.close_connection = True
            return
        if fate in (Fate.BUSY, Fate.FAILS):
            self._answer(handler, 429 if fate is Fate.BUSY else 500, b"")
            return
        answer = forward()
        if fate is Fate.TWICE:
            forward()
        if fate is Fate.DONE_UNHEARD:
            handler.close_connection = True
            return
        status, data = (500, b"") if fate is Fate.DONE_FAILS else (answer.status_code, answer.content)
        self._answer(handler, status, data, cut=len(data) // 2 if fate is Fate.HALF else None)

    @staticmethod
    def _answer(handler: BaseHTTPRequestHandler, status: int, data: bytes, cut: int | None = None) -> None:
        with suppress(OSError):
            handler.send_response(status)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(data)))
            handler.end_headers()
            handler.wfile.write(data[:cut])
        handler.close_connection = True

    def settle(self) -> None:
        """Wait until every late request has arrived."""
        for thread in self._late:
            thread.join(60)
        self._late.clear()

    def close(self) -> None:
        """Let nothing through any more."""
        self.settle()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
        self._client.close()
