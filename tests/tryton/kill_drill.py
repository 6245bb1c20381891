"""Kills a process that posts a credit into a real Tryton before and after its n-th request; run as a program.

``python -m tests.tryton.kill_drill URL DATABASE KEY_FILE FOLDER`` prints one JSON line a drill.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from connectors.erp.http import HttpClient
from connectors.erp.tryton.adapter import TrytonErp
from connectors.erp.tryton.settings import TrytonSettings
from connectors.store import Store
from connectors.store.owner import this_process
from pipelines.steps.credits import compose
from pipelines.work.post import post_credits
from schemas.outcome import Outcome
from schemas.partners import Limits
from tests.erp.credit_requests import BUYER, SELLER
from tests.store.conftest import Clock, World

SOLD = {"sold_on": date(2026, 3, 3)}  # INV-1003 of the seeded database: ten of VI-5


def prepared(url: str, name: str) -> str:
    """A store with one credit that is due; answers its reference."""
    with Store.open(url, Clock(), "drill") as store:
        world = World(store)
        world.decide(world.receive(world.announce(name, world.sell("INV-1003", **SOLD)), f"W-{name}"))
        composed = compose(
            store.credit_lines("nordstad"),
            sellers={"WR01": SELLER},
            buyers={"nordstad": BUYER},
            sequences=store.next_sequences("nordstad"),
            issued_on=date(2026, 3, 2),
            limits_of={"nordstad": Limits()},
        )
        rows = {"credit_intent": composed.intents, "credit_intent_line": composed.intent_lines}
        store.record(Outcome("intend", "nordstad", rows))
        return str(composed.intents["reference"][0].as_py())


def post(url: str, settings: TrytonSettings, hours: int) -> None:
    """One run of posting. All on one day: Tryton numbers notes in the order of their dates."""
    clock = Clock()
    clock.moment += timedelta(days=12, hours=hours)
    with Store.open(url, clock, "drill") as store:
        erp = TrytonErp(settings)
        post_credits(store, erp, this_process(), clock)
        erp.close()


def killed(work: Callable[[], None], before: int, after: int) -> bool:
    """Do the work in a process that dies before or after these requests; whether it died."""
    child = os.fork()
    if child == 0:
        strike(before, after)
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def strike(before: int, after: int) -> None:
    """From now on count the requests, and be gone before or after the n-th."""
    exchanged = HttpClient._exchanged
    made: list[None] = []

    def counted(client: HttpClient, request: Any) -> Any:
        made.append(None)
        if len(made) == before:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = exchanged(client, request)
        if len(made) == after:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    HttpClient._exchanged = counted


def drill(settings: TrytonSettings, folder: Path, point: int, before: bool) -> dict[str, Any]:
    """One killed process, and one after it that is left alone."""
    name = f"{'B' if before else 'A'}{point}"
    url = f"sqlite:///{folder / name}.db"
    reference = prepared(url, name)
    died = killed(lambda: post(url, settings, 0), point if before else 0, 0 if before else point)
    erp = TrytonErp(settings)
    between = [document.state for document in erp.find(reference)]
    killed(lambda: post(url, settings, 1), 0, 0)
    documents = erp.find(reference)
    erp.close()
    with Store.open(url, Clock(), "drill") as store:
        notes = store.table("credit_note").to_pylist()
        return {
            "point": name,
            "died": died,
            "between": between,
            "erp": [[one.state, one.number, one.digest, one.net_minor, one.tax_minor] for one in documents],
            "notes": [[one["number"], one["document_digest"], one["net_minor"], one["tax_minor"]] for one in notes],
            "intents": [row["state"] for row in store.table("credit_intent").to_pylist()],
            "wrong": [str(one) for one in (*store.verify(), *store.violations())],
        }


def main(url: str, database: str, key_file: str, folder: str) -> None:
    """Every request, before and after it, until a run gets through."""
    given = {"kind": "tryton", "url": url, "database": database, "key_file": key_file}
    settings = TrytonSettings.model_validate(given | {"customers": {"nordstad": "NORDSTAD"}})
    for before in (True, False):
        for point in range(1, 100):
            told = drill(settings, Path(folder), point, before)
            print(json.dumps(told), flush=True)
            if not told["died"]:
                break


if __name__ == "__main__":
    main(*sys.argv[1:])
