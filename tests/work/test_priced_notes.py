"""Goods of a lower grade on the real store: the note says less than the invoice, and every book ties."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text

from connectors.erp.file_out import FileOutErp
from connectors.store import Store
from pipelines.explain_deciding import priced_in_words
from pipelines.steps import decide
from pipelines.steps.credits import compose
from pipelines.work.post import Posted, post_credits
from schemas.outcome import Outcome
from schemas.partners import Limits, Policy
from tests.erp.credit_requests import BUYER, SELLER
from tests.store.conftest import Clock, World


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
    rows = {"decision": found.decisions, "pricing": found.pricings, "movement": moved}
    store.record(Outcome("decide", "nordstad", rows))
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
    rows = {"credit_intent": composed.intents, "credit_intent_line": composed.intent_lines}
    store.record(Outcome("intend", "nordstad", rows))
    return post_credits(store, FileOutErp(folder), "tester", clock, "nordstad")


def balances(store: Store, portion: str) -> dict[str, tuple[int, int, int]]:
    rows = store.table("movement", portion=portion).to_pylist()
    found: dict[str, list[int]] = {}
    for row in rows:
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
