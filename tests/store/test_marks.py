"""What is not finished is marked when it comes to be, and no longer when it is finished."""

import pyarrow as pa
from sqlalchemy import select

from connectors.store.insert import TABLES
from schemas.marks import Kind
from schemas.outcome import Change, Outcome
from tests.store.conftest import RETAILER, rows

_MARK = TABLES["mark"]
_RETURN = f"{RETAILER}/R1"


def marked(store, *kinds):
    """Subject and edition of the marks of these kinds."""
    with store._engine.connect() as connection:
        marks = connection.execute(select(_MARK).order_by(_MARK.c.kind, _MARK.c.subject)).all()
    assert {mark.retailer for mark in marks} <= {RETAILER}
    return {(mark.kind, mark.subject): mark.edition for mark in marks if not kinds or mark.kind in kinds}


def test_a_new_portion_is_open_until_it_is_credited(world):
    portion = world.announce("R1", world.sell())
    assert marked(world.store) == {("differing", _RETURN): 1, ("open", portion): 1}
    decision = world.decide(world.receive(portion, "R1-receipt"))
    assert marked(world.store, "open") == {("open", portion): 1}
    world.post(world.intend(decision))
    assert marked(world.store, "open") == {}


def test_what_was_counted_is_looked_at_for_each_thing_that_follows(world):
    portion = world.announce("R1", world.sell())
    movement = world.receive(portion, "R1-receipt")
    assert marked(world.store, "came", "differing") == {("came", movement): 1, ("differing", _RETURN): 2}
    assert world.decide(movement, "replace") == movement
    made = {kind for kind, _ in marked(world.store, "unrouted", "unclaimed", "unordered", "refused")}
    assert made == {"unclaimed", "unordered", "unrouted"}
    world.handle(portion, movement)
    assert ("unrouted", movement) not in marked(world.store)


def test_held_goods_have_no_route_yet_and_are_nobodys_claim(world):
    movement = world.receive(world.announce("R1", world.sell()), "R1-receipt")
    world.decide(movement, "hold")
    assert marked(world.store, "unrouted", "unclaimed") == {}


def test_a_decision_about_what_was_not_counted_gives_no_route(world):
    portion = world.announce("R1", world.sell())
    kept = world.move(portion, "announced", "kept", "word")
    world.record("authorise", movement=kept)
    same = kept.select(["portion", "return_line", "units", "net_minor", "tax_minor", "currency"]).to_pylist()[0]
    said = {"decision": kept["movement"][0].as_py(), "outcome": "refuse", "rule": "r", "because": "b"}
    world.record("decide", decision=rows("decision", same | said | {"policy_version": "p1"}))
    assert marked(world.store, "unrouted", "unclaimed") == {}
    assert len(marked(world.store, "refused")) == 1


def test_units_that_come_back_are_open_again(world):
    portion = world.announce("R1", world.sell())
    world.record("short", movement=world.move(portion, "announced", "short", "clock"))
    assert marked(world.store, "open") == {}
    world.record("counted again", movement=world.move(portion, "short", "announced", "clock-2"))
    assert marked(world.store, "open") == {("open", portion): 1}


def test_who_is_done_says_which_edition_it_saw(world):
    portion = world.announce("R1", world.sell())
    seen = world.store.marks(Kind.DIFFERING, RETAILER)
    assert seen.to_pylist() == [{"retailer": RETAILER, "subject": _RETURN, "edition": 1}]
    world.receive(portion, "R1-receipt")
    world.store.record(Outcome("look", RETAILER, seen={Kind.DIFFERING: seen}))
    again = world.store.marks(Kind.DIFFERING, RETAILER)
    assert again["edition"].to_pylist() == [2]
    world.store.record(Outcome("look", RETAILER, seen={Kind.DIFFERING: again}))
    assert world.store.marks(Kind.DIFFERING, RETAILER).num_rows == 0


def test_retailers_that_come_in_one_outcome_are_told_apart(world):
    portions = [world.announce(f"R{one}", world.sell(f"INV{one}")) for one in (1, 2)]
    world.record("rehome", Change("return_line", {"return_line": f"{RETAILER}/R2/1"}, {"retailer": "tinsel"}))
    part = world.document("count", "receipt", "harwich")
    moved = pa.concat_tables([world.move(portion, "announced", "received", "count") for portion in portions])
    said = {"units": 4, "condition": "sellable", "receipt_document": part["document"]["document"][0].as_py()}
    keys = moved.select(["movement", "portion"]).to_pylist()
    world.record("count", **part, movement=moved, inspection=rows("inspection", *(key | said for key in keys)))
    with world.store._engine.connect() as connection:
        found = connection.execute(select(_MARK.c.subject, _MARK.c.retailer).where(_MARK.c.kind == "came"))
        assert {portion.split(">")[0]: retailer for portion, retailer in found} == {
            portions[0]: RETAILER,
            portions[1]: "tinsel",
        }


def deduction(world, *amounts):
    """A remittance with an amount a line, in minor units; answers the document."""
    part = world.document("DM-1", "deduction")
    same = {"reference": "DM-1", "invoice_number": "INV1", "currency": "GBP"}
    lines = [world.place(part, number + 1) | same | {"amount_minor": amount} for number, amount in enumerate(amounts)]
    world.record("process deductions", **part, deduction_line=rows("deduction_line", *lines))
    return lines[0]["document"]


def test_what_a_retailer_took_is_marked_until_all_of_it_is_settled(world, store):
    document = deduction(world, -300, 100, -50)
    assert marked(store, "taken") == {("taken", f"{document}|1"): 1, ("taken", f"{document}|3"): 1}
    for number, amount in (("R1", 200), ("R2", 100)):
        decision = world.decide(world.receive(world.announce(number, world.sell(f"INV{number}")), f"W{number}"))
        settled = {"decision": decision, "document": document, "line_no": 1, "amount_minor": amount, "currency": "GBP"}
        assert store.taken("nordstad")["line_no"].to_pylist() == [1, 3]
        world.record("settle", settlement=rows("settlement", settled))
        assert [one for one in store.violations() if one.check in ("marked", "settled_once")] == []
    assert marked(store, "taken") == {("taken", f"{document}|3"): 1}
    assert store.taken("nordstad")["amount_minor"].to_pylist() == [50]
    assert store.taken("other").num_rows == 0


def test_a_credit_note_of_the_retailers_own_is_marked(world, store):
    part = world.document("SB-1", "invoice")
    line = world.place(part) | {"bill": "credit", "net_minor": 100, "tax_minor": 20, "currency": "GBP"}
    world.record("process bills", **part, billing_line=rows("billing_line", line))
    assert store.taken("nordstad")["amount_minor"].to_pylist() == [120]
