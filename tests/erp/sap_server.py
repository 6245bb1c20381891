"""A third party's SAP, run as a process on loopback: it posts a reference as often as it is asked to."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from connectors.erp.sap.adapter import SapErp
from connectors.erp.sap.settings import SapSettings
from tests.contracts.conftest import free_port

LOGIN = "BACKHAUL:a-password-of-the-tests"
SLOW_SECONDS = 4.0  # above the client's patience, which is long enough for a busy machine


@dataclass
class SapServer:
    """A running system."""

    url: str
    folder: Path

    def erp(self, drafts: str = "drafts", **changed: object) -> SapErp:
        password = self.folder / "password"
        password.touch(0o600)
        password.write_text(LOGIN.partition(":")[2])
        given: dict[str, object] = {
            "kind": "sap",
            "url": self.url,
            "user": "BACKHAUL",
            "password_file": password,
            "revenue_account": "41000000",
            "tax_account": "22000000",
            "companies": {"WR01": "1010"},
            "customers": {"nordstad": "17100001", "lindhaus": "17100002"},
            "requests_per_second": 1000,
            "timeout_seconds": 2.5,
            "longest_request_seconds": 5,
        }
        return SapErp(SapSettings.model_validate(given | changed), self.folder / drafts)

    def fail(self, scenario: str, count: int = 1) -> None:
        """Let the next postings, and no others, meet this scenario of the system's own: slow, error, busy, lock ..."""
        rule = {"method": "POST", "match": "BAPI_ACC_DOCUMENT_POST", "scenario": scenario, "count": count}
        with httpx.Client(base_url=self.url, auth=tuple(LOGIN.split(":")), trust_env=False) as client:
            client.delete("/_mock/faults").raise_for_status()
            client.post("/_mock/faults", json=rule).raise_for_status()


@contextmanager
def running_sap(folder: Path) -> Iterator[SapServer]:
    """The system, ended by its own process when the block ends."""
    for tries in reversed(range(3)):
        url, process = _start(folder)
        if _answers(url, process):
            break
        assert tries, (folder / "sap.log").read_text()  # somebody else may have taken its port
    try:
        yield SapServer(url, folder)
    finally:
        process.terminate()
        process.wait(60)


def _start(folder: Path) -> tuple[str, "subprocess.Popen[bytes]"]:
    port = free_port()
    command = [sys.executable, "-m", "mocksap", "--port", str(port), "--auth", LOGIN, "-q"]
    command += ["--slow-ms", str(int(SLOW_SECONDS * 1000)), "--db", str(folder / "sap.sqlite")]
    with (folder / "sap.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    return f"http://127.0.0.1:{port}", process


def _answers(url: str, process: "subprocess.Popen[bytes]") -> bool:
    """Whether it lives and answers, however long a busy machine needs for that."""
    patience = time.monotonic() + 300
    while process.poll() is None and time.monotonic() < patience:
        with suppress(httpx.TransportError):
            httpx.get(url, trust_env=False, timeout=60)
            return process.poll() is None
        time.sleep(0.1)
    return False
