"""What one outcome does: all of it or nothing, within what was sold, and never the same twice."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from connectors.store import StaleError
from schemas.errors import PermanentError, TransientError
from schemas.outcome import Change, Outcome


def test_missing_columns_take_their_defaults_and_the_clock(world, store, build, clock):
    file = {"partner": "nordstad", "file": "ab", "name": "a.edi", "size": 3}
    store.record(Outcome("receive", "nordstad", {"source_file": build("source_file", file)}))
    (row,) = store.table("source_file").to_pylist()
    assert (row["state"], row["standard"], row["arrived_at"]) == ("received", None, clock())


def test_an_empty_outcome_writes_nothing(store):
    store.record(Outcome("decide", "nordstad", {"decision": pa.table({"decision": pa.array([], pa.string())})}))
    assert store.head() == (0, "")


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("no_such_table", {"a": ["x"]}),
        ("item", {"gtin": ["1"], "vendor_item": ["2"], "colour": ["red"]}),
        ("item", {"gtin": ["1"]}),
        ("item", {"gtin": [1], "vendor_item": ["2"]}),
        ("source_file", {"partner": ["p"], "file": ["f"], "name": ["n"], "size": [1.5]}),
        (
            "source_file",
            {
                "partner": ["p"],
                "file": ["f"],
                "name": ["n"],
                "size": [1],
                "arrived_at": pa.array([0], pa.timestamp("us")),
            },
        ),
        ("creditable", {"invoice_line": ["i"], "units": [1], "net_minor": [1], "tax_minor": [0]}),
        ("audit_event", {"seq": [1]}),
    ],
)
def test_rows_that_do_not_fit_are_refused(store, table, columns):
    with pytest.raises(ValueError, match=r"store|cannot store|lack"):
        store.record(Outcome("x", "y", {table: pa.table(columns)}))
    assert store.head() == (0, "")


def test_the_same_row_again_is_stale_and_nothing_of_the_outcome_stays(world, store, build):
    world.announce("R1", None)
    again = build("return", {"return_id": "nordstad/R1", "retailer": "nordstad", "number": "R1", "origin": "notice",
                             "document": store.known_documents("nordstad", ["R1"])["document"][0].as_py()})  # fmt: skip
    item = build("item", {"gtin": "1", "vendor_item": "2"})
    head = store.head()
    with pytest.raises(StaleError, match="there already"):
        store.record(Outcome("process", "nordstad", {"item": item, "return": again}))
    assert store.items().num_rows == 0
    assert store.head() == head


def test_items_may_be_told_again(world, store, build):
    world.sell("INV1")
    world.sell("INV2")
    assert store.items()["description"].to_pylist() == ["Hand lens"]


def test_a_row_that_points_nowhere_is_refused(world, build):
    carton = build("carton", {"carton": "B", "return_id": "nordstad/none"})
    with pytest.raises(PermanentError, match=r"(?i)foreign key"):
        world.record("process", carton=carton)


# --- changes


def test_a_change_needs_the_expected_state(world, store, build):
    reference = world.intend(world.decide(world.receive(world.announce("R1", world.sell()), "W1")))
    change = Change("credit_intent", {"reference": reference}, {"state": "sent"}, {"state": "ready"})
    store.record(Outcome("post", reference, changes=(change,)))
    assert store.intents("sent", "nordstad")["reference"].to_pylist() == [reference]
    item = build("item", {"gtin": "9", "vendor_item": "9"})
    with pytest.raises(StaleError, match="no longer"):
        store.record(Outcome("post", reference, {"item": item}, (change,)))
    assert store.table("item", gtin="9").num_rows == 0


def test_a_change_can_expect_that_a_column_is_empty(world, store):
    reference = world.intend(world.decide(world.receive(world.announce("R1", world.sell()), "W1")))
    bind = Change("credit_intent", {"reference": reference}, {"draft_id": "D1"}, {"draft_id": None})
    store.record(Outcome("bind", reference, changes=(bind,)))
    with pytest.raises(StaleError):
        store.record(Outcome("bind", reference, changes=(bind,)))


@pytest.mark.parametrize(
    "change",
    [
        Change("movement", {"movement": "m"}, {"units": 1}),
        Change("creditable", {"invoice_line": "i"}, {"units_taken": 0}),
        Change("source_file", {"file": "f"}, {"state": "processed"}),
        Change("source_file", {"file": "f", "partner": "p"}, {"file": "g"}),
        Change("source_file", {"file": "f", "partner": "p"}, {"colour": "red"}),
    ],
)
def test_what_no_outcome_may_change(store, change):
    with pytest.raises(ValueError, match=r"never changed|whole key|no columns"):
        store.record(Outcome("x", "y", changes=(change,)))


# --- the balance of a sale


def test_more_than_was_sold_is_refused_by_name(world, store):
    line = world.sell(units=6, net=600, tax=120)
    world.announce("R1", line)
    head = store.head()
    with pytest.raises(
        TransientError, match=rf"{line} has 2 units, 200 net and 40 tax .* left to be returned, 4 units"
    ):
        world.announce("R2", line)
    assert store.head() == head
    assert store.known_documents("nordstad", ["R1"])["number"].to_pylist() == ["R1"]


def test_more_money_than_was_sold_is_refused_too(world):
    line = world.sell(units=6, net=600, tax=120)
    with pytest.raises(TransientError, match="601 net"):
        world.announce("R1", line, units=6, net=601, tax=120)


def test_what_is_left_is_summed_over_the_outcome(world, store, build):
    line = world.sell(units=4, net=400, tax=80)
    portion = world.announce("R1", line, units=4)
    short = world.move(portion, "announced", "short", "doc/1", 1, 100, 20)
    refused = world.move(portion, "announced", "refused", "doc/2", 3, 300, 60)
    world.record("process receipt", movement=pa.concat_tables([short, refused]))
    assert store.supply("nordstad", ["09520000000059"])["units_taken"].to_pylist() == [0]
    world.announce("R2", line)


@pytest.mark.parametrize(
    ("frm", "to", "placed"),
    [("received", "credited", True), ("announced", "announced", True), ("nowhere", "announced", True),
     ("unsold", "announced", True), ("sold", "announced", False), ("accepted", "credited", False)],
)  # fmt: skip
def test_illegal_moves_are_refused(world, frm, to, placed):
    portion = world.announce("R1", world.sell() if placed else None)
    with pytest.raises(PermanentError, match="Movement"):
        world.record("x", movement=world.move(portion, frm, to, "c"))


def test_a_bucket_gives_no_more_than_it_holds(world, store):
    portion = world.announce("R1", world.sell())
    world.record("receive", movement=world.move(portion, "announced", "short", "doc/1"))
    with pytest.raises(StaleError, match=rf"{portion} has less in announced"):
        world.record("receive", movement=world.move(portion, "announced", "short", "doc/2"))
    assert store.violations() == []


def test_no_units_are_no_movement(world):
    portion = world.announce("R1", world.sell())
    with pytest.raises(PermanentError, match="movement_units"):
        world.record("x", movement=world.move(portion, "announced", "short", "c", 0, 0, 0))


def test_a_decision_stands_on_one_intent_only(world):
    decision = world.decide(world.receive(world.announce("R1", world.sell()), "W1"))
    world.intend(decision)
    with pytest.raises(StaleError, match="decision"):
        world.intend(decision, "BH-2", sequence=2)


def test_a_credit_has_one_intent_by_its_business_key(world):
    line = world.sell()
    world.intend(world.decide(world.receive(world.announce("R1", line), "W1", units=2, net=200, tax=40)))
    movement = world.receive("nordstad/R1/1#1", "W2", units=2, net=200, tax=40)
    with pytest.raises(StaleError, match="sequence"):
        world.intend(world.decide(movement), "BH-2", sequence=1)


# --- leases


def test_a_lease_is_held_until_it_ends(world, store, clock):
    reference = world.intend(world.decide(world.receive(world.announce("R1", world.sell()), "W1")))
    assert store.lease(reference, "a", 60) == 1
    assert store.lease(reference, "b", 60) is None
    clock.pass_(seconds=60)
    assert store.lease(reference, "b", 60) == 2
    assert store.intents("ready")["lease_owner"].to_pylist() == ["b"]


def test_a_late_holder_of_a_lease_is_fenced(world, store, clock):
    reference = world.intend(world.decide(world.receive(world.announce("R1", world.sell()), "W1")))
    fence = store.lease(reference, "a", 60)
    clock.pass_(minutes=5)
    store.lease(reference, "b", 60)
    late = Change("credit_intent", {"reference": reference}, {"state": "posted"}, {"lease_fence": fence})
    with pytest.raises(StaleError):
        store.record(Outcome("post", reference, changes=(late,)))


def test_a_lease_can_be_given_back(world, store, clock):
    reference = world.intend(world.decide(world.receive(world.announce("R1", world.sell()), "W1")))
    fence = store.lease(reference, "a", 60)
    free = Change("credit_intent", {"reference": reference}, {"lease_until": None}, {"lease_fence": fence})
    store.record(Outcome("release", reference, changes=(free,)))
    assert store.lease(reference, "b", 60) == 2


def test_nothing_is_leased_that_is_posted_or_not_there(world, store):
    world.credit_one("R1")
    assert store.lease("BH-R1", "a", 60) is None
    with pytest.raises(PermanentError, match="no credit intent"):
        store.lease("BH-none", "a", 60)


# --- reading back


def test_moments_come_back_in_utc_to_the_microsecond(world, store):
    world.announce("R1", None)
    (at,) = store.table("movement")["at"].to_pylist()
    assert at == datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)


def test_the_person_who_acts_stands_in_the_audit_trail(world, store):
    reference = world.intend(world.decide(world.receive(world.announce("R1", world.sell()), "W1")))
    change = Change("credit_intent", {"reference": reference}, {"approved_by": "Mx Example"})
    store.record(Outcome("approve", reference, changes=(change,)), actor="Mx Example")
    assert store.table("audit_event")["actor"].to_pylist()[-2:] == ["tester", "Mx Example"]


def test_a_look_into_a_mailbox_is_no_event(store, build, clock):
    seen = {"partner": "p", "channel": "main", "name": "a", "size": 1, "modified": 2.5, "unchanged_since": clock()}
    store.record(Outcome("look", "p", {"listing": build("listing", seen)}))
    assert store.listings("p", "main").to_pylist() == [seen]
    assert store.head() == (0, "")


def test_lists_of_any_length_can_be_asked_for(world, store):
    world.sell()
    many = [f"{number:014d}" for number in range(40_000)]
    assert store.supply("nordstad", [*many, "09520000000059"]).num_rows == 1
    assert store.items_for([*many, "09520000000059"], ["VI-5"]).num_rows == 1
    assert store.known_invoice_lines(["WR01/INV1/1", *many]).num_rows == 1
    assert store.supply("nordstad", []).num_rows == 0


def test_pending_files_come_in_the_order_of_their_arrival(store, build, clock):
    for name in ("b", "c", "a"):
        file = {"partner": "p", "file": f"{name}{name}", "name": name, "size": 1}
        store.record(Outcome("receive", "p", {"source_file": build("source_file", file)}))
        if name == "b":
            clock.pass_(seconds=1)
    assert store.pending_files("p", 2)["name"].to_pylist() == ["b", "a"]
    assert store.pending_files("q", 2).num_rows == 0


def test_control_numbers_go_on_from_the_highest(world, store):
    assert store.next_control("nordstad") == 1
    world.answer("997-1", 1)
    world.answer("997-7", 7)
    assert store.next_control("nordstad") == 8
    assert store.next_control("brightwell") == 1
    assert store.outbound_pending("nordstad")["control"].to_pylist() == [1, 7]


def test_due_events_are_told_from_their_day_on(world, store):
    world.announce("R1", None)
    day = store.table("due_event")["due_on"][0].as_py()
    assert store.due(day)["subject"].to_pylist() == ["nordstad/R1"]
    assert store.due(day.replace(day=day.day - 1)).num_rows == 0
    met = Change("due_event", {"subject": "nordstad/R1", "event": "receipt"}, {"met": True})
    store.record(Outcome("met", "nordstad/R1", changes=(met,)))
    assert store.due(day).num_rows == 0


def test_a_column_that_is_not_there_cannot_be_asked_for(store):
    with pytest.raises(ValueError, match="colour"):
        store.table("item", colour="red")
