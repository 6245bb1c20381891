"""A return from its notice to its credit note, as the store tells it at each step."""

from datetime import date

from schemas.tables import CREDIT_LINES, NOTICE_LINES, OPEN_PORTIONS, SUPPLY, UNDECIDED


def test_a_journey_breaks_no_law(world, store):
    world.credit_one()
    assert store.verify() == []


def test_supply_says_what_is_taken_of_a_sale(world, store):
    world.announce("R1", world.sell(units=10, net=1000, tax=200), units=4, net=400, tax=80)
    supply = store.supply("nordstad", ["09520000000059"])
    assert supply.schema.equals(SUPPLY)
    (line,) = supply.to_pylist()
    assert (line["units"], line["units_taken"], line["net_taken"], line["tax_taken"]) == (10, 4, 400, 80)
    assert line["sold_on"] == date(2026, 1, 5)
    assert store.supply("lindhaus", ["09520000000059"]).num_rows == 0


def test_open_portions_show_the_balances_of_their_buckets(world, store):
    portion = world.announce("R1", world.sell())
    assert store.open_portions().schema.equals(OPEN_PORTIONS)
    (announced,) = store.open_portions("nordstad").to_pylist()
    assert (announced["portion"], announced["announced_units"], announced["received_units"]) == (portion, 4, 0)
    assert (announced["company"], announced["sold_on"], announced["origin"]) == ("WR01", date(2026, 1, 5), "notice")
    world.receive(portion, "W1", units=3, net=300, tax=60)
    (received,) = store.open_portions().to_pylist()
    assert [received[f"announced_{n}"] for n in ("units", "net", "tax")] == [1, 100, 20]
    assert [received[f"received_{n}"] for n in ("units", "net", "tax")] == [3, 300, 60]
    assert store.open_portions("lindhaus").num_rows == 0


def test_a_finished_portion_is_not_open(world, store):
    world.credit_one()
    assert store.open_portions().num_rows == 0


def test_counted_units_wait_for_a_decision_once(world, store):
    portion = world.announce("R1", world.sell())
    assert store.undecided("nordstad").num_rows == 0
    movement = world.receive(portion, "W1", "damaged")
    undecided = store.undecided("nordstad")
    assert undecided.schema.equals(UNDECIDED)
    (row,) = undecided.to_pylist()
    assert (row["decision"], row["bucket"], row["condition"], row["net_minor"]) == (
        movement,
        "received",
        "damaged",
        400,
    )
    world.decide(movement, "hold")
    assert store.undecided("nordstad").num_rows == 0


def test_goods_that_stay_wait_for_a_decision_by_the_policy(world, store):
    portion = world.announce("R1", world.sell(), disposition="keep")
    world.announce("R2", None, disposition="return")
    (row,) = store.undecided("nordstad", ("keep", "dispose")).to_pylist()
    assert (row["decision"], row["bucket"], row["units"]) == (f"{portion}>keep", "announced", 4)
    assert store.undecided("nordstad", ("dispose",)).num_rows == 0


def test_accepted_units_are_credit_lines_until_an_intent_carries_them(world, store):
    movement = world.receive(world.announce("R1", world.sell()), "W1")
    decision = world.decide(movement)
    lines = store.credit_lines("nordstad")
    assert lines.schema.equals(CREDIT_LINES)
    (line,) = lines.to_pylist()
    assert (line["decision"], line["units"], line["net_minor"], line["tax_minor"]) == (decision, 4, 400, 80)
    assert (line["invoice_number"], line["vendor_item"], line["description"]) == ("INV1", "VI-5", "Hand lens")
    world.intend(decision)
    assert store.credit_lines("nordstad").num_rows == 0
    assert store.next_sequences("nordstad") == {("WR01", "nordstad/R1"): 2}


def test_a_credit_that_a_person_took_back_is_no_credit_line(world, store):
    portion = world.announce("R1", world.sell())
    decision = world.decide(world.receive(portion, "W1"))
    world.record("withdraw", movement=world.move(portion, "accepted", "refused", decision))
    assert store.credit_lines("nordstad").num_rows == 0
    assert store.violations() == []


def test_refused_units_are_given_back_to_the_sale(world, store):
    movement = world.receive(world.announce("R1", world.sell()), "W1", "damaged")
    world.decide(movement, "refuse")
    assert store.supply("nordstad", ["09520000000059"])["units_taken"].to_pylist() == [0]


def test_known_documents_tell_repeats_from_conflicts(world, store):
    world.announce("R1", None)
    (known,) = store.known_documents("nordstad", ["R1"]).to_pylist()
    assert list(known) == ["document", "partner", "kind", "number", "purpose", "issued_on", "content", "state"]
    assert (known["number"], known["content"], known["state"]) == ("R1", "c1", "accepted")


def test_notice_lines_are_those_of_accepted_notices(world, store):
    world.announce("R1", None)
    lines = store.notice_lines("nordstad")
    assert lines.schema.equals(NOTICE_LINES)
    assert lines["units"].to_pylist() == [4]
    assert store.notice_lines("harwich").num_rows == 0


def test_the_story_of_a_line_has_every_chapter(world, store):
    portion = world.credit_one()
    story = store.story(portion.split("#")[0])
    chapters = {name: getattr(story, name).num_rows for name in story.__slots__}
    assert chapters == dict.fromkeys(story.__slots__, 1) | {
        "documents": 2, "files": 2, "arrivals": 2, "movements": 4, "findings": 0, "assignments": 0, "reopened_by": 0,
        "pricings": 0, "policy_versions": 0, "parts": 0, "reversal_lines": 0,
    }  # fmt: skip
    assert story.movements["to_bucket"].to_pylist() == ["announced", "received", "accepted", "credited"]
    assert story.receipt_lines["units"].to_pylist() == [4]
