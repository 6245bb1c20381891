"""The database itself refuses a second part of one person in a credit, and a credit that goes out unapproved."""

import pytest

from connectors.store import StaleError
from schemas.outcome import Change
from tests.store.conftest import World


def waiting(world: World, **said: int) -> str:
    """A credit that waits for a person."""
    portion = world.announce("R1", world.sell())
    decision = world.decide(world.receive(portion, "A1"))
    return world.intend(decision, state="needs_approval", approvals_needed=2, **({"approvals": 0} | said))


def ready(reference: str, approvals: int) -> Change:
    return Change("credit_intent", {"reference": reference}, {"state": "ready", "approvals": approvals}, {})


def test_nobody_has_two_parts_in_a_credit(world):
    reference = waiting(world)
    world.take_part(reference, "Ada", "rule_editor")
    with pytest.raises(StaleError):
        world.take_part(reference, "Ada", "approver")
    world.take_part(reference, "Ben", "approver")
    with pytest.raises(StaleError):
        world.take_part(reference, "Ben", "approver")


@pytest.mark.parametrize("approvals", [0, 1])
def test_a_credit_does_not_go_out_with_too_few_approvals(world, approvals):
    reference = waiting(world)
    with pytest.raises(Exception, match="credit_intent_approved"):
        world.record("approve", ready(reference, approvals))
    assert world.store.table("credit_intent", reference=reference)["state"].to_pylist() == ["needs_approval"]


def test_an_approval_that_nobody_gave_is_found(world):
    reference = waiting(world)
    world.record("approve", ready(reference, 2))
    (found,) = [one for one in world.store.violations() if one.check == "approved_by_persons"]
    assert (found.row, found.what) == (reference, "the credit is ready with 0 approvals of 2 and says 2")


def test_a_part_is_one_that_there_is(world):
    reference = waiting(world)
    with pytest.raises(Exception, match="credit_part_part"):
        world.take_part(reference, "Ada", "onlooker")
