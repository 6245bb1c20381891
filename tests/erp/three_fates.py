"""Open this when an adapter must be seen under three fates in a row: every schedule, and what became of the credit."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from random import Random

from pipelines.work.orphans import sweep_orphans
from pipelines.work.post import post_credits
from tests.erp.fate_worlds import World
from tests.erp.fates import FATES, STALE
from tests.work.intent_book import Clock, IntentBook

ATTEMPTS = 3
RUNS_MAX = 12
SCHEDULES = list(product(FATES, repeat=ATTEMPTS))

ONCE, TOLD = "posted once", "posted more than once, told, not booked"
# An ERP without drafts and without a key makes a document of every delivery of a posting, and a list that is not of
# now does not show what a lost answer has left: its customers' money then is in two documents until a person acts.
CAN_BE_DOUBLED: dict[str, frozenset[str]] = {
    "memory": frozenset(),
    "tryton": frozenset(),
    "odoo": frozenset(),
    "odoo, papers": frozenset(),
    "business central": frozenset(),
    "business central, papers": frozenset(),
    "sap": frozenset({"delivered twice", "stale list"}),
    "sap requests": frozenset(),
    "sap requests, papers": frozenset(),
}


def schedules(name: str, share: int) -> Iterator[tuple[str, ...]]:
    """Every schedule, or one in so many by seed."""
    random = Random(f"{name} 20260314")
    return (one for one in SCHEDULES if share == 1 or random.randrange(share) == 0)


def verdict(world: World, fates: Sequence[str]) -> str:
    """What becomes of a credit whose requests meet these fates; then all is well, and time passes."""
    clock = Clock()
    book = IntentBook(clock)
    reference = book.add(world.begin(clock))
    intent = book.rows[reference]
    world.faulty.script(fates)
    for attempt in range(RUNS_MAX):
        if attempt == ATTEMPTS:
            world.faulty.script(())
        post_credits(book, world.erp, "tester", clock)
        clock.forward(world.erp.capabilities.max_request_seconds + 31)
        if intent["state"] == "parked":
            if "times" in intent["problem"]:
                break
            intent |= {"state": "drafted"}  # a person releases it
        if intent["state"] == "posted" and attempt > ATTEMPTS:
            break
    sweep_orphans(book, world.erp)
    return judged(world, book, reference)


def judged(world: World, book: IntentBook, reference: str) -> str:
    """What the ERP and the books say of it."""
    row, documents = book.rows[reference], world.documents(reference)
    posted = [one for one in documents if one.state == "posted"]
    if len(posted) > 1 and row["state"] == "parked" and "times" in row["problem"] and not book.notes:
        return TOLD
    if row["state"] != "posted" or [one.state for one in documents] != ["posted"] or world.faulty.owes:
        return f"{row['state']} with {[one.state for one in documents]}: {row['problem']}"
    (note,), (document,) = book.notes, posted
    told = {name: note[name] for name in ("number", "draft_id", "currency", "net_minor", "tax_minor")}
    ties = told == {name: getattr(document, name) for name in told}
    asked = (document.net_minor, document.tax_minor) == (row["net_minor"], row["tax_minor"])
    return ONCE if ties and asked and len(book.movements) == 2 else f"books {note} and ERP {document} do not tie"


def verdicts(world: World, chosen: Iterable[tuple[str, ...]]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each schedule and its verdict. One whose last fates were not met says the same of all that begin like it."""
    known: dict[tuple[tuple[str, ...], bool], str] = {}
    for fates in chosen:
        # A fate that was not met is that of the next change, or of the next list; which of the two it was may matter.
        begins = ((fates[:met], fates[met] == STALE) for met in range(ATTEMPTS))
        found = next((known[begin] for begin in begins if begin in known), None)
        if found is None:
            found, met = verdict(world, fates), len(world.faulty.met)
            if met < ATTEMPTS:
                known[fates[:met], fates[met] == STALE] = found
        yield fates, found


def ensure_once(name: str, world: World, share: int) -> int:
    """Try the schedules; answers how many."""
    tried, other = 0, []
    for fates, found in verdicts(world, schedules(name, share)):
        tried += 1
        if found != ONCE and not (found == TOLD and CAN_BE_DOUBLED[name] & set(fates)):
            other.append((fates, found))
    assert other == []
    return tried
