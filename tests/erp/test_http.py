"""The HTTP client's endings: whatever goes wrong with a request is one of three remedies, and no text holds a key."""

import json
import logging
import pickle
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from connectors.erp.http import HttpClient, Pace, Refused, retry_after
from connectors.erp.port import AccessDenied
from connectors.erp.secrets import Secret, read_secret
from connectors.erp.throttle import Rate, Throttle
from schemas.errors import ConfigError, PermanentError, TransientError, UncertainError

KEY = "s3cret-key-of-the-tests"
QUICK, PATIENT = Pace(connect=0.5, silence=0.5, whole=1.0), Pace()  # only who does not answer is given up soon


class Other:
    """The other side on loopback: it reads a request whole, and does with the connection what the test says."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.requests: list[bytes] = []
        self.asked = threading.Event()
        self.does: Callable[[socket.socket], None] = lambda connection: answer(connection, 200, "{}")
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                connection.settimeout(60)
                with connection, suppress(OSError):
                    self.requests.append(_request(connection))
                    self.asked.set()
                    self.does(connection)

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(10)


def _request(connection: socket.socket) -> bytes:
    """A request with its body, or what came of one before the client went away."""
    data = b""
    while chunk := connection.recv(65536):
        data += chunk
        head, ended, body = data.partition(b"\r\n\r\n")
        stated = re.search(rb"(?i)content-length: *([0-9]+)", head)
        if ended and len(body) >= (int(stated[1]) if stated else 0):
            break
    return data


def answer(connection: socket.socket, status: int, body: str, *headers: str, told: int | None = None) -> None:
    data = body.encode()
    head = [
        f"HTTP/1.1 {status} X",
        f"Content-Length: {len(data) if told is None else told}",
        "Connection: close",
        *headers,
    ]
    connection.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + data)


@pytest.fixture
def other() -> Iterator[Other]:
    one = Other()
    yield one
    one.close()


def client_of(url: str, **options: object) -> HttpClient:
    options.setdefault("throttle", Throttle(Rate(1000, 1.0), sleep=lambda seconds: None))
    options.setdefault("pace", PATIENT)
    return HttpClient("The ERP", url, {"Authorization": Secret(KEY, "bearer ")}, **options)


@pytest.fixture
def client(other: Other) -> Iterator[HttpClient]:
    one = client_of(other.url, explain=lambda body: body.get("message") if isinstance(body, dict) else None)
    yield one
    one.close()


@pytest.fixture
def hasty_client(other: Other) -> Iterator[HttpClient]:
    one = client_of(other.url, pace=QUICK)
    yield one
    one.close()


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def silent(connection: socket.socket) -> None:
    """Not a word, until who asked hangs up."""
    connection.recv(1)


def drip(connection: socket.socket) -> None:
    """A byte now and then: never silent for long, and never done."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    with suppress(OSError):
        for _ in range(30):
            connection.sendall(b" ")
            time.sleep(0.1)


UNANSWERED: dict[str, Callable[[socket.socket], None]] = {
    "closed without a word": lambda c: None,
    "reset": reset,
    "silent": silent,
    "an answer that drips": drip,
    "half a head": lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-"),
    "no HTTP": lambda c: c.sendall(b"220 mail.example.com ESMTP\r\n"),
    "half a body": lambda c: answer(c, 200, '{"id": 1', told=50),
    "reset in the body": lambda c: (answer(c, 200, '{"id": 1', told=50), reset(c))[0],
    "truncated JSON": lambda c: answer(c, 200, '{"id": 1, "lines": ['),
    "not JSON": lambda c: answer(c, 200, "<html>it works</html>"),
    "not the gzip it says": lambda c: answer(c, 200, "plain", "Content-Encoding: gzip"),
    "500": lambda c: answer(c, 500, '{"message": "boom"}'),
    "502": lambda c: answer(c, 502, "<h1>Bad gateway</h1>"),
    "503": lambda c: answer(c, 503, ""),
    "504": lambda c: answer(c, 504, ""),
    "408": lambda c: answer(c, 408, ""),
}
ENDLESS = ("silent", "an answer that drips")


@pytest.mark.parametrize("ending", UNANSWERED)
def test_what_was_sent_and_not_answered_is_uncertain_when_it_changes_something(ending, other, client, hasty_client):
    other.does = UNANSWERED[ending]
    with pytest.raises(UncertainError, match=r"nobody knows.*Next: "):
        (hasty_client if ending in ENDLESS else client).change("POST", "/notes", {"amount": 1})
    assert other.asked.wait(60)
    assert len(other.requests) == 1, "what is uncertain is never sent again by itself"


@pytest.mark.parametrize("ending", UNANSWERED)
def test_the_same_ending_of_a_read_is_only_tried_again_later(ending, other, client, hasty_client):
    other.does = UNANSWERED[ending]
    with pytest.raises(TransientError, match="Next: "):
        (hasty_client if ending in ENDLESS else client).get("/notes")


