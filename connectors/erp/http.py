"""Open this when an ERP is reached over HTTP: one well-kept client, and what each ending of a request means.

    nothing left us, or the other side took nothing (429)          TransientError
    it was sent, and nobody knows: time-out, reset, 5xx, half an    UncertainError; TransientError where it only reads
      answer
    the other side said no (4xx), or is not who it should be        Refused, a PermanentError, with its own words
    our key or its rights are not enough (401, 403)                 AccessDenied, a PermanentError for all alike

Redirects are not followed, proxies and netrc of the environment are not used, and no text of ours holds the key.
"""

import json
import re
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from connectors.erp.port import AccessDenied
from connectors.erp.secrets import Secret
from connectors.erp.throttle import Throttle
from schemas.errors import ConfigError, PermanentError, TransientError, UncertainError

ANSWER_BYTES_MAX = 32 * 1024 * 1024
FILE_BYTES_MAX = ANSWER_BYTES_MAX  # what is sent must be readable again
_WORDS_MAX = 500  # of what the other side says in a refusal
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_DENIED = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.PROXY_AUTHENTICATION_REQUIRED)
_AWAY = (httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE)
_TAG = re.compile(r"<[^<>]*>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")

Params = Sequence[tuple[str, str]]
Explain = Callable[[Any], str | None]


class Refused(PermanentError):
    """The other side refused: ``status`` and its own words in ``said``."""

    def __init__(self, text: str, status: int, said: str) -> None:
        super().__init__(text)
        self.status = status
        self.said = said


@dataclass(frozen=True, slots=True)
class Pace:
    """How long we wait for the other side, in seconds. ``whole``: from the first byte sent to the last one read."""

    connect: float = 10.0
    silence: float = 60.0
    whole: float = 120.0


