"""A posted credit that was wrong is taken back by a counter-document, whole or in part, and every book ties."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.erp.file_out import FileOutErp
from connectors.erp.memory import MemoryErp
from connectors.store import Store
from pipelines.credit_back import wanted_of
from pipelines.steps.credits import compose
from pipelines.steps.grouping import NoteTerms
from pipelines.steps.reversals import Wanted
from pipelines.work.approve import approve
from pipelines.work.endings import Posted
from pipelines.work.post import post_credits
from pipelines.work.reverse import reverse, take_back_uncounted, withdraw
from schemas.errors import PermanentError
from schemas.ledger import Bucket
from schemas.outcome import Outcome
from schemas.partners import Limits, Policy
from schemas.policies import without_days
from tests.erp.credit_requests import BUYER, SELLER
from tests.store.conftest import Clock, World, rows

RETAILER = "nordstad"


@dataclass(frozen=True)
class _Hub:
    """As much of a hub as taking back and approving ask for."""

    store: Store
    erp: Any
    catalog: Any
    now: Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the schema and nothing in it, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "hub.db"
    Store.open(f"sqlite:///{path}", Clock()).close()
    return path


@pytest.fixture
def hub(empty: Path, tmp_path: Path, clock: Clock) -> Iterator[Any]:
    policy = without_days(Policy())
    folder = SimpleNamespace(policies=(policy,))
    shutil.copy(empty, tmp_path / "hub.db")
    with Store.open(f"sqlite:///{tmp_path / 'hub.db'}", clock, "tester") as store:
        yield _Hub(store, FileOutErp(tmp_path / "erp"), SimpleNamespace(partner=lambda name: folder), clock)


def credited(hub: Any, *lines: dict[str, Any]) -> str:
    """A posted credit of these lines: units, net and tax, and what of it is credited; answers its reference."""
    world = World(hub.store)
    for number, line in enumerate(lines or ({},), 1):
        amounts = {"units": 4, "net": 400, "tax": 80} | {k: v for k, v in line.items() if k != "credit_net"}
        portion = world.announce(f"R{number}", world.sell(f"INV{number}"), **amounts)
        world.decide(world.receive(portion, f"W{number}", **amounts), credit_net=line.get("credit_net"))
    composed = compose(
        hub.store.credit_lines(RETAILER),
        sellers={"WR01": SELLER},
        buyers={RETAILER: BUYER},
        sequences=hub.store.next_sequences(RETAILER),
        issued_on=date(2026, 3, 2),
        limits_of={RETAILER: Limits()},
        notes_of={RETAILER: NoteTerms(per="retailer")},
    )
    made = {"credit_intent": composed.intents, "credit_intent_line": composed.intent_lines}
    hub.store.record(Outcome("intend", RETAILER, made))
    assert post(hub) == Posted(posted=1)
    return str(composed.intents["reference"][0])


def post(hub: Any) -> Posted:
    return post_credits(hub.store, hub.erp, "run-1", hub.now)


def taken_back(hub: Any, reference: str, *wanted: Wanted) -> str:
    """Prepared by one person, approved by another one, posted."""
    made = reverse(hub, reference, "counted twice", "Ada", wanted)
    assert approve(hub, made.reference, "Ben").missing == 0
    assert post(hub) == Posted(posted=1)
    return made.reference


def balance(hub: Any, line: str = "R1") -> dict[str, tuple[int, int, int]]:
    """Units, net and tax of the buckets that hold something."""
    held: dict[str, tuple[int, int, int]] = {}
    for row in hub.store.table("movement", portion=f"{RETAILER}/{line}/1#1").to_pylist():
        for bucket, sign in ((row["to_bucket"], 1), (row["from_bucket"], -1)):
            before = held.get(bucket, (0, 0, 0))
            amounts = (row["units"], row["net_minor"], row["tax_minor"])
            held[bucket] = tuple(a + sign * b for a, b in zip(before, amounts, strict=True))  # type: ignore[assignment]
    return {name: amounts for name, amounts in held.items() if any(amounts) and name != Bucket.SOLD}


def sold_line(hub: Any, line: str = "INV1") -> dict[str, int]:
    (row,) = hub.store.table("creditable", invoice_line=f"WR01/{line}/1").to_pylist()
    return {name: row[name] for name in ("units_taken", "net_taken", "units_credited", "net_credited", "tax_credited")}


def books_tie(hub: Any) -> bool:
    return (hub.store.violations(), hub.store.verify()) == ([], [])


def test_a_whole_credit_is_taken_back_and_its_units_can_be_returned_again(hub):
    reference = credited(hub)
    counter = taken_back(hub, reference)
    assert counter != reference
    (intent,) = hub.store.table("credit_intent", reference=counter).to_pylist()
    assert (intent["kind"], intent["reverses"], intent["sequence"], intent["state"]) == (
        "reversal", reference, 2, "posted",
    )  # fmt: skip
    assert balance(hub) == {"reversed": (4, 400, 80)}
    assert set(sold_line(hub).values()) == {0}
    (note,) = hub.store.table("credit_note", reference=counter).to_pylist()
    assert (note["number"], note["net_minor"], note["tax_minor"]) == ("DN-000001", 400, 80)
    assert books_tie(hub)


def test_units_are_taken_back_in_parts_that_sum_to_the_line_to_the_cent(hub):
    reference = credited(hub, {"units": 3, "net": 100, "tax": 20, "credit_net": 50})
    for _ in range(3):
        taken_back(hub, reference, Wanted(1, units=1))
        assert books_tie(hub)
    assert [row["net_minor"] for row in hub.store.table("reversal_line").to_pylist()] != []
    # 50 credited and 50 left out of the price, all of it back
    assert balance(hub) == {"reversed": (3, 100, 20)}
    assert set(sold_line(hub).values()) == {0}
    with pytest.raises(PermanentError, match="taken back before"):
        reverse(hub, reference, "again", "Ada")


def test_a_price_that_was_too_high_is_charged_without_units(hub):
    reference = credited(hub)
    counter = taken_back(hub, reference, Wanted(1, net_should_be=Decimal("3.10")))
    assert balance(hub) == {"credited": (4, 310, 62), "withheld": (0, 90, 18)}
    assert sold_line(hub) == {"units_taken": 4, "net_taken": 400, "units_credited": 4, "net_credited": 310,
                              "tax_credited": 62}  # fmt: skip
    assert hub.store.table("credit_intent", reference=counter)["kind"].to_pylist() == ["correction"]
    taken_back(hub, reference)  # and later all the rest, with what the correction had left out
    assert balance(hub) == {"reversed": (4, 400, 80)}
    assert books_tie(hub)


def test_some_lines_of_a_note_are_taken_back(hub):
    reference = credited(hub, {}, {"units": 2, "net": 333, "tax": 67})
    taken_back(hub, reference, *wanted_of(["2"], []))
    assert balance(hub, "R1") == {"credited": (4, 400, 80)}
    assert balance(hub, "R2") == {"reversed": (2, 333, 67)}
    assert books_tie(hub)


def test_the_ledger_of_credits_sums_to_what_is_still_credited(hub):
    reference = credited(hub)
    taken_back(hub, reference, Wanted(1, units=1))
    notes = hub.store.query("reports/credit_notes.sql").to_pylist()
    assert [(n["kind"], n["number"], n["of"], n["units"], n["net_minor"]) for n in notes] == [
        ("credit", "CN-000001", None, 4, 400), ("correction", "DN-000001", "CN-000001", -1, -100),
    ]  # fmt: skip
    assert sum(hub.store.day_totals(RETAILER)["of_sold_minor"].to_pylist()) == 300


def test_who_prepares_it_does_not_approve_it(hub):
    reference = credited(hub)
    made = reverse(hub, reference, "counted twice", " Ada  Lind ")
    assert post(hub) == Posted()
    with pytest.raises(PermanentError, match="Ada Lind prepared it"):
        approve(hub, made.reference, "ada lind")
    assert approve(hub, made.reference, "Ben").amount == "4.80 GBP"


@pytest.mark.parametrize(("why", "by"), [(" ", "Ada"), ("counted twice", " ")])
def test_it_needs_a_name_and_a_reason(hub, why, by):
    with pytest.raises(PermanentError, match="needs a name and a reason"):
        reverse(hub, credited(hub), why, by)


def test_one_at_a_time_of_a_credit_until_it_is_posted_or_withdrawn(hub):
    reference = credited(hub)
    first = reverse(hub, reference, "counted twice", "Ada").reference
    with pytest.raises(PermanentError, match=rf"being taken back by {first} \(needs approval\)"):
        reverse(hub, reference, "counted twice", "Ada")
    assert withdraw(hub, first, "it was right", "Cleo") == "4.80 GBP"
    assert balance(hub) == {"credited": (4, 400, 80)}
    assert books_tie(hub)
    with pytest.raises(PermanentError, match="is withdrawn"):
        approve(hub, first, "Ben")
    taken_back(hub, reference)
    assert books_tie(hub)


def test_what_goes_out_or_is_a_credit_is_not_withdrawn(hub):
    reference = credited(hub)
    with pytest.raises(PermanentError, match="no counter-document"):
        withdraw(hub, reference, "w", "Ada")
    counter = taken_back(hub, reference)
    with pytest.raises(PermanentError, match="posted and cannot be withdrawn"):
        withdraw(hub, counter, "w", "Ada")
    with pytest.raises(PermanentError, match="is a reversal itself"):
        reverse(hub, counter, "w", "Ada")


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ([Wanted(1, units=5)], "4 units left"),
        ([Wanted(1, units=0)], "4 units left"),
        ([Wanted(2)], "has no line 2"),
        ([Wanted(1), Wanted(1, units=1)], "named twice"),
        ([Wanted(1, net_should_be=Decimal("4.00"))], "only a lower amount"),
        ([Wanted(1, net_should_be=Decimal("-1"))], "only a lower amount"),
    ],
)
def test_no_more_is_taken_back_than_was_credited(hub, wanted, says):
    reference = credited(hub)
    with pytest.raises(PermanentError, match=says):
        reverse(hub, reference, "counted twice", "Ada", wanted)


def test_what_is_not_posted_is_not_taken_back(hub):
    world = World(hub.store)
    intent = world.intend(world.decide(world.receive(world.announce("R1", world.sell()), "W1")))
    with pytest.raises(PermanentError, match="is not posted: it is ready"):
        reverse(hub, intent, "w", "Ada")
    with pytest.raises(PermanentError, match="There is no credit"):
        reverse(hub, "BH-NONE", "w", "Ada")


def test_the_database_refuses_more_than_was_credited_whoever_asks(hub):
    reference = credited(hub)
    made = reverse(hub, reference, "counted twice", "Ada", [Wanted(1, units=3)])
    world = World(hub.store)
    # what a program without sense would book: more units than are credited
    with pytest.raises(Exception, match=r"less in credited|creditable"):
        world.record("post", movement=world.move(f"{RETAILER}/R1/1#1", "credited", "reversed", made.reference, 5, 400))


def test_an_erp_without_counter_documents_leaves_it_to_a_person(hub):
    reference = credited(hub)
    without = replace(hub, erp=MemoryErp(counter_documents=False))
    made = reverse(hub, reference, "counted twice", "Ada")
    approve(hub, made.reference, "Ben")
    assert post(without) == Posted(parked=1)
    (intent,) = hub.store.table("credit_intent", reference=made.reference).to_pylist()
    assert "writes no such document. Next: charge it in the ERP by hand" in intent["problem"]
    assert without.erp.documents == []
    withdraw(hub, made.reference, "charged by hand as 4711", "Cleo")
    assert books_tie(hub)


def uncounted(hub: Any, receipt: str, units: int) -> str:
    """A later version of a receipt that does not count so many decided units of the line; answers the document."""
    world = World(hub.store)
    part = world.document(receipt, "receipt", "harwich")
    document = str(part["document"]["document"][0].as_py())
    told = {"return_line": f"{RETAILER}/R1/1", "kind": "decided", "units": units}
    found = rows("difference", told | {"receipt_document": document, "receipt_line_no": 0})
    world.record("process receipt", **part, difference=found)
    return document


def test_credited_units_that_a_later_receipt_does_not_count_are_prepared_to_be_taken_back(hub):
    reference = credited(hub)
    document = uncounted(hub, "W1-again", 3)
    assert take_back_uncounted(hub, RETAILER) == 1
    (intent,) = hub.store.table("credit_intent", reverses=reference).to_pylist()
    assert (intent["state"], intent["kind"], intent["net_minor"]) == ("needs_approval", "correction", 300)
    assert intent["problem"] == (
        "correction of CN-000001, by receipt W1-again: receipt W1-again does not count these units any more"
    )
    (line,) = hub.store.reversal_lines(intent["reference"]).to_pylist()
    assert (line["units"], line["cause"]) == (3, document)
    assert take_back_uncounted(hub, RETAILER) == 0, "it is under way"
    approve(hub, intent["reference"], "Ben")
    assert post(hub) == Posted(posted=1)
    assert take_back_uncounted(hub, RETAILER) == 0, "it is done"
    assert balance(hub) == {"credited": (1, 100, 20), "reversed": (3, 300, 60)}
    assert books_tie(hub)


def test_a_person_may_say_that_the_receipt_is_wrong_and_it_is_not_prepared_again(hub):
    reference = credited(hub)
    uncounted(hub, "W1-again", 3)
    take_back_uncounted(hub, RETAILER)
    (counter,) = hub.store.table("credit_intent", reverses=reference)["reference"].to_pylist()
    withdraw(hub, counter, "the first count was right", "Ben")
    assert take_back_uncounted(hub, RETAILER) == 0
    assert books_tie(hub)


@pytest.mark.parametrize(
    ("lines", "nets", "wanted"),
    [
        ([], [], []),
        (["2", "3:4"], [], [Wanted(2), Wanted(3, units=4)]),
        (["2"], ["1:41.50"], [Wanted(2), Wanted(1, net_should_be=Decimal("41.50"))]),
    ],
)
def test_lines_units_and_amounts_as_they_are_typed(lines, nets, wanted):
    assert wanted_of(lines, nets) == wanted


@pytest.mark.parametrize(("lines", "nets"), [(["two"], []), (["2:x"], []), ([], ["1"]), ([], ["1:nan"])])
def test_what_cannot_be_read_is_told(lines, nets):
    with pytest.raises(Exception, match="write one like"):
        wanted_of(lines, nets)