def test_nothing_is_sent_to_who_does_not_listen():
    with socket.socket() as held:  # ours, so that nobody else listens there
        held.bind(("127.0.0.1", 0))
        client = client_of(f"http://127.0.0.1:{held.getsockname()[1]}")
        with pytest.raises(TransientError, match=r"nothing was sent.*Next: "):
            client.change("POST", "/notes", {})
        client.close()


@pytest.mark.parametrize("status", [400, 404, 409, 412, 422])
def test_a_refusal_keeps_the_other_sides_own_words(status, other, client):
    other.does = lambda c: answer(c, status, json.dumps({"message": "The period is\n closed."}))
    with pytest.raises(Refused, match=r"The period is closed\. Next: ") as caught:
        client.change("POST", "/notes", {})
    assert (caught.value.status, caught.value.said) == (status, "The period is closed")
    assert isinstance(caught.value, PermanentError)


@pytest.mark.parametrize("status", [401, 403, 407])
def test_a_refused_key_is_told_apart_from_a_refused_note(status, other, client):
    other.does = lambda c: answer(c, status, "<h1>No</h1>")
    with pytest.raises(AccessDenied, match="Next: "):
        client.change("POST", "/notes", {})


def test_a_redirect_is_not_followed(other, client):
    other.does = lambda c: answer(c, 307, "", f"Location: {other.url}/elsewhere")
    with pytest.raises(PermanentError, match="redirects are not followed"):
        client.change("POST", "/notes", {})
    assert len(other.requests) == 1


def test_an_answer_without_a_body_is_an_answer(other, client):
    other.does = lambda c: answer(c, 204, "")
    assert client.change("DELETE", "/notes/1") is None


FILE = b"%PDF-1.4\r\n\r\n\x00\xff not JSON"


def test_a_file_goes_out_and_comes_back_byte_for_byte(other, client, caplog):
    caplog.set_level(logging.DEBUG)
    other.does = lambda c: answer(c, 204, "")
    assert client.change("PATCH", "/notes/1/file", FILE, {"Content-Type": "application/pdf"}) is None
    (sent,) = other.requests
    assert sent.endswith(b"\r\n\r\n" + FILE)
    assert b"application/pdf" in sent.partition(b"\r\n\r\n")[0]
    assert "not JSON" not in caplog.text
    head = b"HTTP/1.1 200 X\r\nConnection: close\r\nContent-Length: "
    other.does = lambda c: c.sendall(head + str(len(FILE)).encode() + b"\r\n\r\n" + FILE)
    assert client.file("/notes/1/file") == FILE


@pytest.mark.parametrize("ending", ["half a body", "reset", "503"])
def test_half_a_file_is_none(ending, other, client):
    other.does = UNANSWERED[ending]
    with pytest.raises(TransientError, match="Next: "):
        client.file("/notes/1/file")


def test_a_file_that_nobody_could_read_back_is_not_sent(other, client, monkeypatch):
    monkeypatch.setattr("connectors.erp.http.FILE_BYTES_MAX", len(FILE) - 1)
    with pytest.raises(PermanentError, match=rf"would send {len(FILE)} bytes.*Next: "):
        client.change("PATCH", "/notes/1/file", FILE)
    assert other.requests == []


def test_busy_means_that_nothing_was_done_and_the_pause_that_it_asks_for_is_kept(other):
    slept: list[float] = []
    now = [100.0]
    throttle = Throttle(Rate(1000, 1.0), clock=lambda: now[0], sleep=slept.append)
    client = client_of(other.url, throttle=throttle)
    other.does = lambda c: answer(c, 429, "", "Retry-After: 7")
    with pytest.raises(TransientError, match="429"):
        client.change("POST", "/notes", {})
    other.does = lambda c: answer(c, 200, "{}")
    now[0] += 2
    client.change("POST", "/notes", {})
    assert slept == [5.0]
    client.close()


def test_a_pause_that_is_too_long_to_sleep_is_told_and_nothing_is_sent(other, client):
    other.does = lambda c: answer(c, 429, "", "Retry-After: 3600")
    for match in ("429", "asked for a pause"):
        with pytest.raises(TransientError, match=match):
            client.change("POST", "/notes", {})
    assert len(other.requests) == 1


def test_without_a_retry_after_pauses_grow_until_it_answers():
    now, slept = [0.0], []
    throttle = Throttle(Rate(1000, 1.0), clock=lambda: now[0], sleep=slept.append)
    for _ in range(4):
        throttle.pause(None)
        throttle.wait("The ERP")
        now[0] += slept[-1]
    throttle.answered()
    throttle.pause(None)
    throttle.wait("The ERP")
    assert slept == [1.0, 2.0, 4.0, 8.0, 1.0]


