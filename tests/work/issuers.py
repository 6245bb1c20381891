"""A process of several issuers, each a thread with its own store and ERP; run as a program, told by lines what to do.

``sleep STEP URL``: one issuer takes a lease, does this step of its first credit, and falls asleep. ``go URL``: all
others post what is due, an hour later by their clocks, so that the sleeper's lease is over; it wakes when they have
posted its credit. Each answers with a line of JSON.
"""

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict

from connectors.store import Store
from pipelines.work.endings import Posted
from pipelines.work.intent_book import DUE_STATES
from pipelines.work.post import post_credits
from tests.store.conftest import Clock
from tests.work.table_erp import TableErp

PASSES_MAX = 400
SLEEP_SECONDS_MAX = 240.0


def issue(url: str, erp_at: list[str], owner: str, late: bool, on_step: Callable[[Store, str, str], None]) -> Posted:
    """Post what is due until nothing is."""
    clock = Clock()
    if not late:
        clock.pass_(hours=1)
    total = Posted()
    erp = TableErp(*erp_at)
    with Store.open(url, clock, owner) as store:
        for _ in range(PASSES_MAX):
            total += post_credits(store, erp, owner, clock, on_step=lambda step, one: on_step(store, step, one))
            if late or not store.intents(DUE_STATES).num_rows:
                break
            time.sleep(0.02)
    erp.close()
    return total


class Sleeper:
    """Falls asleep after one step of its first credit, until others have posted it."""

    def __init__(self, step: str, asleep: Callable[[], None]) -> None:
        self._step = step
        self._asleep = asleep
        self.reference: str | None = None

    def __call__(self, store: Store, step: str, reference: str) -> None:
        if step != self._step or self.reference is not None:
            return
        self.reference = reference
        self._asleep()
        until = time.monotonic() + SLEEP_SECONDS_MAX
        while store.table("credit_intent", reference=reference)["state"][0].as_py() != "posted":
            assert time.monotonic() < until, f"nobody posted {reference}"
            time.sleep(0.05)


def tell(**said: object) -> None:
    """One line for whoever started us."""
    print(json.dumps(said), flush=True)


def main(erp_at: list[str], first: int, threads: int) -> None:
    """Do what the lines say until they end."""
    asleep: Future[Posted] | None = None
    with ThreadPoolExecutor(threads) as pool:
        for line in sys.stdin:
            word, *step, url = line.split()
            if word == "sleep":
                sleeper = Sleeper(" ".join(step), lambda: tell(asleep=True))
                asleep = pool.submit(issue, url, erp_at, "the sleeper", True, sleeper)
                asleep.add_done_callback(lambda done, of=sleeper: of.reference or tell(asleep=False, told=str(done)))
                continue
            awake = range(first + (asleep is not None), first + threads)
            work = [pool.submit(issue, url, erp_at, f"issuer {n}", False, lambda *_: None) for n in awake]
            total = sum((one.result() for one in work), Posted())
            late = asdict(asleep.result()) if asleep else None
            tell(**asdict(total), late=late)
            asleep = None


if __name__ == "__main__":
    main(sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5]))