class HttpClient:
    """A client of one address with one key. One connection serves many requests; any number of threads may use it."""

    def __init__(
        self,
        name: str,
        url: str,
        headers: Mapping[str, Secret],
        *,
        pace: Pace = Pace(),
        throttle: Throttle | None = None,
        ca_file: Path | None = None,
        explain: Explain = lambda body: None,
        also_secret: Sequence[Secret] = (),  # may grow while the client lives
        numbers: Callable[[str], Any] = float,  # how a number with a fraction is read
        transport: httpx.BaseTransport | None = None,  # what carries the requests instead of the network
    ) -> None:
        self._name = name
        self._url = _checked(url)
        self._secrets = tuple(headers.values())
        self._also_secret = also_secret
        self._numbers = numbers
        self._pace = pace
        self._throttle = throttle or Throttle()
        self._explain = explain
        self._client = httpx.Client(
            headers={key: secret.reveal() for key, secret in headers.items()} | {"Accept": "application/json"},
            timeout=httpx.Timeout(pace.silence, connect=pace.connect, pool=pace.connect),
            verify=_trust(ca_file) if transport is None else False,  # another transport has no certificates to look at
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    def __repr__(self) -> str:
        return f"HttpClient({self._url})"

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def get(self, path: str, params: Params | None = None, headers: Mapping[str, str] | None = None) -> Any:
        """What is there, as JSON. TransientError: try again; Refused: its status says why."""
        return self._send("GET", path, changes=False, params=params, headers=headers)[0]

    def headers(
        self, path: str, params: Params | None = None, headers: Mapping[str, str] | None = None
    ) -> Mapping[str, str]:
        """The headers of what is there; their names in any case."""
        return self._send("GET", path, changes=False, params=params, headers=headers)[1]

    def ask(
        self,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Any:
        """The answer to a POST (JSON, or a form) that changes nothing, as JSON: faults as of ``get``."""
        return self._send("POST", path, changes=False, body=body, headers=headers, form=form)[0]

    def file(self, path: str, headers: Mapping[str, str] | None = None) -> bytes:
        """What is there, byte for byte: faults as of ``get``."""
        found: bytes = self._send("GET", path, changes=False, headers={"Accept": "*/*", **(headers or {})}, whole=True)[
            0
        ]
        return found

    def change(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """The answer to a request that changes something, as JSON. UncertainError: nobody knows whether it did.

        A body of bytes is sent as it is, any other as JSON. PermanentError: it has more than FILE_BYTES_MAX bytes.
        """
        if isinstance(body, bytes) and len(body) > FILE_BYTES_MAX:
            raise PermanentError(
                f"{self._name}: {method} {path} would send {len(body)} bytes, and {FILE_BYTES_MAX} are the most. "
                "Next: a person puts the file into the ERP, or makes it smaller, then releases the intent."
            )
        return self._send(method, path, changes=True, body=body, headers=headers)[0]

    def _send(
        self,
        method: str,
        path: str,
        *,
        changes: bool,
        params: Params | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        whole: bool = False,
    ) -> tuple[Any, httpx.Headers]:
        self._throttle.wait(self._name)
        doing = f"{self._name}: {method} {path}"
        file = body if isinstance(body, bytes) else None
        request = self._client.build_request(
            method,
            self._url + path,
            params=list(params) if params else None,
            content=file,
            json=body if file is None else None,
            data=dict(form) if form else None,
            headers=dict(headers or {}),
        )
        try:
            status, answer_headers, data = self._exchanged(request)
        except _NOT_SENT as fault:
            raise self._unreached(fault) from None
        except (httpx.HTTPError, httpx.StreamError, _CutOff) as fault:
            raise _unknown(f"{doing} was not answered ({_kind(fault)})", changes) from None
        if status == httpx.codes.TOO_MANY_REQUESTS:
            raise self._busy(answer_headers)
        if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.REQUEST_TIMEOUT:
            if status in _AWAY:
                self._pause(answer_headers)
            raise _unknown(f"{doing} was answered with {status}", changes)
        self._throttle.answered()
        if whole and status < httpx.codes.MULTIPLE_CHOICES:
            return data, answer_headers
        return self._understood(doing, status, data, changes), answer_headers

    def _exchanged(self, request: httpx.Request) -> tuple[int, httpx.Headers, bytes]:
        """Status, headers and the whole body, within the time and size that an answer may have."""
        deadline = time.monotonic() + self._pace.whole
        response = self._client.send(request, stream=True)
        try:
            data = bytearray()
            for part in response.iter_bytes():
                data += part
                if len(data) > ANSWER_BYTES_MAX:
                    raise _CutOff(f"more than {ANSWER_BYTES_MAX // 2**20} MB")
                if time.monotonic() > deadline:
                    raise _CutOff(f"longer than {self._pace.whole:g} s")
            return response.status_code, response.headers, bytes(data)
        finally:
            response.close()

    def _understood(self, doing: str, status: int, data: bytes, changes: bool) -> Any:
        """The body of an answer that is no fault of transport. Refused: it is a refusal."""
        try:
            body = json.loads(data, parse_float=self._numbers) if data.strip() else None
        except ValueError:
            body = None
            if status < httpx.codes.MULTIPLE_CHOICES:
                raise _unknown(f"{doing} was answered with something that is not whole JSON", changes) from None
        if status < httpx.codes.MULTIPLE_CHOICES:
            return body
        said = self._said(body, data)
        told = f"{doing} was refused ({status}): {said or 'no reason given'}. {_remedy(status)}"
        raise AccessDenied(told) if status in _DENIED else Refused(told, status, said)

    def _said(self, body: Any, data: bytes) -> str:
        """The other side's own words: short, one line, without any key of ours."""
        if body is None and data.lstrip()[:1] in (b"{", b"["):
            return "an answer that was cut off"  # what stands in it may be for nobody's eyes, such as a traceback
        text = (self._explain(body) if body is not None else None) or _TAG.sub(" ", data.decode("utf-8", "replace"))
        for secret in (*self._secrets, *self._also_secret):
            text = secret.hidden_in(text)
        return " ".join(_CONTROL.sub(" ", text).split())[:_WORDS_MAX].rstrip(". ")

    def _unreached(self, fault: httpx.TransportError) -> TransientError | PermanentError:
        cause: BaseException | None = fault
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return PermanentError(
                    f"{self._name}: {self._url} shows a certificate that is not trusted ({cause.verify_message}). "
                    "Next: name the file of the authority that signed it under erp: ca_file."
                )
            cause = cause.__cause__ or cause.__context__
        return TransientError(
            f"{self._name}: {self._url} cannot be reached ({_kind(fault)}); nothing was sent. "
            "Next: it is tried again; if it stays, see that the server runs and the address under erp: url is right."
        )

    def _busy(self, headers: httpx.Headers) -> TransientError:
        self._pause(headers)
        return TransientError(f"{self._name} takes no more requests for now (429). Next: nothing, it is tried again.")

    def _pause(self, headers: httpx.Headers) -> None:
        self._throttle.pause(retry_after(headers.get("Retry-After"), datetime.now(UTC)))


class _CutOff(Exception):
    """We stopped reading an answer."""


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110: a number, or a date); None where it says nothing."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value.strip()[:9])
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ConfigError(
            "erp: url must be an address such as https://erp.example.com, without user, query or fragment. "
            "Next: correct it in the settings."
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ConfigError(
            f"erp: url goes to {parts.hostname} without TLS, and the key would be readable on the way. "
            "Next: use https; http is for this machine only."
        )
    return url.rstrip("/")


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context() if ca_file is None else ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as fault:
        raise ConfigError(
            f"erp: ca_file {ca_file} cannot be used: {fault.strerror or fault}. Next: correct it."
        ) from None


def _unknown(told: str, changes: bool) -> UncertainError | TransientError:
    if changes:
        return UncertainError(f"{told}; nobody knows whether it took effect. Next: nothing, it is looked up later.")
    return TransientError(f"{told}. Next: nothing, it is tried again.")


def _remedy(status: int) -> str:
    if status == httpx.codes.FORBIDDEN:
        return "Next: give the key's user the rights that docs/erp lists; `backhaul erp check` tells which are missing."
    if status in _DENIED:
        return "Next: put a valid key where the settings say; `backhaul erp check` tells when it is taken."
    if status < httpx.codes.BAD_REQUEST:
        return "Next: put the address that it redirects to under erp: url; redirects are not followed."
    return "Next: a person corrects it in the ERP, then releases the intent."


def _kind(fault: BaseException) -> str:
    return str(fault) if isinstance(fault, _CutOff) else type(fault).__name__