def test_no_more_requests_go_out_than_the_rate_allows():
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    throttle = Throttle(Rate(5, 1.0), clock=lambda: now[0], sleep=sleep)
    sent = []
    for _ in range(50):
        throttle.wait("The ERP")
        sent.append(now[0])
    assert sent[:5] == [0.0] * 5
    assert all(sum(start <= at < start + 1.0 - 1e-9 for at in sent) <= 10 for start in sent)
    assert sent[-1] == pytest.approx(9.0)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("soon", None),
        ("-1", None),
        ("Sun, 22 Nov 2026 10:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 09:00:00 GMT", 0.0),
        ("9" * 99, 999999999.0),
    ],
)
def test_retry_after_is_a_number_or_a_date(value, seconds):
    assert retry_after(value, datetime(2026, 11, 22, 10, tzinfo=UTC)) == seconds


@pytest.mark.parametrize(
    "url",
    ["http://erp.example.com", "ftp://erp.example.com", "erp.example.com", "https://u:p@erp.example.com", "https://"],
)
def test_an_address_that_would_show_the_key_or_is_none_is_refused(url):
    with pytest.raises(ConfigError, match="Next: "):
        client_of(url)


def test_a_certificate_that_nobody_signed_is_refused_and_the_key_is_not_shown_to_it(other, tmp_path):
    client = client_of(other.url.replace("http:", "https:"), pace=QUICK)
    with pytest.raises((TransientError, PermanentError), match="Next: "):
        client.change("POST", "/notes", {})
    assert all(KEY.encode() not in data for data in other.requests)
    client.close()


def test_the_key_goes_over_the_wire_and_nowhere_else(other, client, hasty_client, caplog):
    caplog.set_level(logging.DEBUG)
    texts = [repr(client), str(client), repr(vars(client)["_secrets"])]
    other.does = lambda c: answer(c, 400, json.dumps({"message": f"bad key bearer {KEY}!"}))
    for attempt in (lambda: client.change("POST", "/notes", {}), lambda: client.get("/notes")):
        with pytest.raises(Refused) as caught:
            attempt()
        texts += [str(caught.value), repr(caught.value), caught.value.said]
    other.does = lambda c: answer(c, 403, json.dumps({"message": f"user x, password {KEY}"}))
    with pytest.raises(AccessDenied) as denied:
        client.get("/notes")
    texts.append(str(denied.value))
    other.does = UNANSWERED["silent"]
    with pytest.raises(UncertainError) as lost:
        hasty_client.change("POST", "/notes", {})
    texts += [str(lost.value), caplog.text]
    assert any(f"bearer {KEY}".encode() in data for data in other.requests)
    assert all(KEY not in text for text in texts)
    with pytest.raises(TypeError):
        pickle.dumps(Secret(KEY))


def test_a_key_of_a_file_that_only_we_can_read_is_taken(tmp_path):
    path = tmp_path / "key"
    path.touch(0o600)
    path.write_text(f"{KEY}\n")
    assert read_secret("erp", path, None) == KEY
    assert read_secret("erp", None, "ERP_KEY", {"ERP_KEY": KEY}) == KEY


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o601])
def test_a_key_that_others_could_have_read_is_refused(mode, tmp_path):
    path = tmp_path / "key"
    path.write_text(KEY)
    path.chmod(mode)
    with pytest.raises(ConfigError, match=r"can be read by others.*Next: `chmod 600") as caught:
        read_secret("erp", path, None)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("called", ["key", "secret", "password"])
def test_a_fault_calls_the_key_as_the_settings_do(called, tmp_path):
    with pytest.raises(ConfigError, match=f"^erp: {called}_file .* cannot be read: .* put the {called} there"):
        read_secret("erp", tmp_path / "none", None, called=called)
    with pytest.raises(ConfigError, match=f"^erp: {called}_env names NOT_SET"):
        read_secret("erp", None, "NOT_SET", {}, called=called)
    with pytest.raises(ConfigError, match=f"Next: give `{called}_file` or `{called}_env`"):
        read_secret("erp", None, None, called=called)


@pytest.mark.parametrize("content", ["", "short", "two\nlines-of-text", "schlüssel-äöü", "with\x00zero-byte"])
def test_what_is_no_key_is_refused(content, tmp_path):
    path = tmp_path / "key"
    path.touch(0o600)
    path.write_text(content)
    with pytest.raises(ConfigError, match="Next: "):
        read_secret("erp", path, None)


@pytest.mark.parametrize(
    "given", [(None, None), ("key", "ERP_KEY"), ("no-such-file", None), (None, "NOT_SET"), (".", None)]
)
def test_a_key_comes_from_one_place_that_is_there(given, tmp_path):
    path, variable = given
    with pytest.raises(ConfigError, match="Next: "):
        read_secret("erp", tmp_path / path if path else None, variable, {"ERP_KEY": KEY})


def test_trust_can_be_put_into_an_authority_of_our_own(tmp_path):
    path = tmp_path / "authority.pem"
    path.write_text("no certificate")
    with pytest.raises(ConfigError, match="ca_file"):
        client_of("https://erp.example.com", ca_file=path)
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED
