"""Goods of a lower grade on the real store: the note says less than the invoice, and every book ties."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from rich.text import Text

from connectors.erp.file_out import FileOutErp
from connectors.store import StaleError, Store
from pipelines.explain_deciding import priced_in_words
from pipelines.steps import decide
from pipelines.steps.credits import compose
from pipelines.steps.facts import Known
from pipelines.work.endings import Posted
from pipelines.work.post import post_credits
from pipelines.work.settle import next_edition
from schemas.errors import PermanentError, TransientError
from schemas.outcome import Outcome
from schemas.partners import Limits, Policy
from tests.erp.credit_requests import BUYER, SELLER
from tests.store.conftest import Clock, World, rows


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock):
    with Store.open(f"sqlite:///{tmp_path / 'hub.db'}", clock, "tester") as store:
        yield store


def terms(**credit: Any) -> Policy:
    return Policy.model_validate({"credit": credit})


def settled(store: Store, policy: Policy) -> decide.Settled:
    """What is undecided, decided and recorded."""
    undecided = store.undecided("nordstad")
    found = decide.settle(undecided, policy, "p1")
    moved = decide.carry_out(found.decisions, undecided, "p1")
    store.record(Outcome("decide", "nordstad", found.rows() | {"movement": moved}))
    return found


def posted(store: Store, clock: Clock, folder: Path) -> Posted:
    composed = compose(
        store.credit_lines("nordstad"),
        sellers={"WR01": SELLER},
        buyers={"nordstad": BUYER},
        sequences=store.next_sequences("nordstad"),
        issued_on=date(2026, 3, 2),
        limits_of={"nordstad": Limits()},
    )
    intents = {"credit_intent": composed.intents, "credit_intent_line": composed.intent_lines}
    store.record(Outcome("intend", "nordstad", intents))
    return post_credits(store, FileOutErp(folder), "tester", clock, "nordstad")


def balances(store: Store, portion: str) -> dict[str, tuple[int, int, int]]:
    found: dict[str, list[int]] = {}
    for row in store.table("movement", portion=portion).to_pylist():
        for bucket, sign in ((row["to_bucket"], 1), (row["from_bucket"], -1)):
            held = found.setdefault(bucket, [0, 0, 0])
            for place, name in enumerate(("units", "net_minor", "tax_minor")):
                held[place] += sign * row[name]
    return {bucket: tuple(held) for bucket, held in found.items() if any(held)}


def test_the_note_says_what_the_grade_is_worth_and_the_rest_is_withheld(store, clock, tmp_path):
    world = World(store)
    portion = world.announce("R1", world.sell())
    world.receive(portion, "W1", condition="second")
    settled(store, terms(grades={"second": 85}, fees={"handling": "0.10"}))
    assert posted(store, clock, tmp_path / "erp") == Posted(posted=1)
    (note,) = store.table("credit_note").to_pylist()
    assert (note["net_minor"], note["tax_minor"]) == (300, 60)
    assert balances(store, portion) == {
        "sold": (-4, -400, -80), "credited": (4, 300, 60), "withheld": (0, 100, 20),
    }  # fmt: skip
    assert (store.verify(), store.violations()) == ([], [])


def test_a_story_tells_the_price_in_a_sentence(store):
    world = World(store)
    world.receive(world.announce("R1", world.sell()), "W1", condition="second")
    settled(store, terms(grades={"second": 85}, fees={"handling": "0.10"}))
    story = store.story("nordstad/R1/1")
    (decision,) = story.decisions.to_pylist()
    assert priced_in_words(decision, story.pricings.to_pylist()) == (
        "Its price: 4.00 GBP net on the invoice; 85 % for goods counted in as second: 3.40 (credit.grades.second); "
        "less 0.10 GBP for handling each of 4 units: 3.00 (credit.fees.handling). "
        "1.00 GBP net and 0.20 tax are not credited."
    )
    assert Text(priced_in_words(decision, story.pricings.to_pylist()))


def test_what_rounding_left_of_one_return_goes_to_the_next_of_the_same_sale(store, clock, tmp_path):
    world = World(store)
    sale = world.sell(units=3, net=100, tax=20)
    policy = terms(grades={"second": 85})
    for number, (net, tax) in enumerate([(33, 7), (34, 6), (33, 7)]):
        world.receive(
            world.announce(f"R{number}", sale, 1, net, tax), f"W{number}", "second", units=1, net=net, tax=tax
        )
        settled(store, policy)
        posted(store, clock, tmp_path / "erp")
    credits = store.table("decision")["credit_net"].to_pylist()
    assert (sum(credits), credits) == (85, [28, 29, 28])
    assert sum(store.table("decision")["credit_tax"].to_pylist()) == 17
    assert store.violations() == []


def test_units_that_are_credited_with_nothing_need_no_note(store, clock, tmp_path):
    world = World(store)
    portion = world.announce("R1", world.sell())
    world.receive(portion, "W1", condition="second")
    settled(store, terms(grades={"second": 0}))
    assert posted(store, clock, tmp_path / "erp") == Posted()
    assert balances(store, portion) == {
        "sold": (-4, -400, -80), "credited": (4, 0, 0), "withheld": (0, 400, 80),
    }  # fmt: skip
    assert (store.verify(), store.violations()) == ([], [])


def in_edition(store: Store, edition: int, found: decide.Settled, undecided: Any) -> None:
    """Record what was decided from this edition."""
    moved = decide.carry_out(found.decisions, undecided, "p1")
    noted, changes = next_edition("nordstad", edition)
    store.record(Outcome("decide", "nordstad", found.rows() | {"movement": moved} | noted, changes))


def known(store: Store) -> Known:
    name = "nordstad"
    return Known(totals=store.day_totals(name), taken=store.taken(name))


def test_of_two_runs_that_decide_at_once_the_later_sees_what_the_cap_has_left(store):
    policy = Policy.model_validate({"caps": [{"name": "all", "amount": "5.00"}]})
    world, decided = World(store), []
    for number in ("R1", "R2"):
        world.receive(world.announce(number, world.sell(f"I{number}")), f"W{number}")
    undecided = store.undecided("nordstad")
    for place in (0, 1):
        own = undecided.slice(place, 1)
        decided.append((own, decide.settle(own, policy, "p1", known(store))))
    edition = store.deciding("nordstad")
    in_edition(store, edition, decided[0][1], decided[0][0])
    with pytest.raises(StaleError):
        in_edition(store, edition, decided[1][1], decided[1][0])
    again = store.undecided("nordstad")
    found = decide.settle(again, policy, "p1", known(store))
    in_edition(store, store.deciding("nordstad"), found, again)
    assert sum(row["net_minor"] for row in store.table("cap_use").to_pylist()) == 500
    assert [row["outcome"] for row in found.decisions.to_pylist()] == ["credit", "hold"]
    assert (store.verify(), store.violations()) == ([], [])


def test_the_database_itself_refuses_more_than_the_cap(store):
    world = World(store)
    decision = world.decide(world.receive(world.announce("R1", world.sell()), "W1"))
    used = {"decision": [decision], "cap": ["all"], "retailer": ["nordstad"], "currency": ["GBP"]}
    over = used | {"limit_minor": [500], "used_minor": [101], "net_minor": [400]}
    with pytest.raises((TransientError, PermanentError)):
        store.record(Outcome("decide", "nordstad", {"cap_use": pa.table(over)}))


def test_what_a_retailer_took_is_settled_once(store, clock, tmp_path):
    world = World(store)
    part = world.document("DM-1", "deduction")
    line = world.place(part) | {"reference": "DM-1", "return_number": "R1", "amount_minor": -300, "currency": "GBP"}
    world.record("process deduction", **part, deduction_line=rows("deduction_line", line))
    policy = terms(deductions={"when_taken": "settle"})
    world.receive(world.announce("R1", world.sell()), "W1")
    undecided = store.undecided("nordstad")
    found = decide.settle(undecided, policy, "p1", known(store))
    in_edition(store, store.deciding("nordstad"), found, undecided)
    assert posted(store, clock, tmp_path / "erp") == Posted(posted=1)
    (note,) = store.table("credit_note").to_pylist()
    assert (note["net_minor"], note["tax_minor"]) == (150, 30)
    assert store.taken("nordstad").num_rows == 0
    assert (store.verify(), store.violations()) == ([], [])
