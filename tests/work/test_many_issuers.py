"""Many credits and eight issuers at once, in threads and processes, one of them late: each credit is one document.

The ERP is a table that the processes share; it would post every draft of a reference, however many there are.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from connectors.store import Store
from pipelines.work.intent_book import DUE_STATES
from tests.databases import PostgresDatabases, copied, dropped
from tests.postgres_server import USER
from tests.store.conftest import Clock
from tests.work.many_intents import make_due
from tests.work.table_erp import SCHEMA

ROOT = Path(__file__).parents[2]
ISSUERS = 8
SLEEPS_AFTER = ("bind", "lease", "create", "find", "post", "read posted")
Process = subprocess.Popen[str]


@contextmanager
def issuers(server: PostgresDatabases, erp: str, processes: int) -> Iterator[list[Process]]:
    """Eight issuers in so many processes."""
    threads = ISSUERS // processes
    with ExitStack() as stack:
        started = []
        for n in range(processes):
            command = [sys.executable, "-m", "tests.work.issuers", str(server.server.folder), USER, erp]
            command += [str(n * threads), str(threads)]
            process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            started.append(stack.enter_context(process))
            stack.callback(process.kill)
        yield started


def say(process: Process, words: str) -> None:
    assert process.stdin is not None
    process.stdin.write(words + "\n")
    process.stdin.flush()


def heard(process: Process) -> dict:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.stderr.read()[-4000:] if process.stderr else ""
    return json.loads(line)


def round_of(url: str, processes: list[Process], sleeps_after: str) -> list[dict]:
    """One round: the sleeper first, then all others; answers what each process did."""
    say(processes[0], f"sleep {sleeps_after} {url}")
    assert heard(processes[0]) == {"asleep": True}
    for process in processes:
        say(process, f"go {url}")
    return [heard(process) for process in processes]


def ensure_each_once(server: PostgresDatabases, intents: int, rounds: int, processes: int) -> int:
    """So many rounds on copies of one store; answers how many documents there are, which is what was asked for."""
    template, erp = server.new(Path()), server.new(Path())
    with Store.open(template, Clock(), "tester") as store:
        references = make_due(store, intents)
    database = erp.rpartition("/")[2].partition("?")[0]
    with server.raw(erp) as raw:
        for statement in SCHEMA.split(";")[:-1]:
            raw.rows(statement)
        documents = 0
        with issuers(server, database, processes) as started:
            for number in range(rounds):
                url = copied(template, Path())
                ended = round_of(url, started, SLEEPS_AFTER[number % len(SLEEPS_AFTER)])
                ensure_ties(url, references, ended)
                dropped(url)
                counted = raw.rows("select reference, count(posted_on), count(*) from erp_document group by 1")
                assert sorted(counted) == sorted((one, 1, 1) for one in references)
                documents += raw.rows("select count(*) from erp_document")[0][0]
                raw.rows("truncate erp_document restart identity")
    for url in (template, erp):
        dropped(url)
    return documents


def ensure_ties(url: str, references: list[str], ended: list[dict]) -> None:
    """Each credit was posted by one issuer and is in the books once; whoever slept was fenced."""
    assert sum(one["posted"] for one in ended) + ended[0]["late"]["posted"] == len(references), ended
    assert sum(one["parked"] + one["uncertain"] for one in ended) == 0
    assert ended[0]["late"]["waiting"] > 0
    with Store.open(url, Clock(), "tester") as store:
        assert sorted(store.table("credit_note")["reference"].to_pylist()) == sorted(references)
        assert store.intents(DUE_STATES).num_rows == 0
        assert store.verify() == []


def test_thirty_credits_and_eight_issuers_make_thirty_documents(postgresql: Callable[[], PostgresDatabases]) -> None:
    assert ensure_each_once(postgresql(), intents=30, rounds=1, processes=2) == 30


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_a_thousand_credits_and_eight_issuers_in_twenty_rounds_make_twenty_thousand_documents(
    postgresql: Callable[[], PostgresDatabases],
) -> None:
    assert ensure_each_once(postgresql(), intents=1000, rounds=20, processes=4) == 20_000
