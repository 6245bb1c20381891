"""The posting protocol, fate by fate: what the ERP answers, and what becomes of the intent."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from connectors.erp.memory import Fate, MemoryErp
from connectors.erp.port import AccessDenied, Pending
from pipelines.work.endings import Posted
from pipelines.work.orphans import sweep_orphans
from pipelines.work.post import UNREACHABLE_MAX, post_credits
from schemas.errors import PermanentError, TransientError
from tests.erp.credit_requests import counter_request, credit_line, credit_request
from tests.work.intent_book import Clock, IntentBook

REFERENCE = credit_request().reference
QUARANTINE = 5 + 30  # the ERP's longest request and the margin, in seconds


@dataclass
class Desk:
    """One ERP, one book with one intent, and a clock."""

    clock: Clock
    book: IntentBook
    erp: MemoryErp

    def post(self, **arguments: Any) -> Posted:
        """One run."""
        return post_credits(self.book, self.erp, "tester", self.clock, **arguments)

    def later(self, seconds: float = QUARANTINE) -> None:
        """Time passes for us and for the ERP."""
        self.clock.forward(seconds)
        self.erp.tick(10)

    @property
    def intent(self) -> dict[str, Any]:
        """The intent as stored."""
        return self.book.rows[REFERENCE]

    @property
    def states(self) -> list[str]:
        """The states of everything in the ERP."""
        return [document.state for document in self.erp.documents]


@pytest.fixture
def desk() -> Desk:
    clock = Clock()
    book = IntentBook(clock)
    book.add()
    return Desk(clock, book, MemoryErp())


# --- all is well


def test_an_intent_becomes_a_credit_note_and_movements_in_one_outcome(desk):
    assert desk.post() == Posted(posted=1)
    (document,) = desk.erp.documents
    assert desk.book.notes == [{
        "reference": REFERENCE, "number": "CN-000001", "draft_id": "D1", "posted_on": date(2026, 3, 14),
        "currency": "GBP", "net_minor": 13333, "tax_minor": 2667, "document_digest": document.digest,
    }]  # fmt: skip
    moved = [(m["movement"], m["units"], m["net_minor"], m["from_bucket"], m["to_bucket"]) for m in desk.book.movements]
    assert moved == [
        (f"nordstad/R-1/1#1>credited@{REFERENCE}", 3, 10000, "accepted", "credited"),
        (f"nordstad/R-1/2#1>credited@{REFERENCE}", 1, 3333, "accepted", "credited"),
    ]
    assert {m["cause"] for m in desk.book.movements} == {REFERENCE}
    assert desk.book.actions == ["send", "bind", "post"]
    assert (desk.intent["state"], desk.intent["draft_id"], desk.intent["attempts"]) == ("posted", "D1", 1)
    assert (desk.intent["lease_until"], desk.intent["problem"]) == (None, None)


def test_the_steps_are_those_of_the_protocol(desk):
    steps = []
    desk.post(on_step=lambda step, reference: steps.append(step))
    assert steps == ["lease", "find", "create", "read", "bind", "post", "read posted", "record"]


def test_a_posted_intent_is_not_touched_again(desk):
    desk.post()
    assert desk.post() == Posted()
    assert desk.states == ["posted"]


def test_only_the_asked_retailer_is_posted_in_the_order_of_references(desk):
    desk.book.add(credit_request("BH-2", retailer="lindhaus"))
    desk.book.add(credit_request("BH-1", retailer="lindhaus"))
    assert desk.post(retailer="lindhaus") == Posted(posted=2)
    assert [document.reference for document in desk.erp.documents] == ["BH-1", "BH-2"]
    assert desk.intent["state"] == "ready"


def test_results_add_up():
    assert Posted(1, 2, 3, 4, 5) + Posted(posted=1) == Posted(2, 2, 3, 4, 5)


@pytest.mark.parametrize("state", ["needs_approval", "parked", "posted"])
def test_what_waits_for_a_person_is_left_alone(desk, state):
    desk.intent["state"] = state
    assert desk.post() == Posted()
    assert desk.states == []


# --- what is found


def test_the_oldest_of_several_drafts_is_bound_and_the_others_are_discarded(desk):
    for _ in range(3):
        desk.erp.create_draft(credit_request())
    assert desk.post() == Posted(posted=1, orphans=2)
    assert desk.intent["draft_id"] == "D1"
    assert [(document.draft_id, document.state) for document in desk.erp.documents] == [("D1", "posted")]


def test_a_posted_document_is_adopted(desk):
    desk.erp.post(desk.erp.create_draft(credit_request()), date(2026, 3, 1))
    assert desk.post() == Posted(posted=1)
    assert desk.states == ["posted"]
    assert desk.book.notes[0]["posted_on"] == date(2026, 3, 1)


def test_a_reference_that_is_posted_twice_goes_to_a_person(desk):
    for _ in range(2):
        desk.erp.post(desk.erp.create_draft(credit_request()), date(2026, 3, 1))
    assert desk.post() == Posted(parked=1)
    assert "posted 2 times: CN-000001, CN-000002" in desk.intent["problem"]


@pytest.mark.parametrize("state", ["sent", "uncertain"])
def test_after_an_unanswered_request_nothing_is_created_before_it_is_over(desk, state):
    desk.erp.script(Fate.LOST)
    assert desk.post() == Posted(uncertain=1)
    desk.intent["state"] = state
    desk.clock.forward(QUARANTINE - 1)
    assert desk.post() == Posted()
    assert desk.states == []
    desk.later(1)
    assert desk.post() == Posted(posted=1)
    assert desk.states == ["posted"]


# --- what does not fit


WRONG = {"currency": "EUR", "net_minor": 13334, "tax_minor": 2666, "retailer": "lindhaus", "line_count": 3,
         "request_hash": "0" * 64}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_draft_that_differs_is_parked_and_stays_a_draft(desk, name):
    desk.erp.create_draft(credit_request())
    desk.erp.alter("D1", **{name: WRONG[name]})
    assert desk.post() == Posted(parked=1)
    assert desk.states == ["draft"]
    assert desk.intent["state"] == "parked"
    assert f"{name} is {WRONG[name]}" in desk.intent["problem"]
    assert "Next:" in desk.intent["problem"]


@pytest.mark.parametrize("name", WRONG)
def test_a_posted_document_that_differs_is_never_adopted(desk, name):
    desk.erp.post(desk.erp.create_draft(credit_request()), date(2026, 3, 1))
    desk.erp.alter("D1", **{name: WRONG[name]})
    assert desk.post() == Posted(parked=1)
    assert (desk.book.notes, desk.intent["draft_id"]) == ([], None)


@pytest.mark.parametrize("name", WRONG)
def test_a_bound_draft_that_was_altered_is_not_posted(desk, name):
    desk.erp.script(Fate.OK, Fate.BUSY)
    assert desk.post() == Posted(waiting=1)
    desk.erp.alter("D1", **{name: WRONG[name]})
    assert desk.post() == Posted(parked=1)
    assert desk.states == ["draft"]


def test_an_erp_that_keeps_no_hash_is_compared_by_its_amounts(desk):
    desk.erp.create_draft(credit_request())
    desk.erp.alter("D1", request_hash=None)
    assert desk.post() == Posted(posted=1)


@pytest.mark.parametrize("request_text", [credit_request(lines=(credit_line(),)).canonical(), "{}", ""])
def test_the_same_reference_with_another_request_is_a_stop(desk, request_text):
    desk.intent["request"] = request_text
    assert desk.post() == Posted(parked=1)
    assert "not the one that its intent was made for" in desk.intent["problem"]
    assert desk.states == []


@pytest.mark.parametrize("name", ["net_minor", "tax_minor", "retailer"])
def test_an_intent_that_does_not_tie_with_its_request_is_a_stop(desk, name):
    desk.intent[name] = "lindhaus" if name == "retailer" else desk.intent[name] + 1
    assert desk.post() == Posted(parked=1)
    assert desk.states == []


# --- what the ERP answers


@pytest.mark.parametrize("fates", [[Fate.REFUSED], [Fate.OK, Fate.REFUSED]], ids=["create", "post"])
def test_a_refusal_parks_the_intent_with_the_words_of_the_erp_and_no_other(desk, fates):
    desk.book.add(credit_request("BH-ZZZ"))
    desk.erp.script(*fates)
    assert desk.post() == Posted(posted=1, parked=1)
    assert "the period is closed" in desk.intent["problem"]
    assert (desk.intent["state"], desk.intent["lease_until"]) == ("parked", None)
    assert desk.book.rows["BH-ZZZ"]["state"] == "posted"


def test_a_released_intent_goes_on_with_its_draft(desk):
    desk.erp.script(Fate.OK, Fate.REFUSED)
    desk.post()
    desk.intent["state"] = "drafted"
    assert desk.post() == Posted(posted=1)
    assert [document.draft_id for document in desk.erp.documents] == ["D1"]


@pytest.mark.parametrize(
    ("fates", "state", "drafts"), [([Fate.BUSY], "ready", 0), ([Fate.OK, Fate.BUSY], "drafted", 1)],
    ids=["create", "post"],
)  # fmt: skip
def test_a_busy_erp_is_tried_again_by_the_next_run(desk, fates, state, drafts):
    desk.erp.script(*fates)
    assert desk.post() == Posted(waiting=1)
    assert (desk.intent["state"], desk.intent["attempts"], desk.intent["look_again_at"]) == (state, 1, None)
    assert len(desk.states) == drafts
    assert desk.post() == Posted(posted=1)
    assert (desk.states, desk.intent["attempts"]) == (["posted"], 2)


UNANSWERED = [Fate.LOST, Fate.TIMEOUT_BEFORE, Fate.TIMEOUT_AFTER, Fate.LATE]


@pytest.mark.parametrize("fate", UNANSWERED)
@pytest.mark.parametrize("before", [[], [Fate.OK]], ids=["create", "post"])
def test_an_unanswered_request_is_uncertain_and_posted_once_in_the_end(desk, before, fate):
    desk.erp.script(*before, fate)
    assert desk.post() == Posted(uncertain=1)
    assert desk.intent["state"] == "uncertain"
    assert (desk.intent["look_again_at"] - desk.clock()).total_seconds() == QUARANTINE
    assert desk.book.notes == []
    desk.later()
    assert desk.post() == Posted(posted=1)
    assert desk.states == ["posted"]


def test_a_late_posting_that_arrives_in_between_is_adopted(desk):
    desk.erp.script(Fate.OK, Fate.LATE)
    desk.post()
    desk.clock.forward(QUARANTINE)
    post = desk.erp.post

    def post_after_the_late_one(draft_id: str, on: date) -> None:
        desk.erp.tick(10)
        post(draft_id, on)

    desk.erp.post = post_after_the_late_one
    assert desk.post() == Posted(posted=1)
    assert desk.states == ["posted"]


@pytest.mark.parametrize("before", [[], [Fate.OK]], ids=["create", "post"])
def test_a_request_that_is_delivered_twice_posts_once(desk, before):
    desk.erp.script(*before, Fate.TWICE)
    desk.post()
    sweep_orphans(desk.book, desk.erp)
    assert desk.states == ["posted"]


def test_an_answer_with_a_wrong_id_is_uncertain_and_binds_nothing(desk):
    desk.erp.create_draft(credit_request("BH-OTHER"))
    desk.erp.script(Fate.WRONG_ID)
    assert desk.post() == Posted(uncertain=1)
    assert desk.intent["draft_id"] is None
    desk.later()
    assert desk.post() == Posted(posted=1)
    assert [(d.reference, d.state) for d in desk.erp.documents] == [("BH-OTHER", "draft"), (REFERENCE, "posted")]


def test_a_posting_that_cannot_be_read_back_is_uncertain(desk):
    read = desk.erp.read
    desk.erp.read = lambda draft_id: (d := read(draft_id)) and replace(d, state="draft", number=None)
    assert desk.post() == Posted(uncertain=1)
    assert desk.book.notes == []
    desk.erp.read = read
    desk.later()
    assert desk.post() == Posted(posted=1)


def test_an_erp_that_is_away_is_not_asked_for_every_intent(desk):
    for n in range(2 * UNREACHABLE_MAX):
        desk.book.add(credit_request(f"BH-{n:02}"))
    desk.erp.script(*[Fate.BUSY] * 100)
    assert desk.post() == Posted(waiting=2 * UNREACHABLE_MAX + 1)
    assert sum(row["attempts"] for row in desk.book.rows.values()) == UNREACHABLE_MAX


class SlowErp(MemoryErp):
    """It takes what is posted, and makes the documents in a time of its own."""

    def post(self, draft_id: str, on: date) -> None:
        raise Pending(f"{draft_id} is taken, and its document is not made yet. Next: nothing, it is looked up later.")


def test_what_the_erp_took_and_makes_later_keeps_no_other_credit_waiting(desk):
    desk.erp = SlowErp()
    for n in range(2 * UNREACHABLE_MAX):
        desk.book.add(credit_request(f"BH-{n:04}"))
    assert desk.post() == Posted(uncertain=2 * UNREACHABLE_MAX + 1)
    assert {(row["state"], row["attempts"]) for row in desk.book.rows.values()} == {("uncertain", 1)}


@pytest.mark.parametrize("call", ["find", "create_draft", "read", "post"])
def test_an_erp_that_refuses_our_key_is_asked_once_and_nothing_is_parked(desk, call):
    for n in range(3):
        desk.book.add(credit_request(f"BH-{n:02}"))

    def denied(*_: object) -> None:
        raise AccessDenied("the key ran out. Next: make a new one.")

    allowed = getattr(desk.erp, call)
    setattr(desk.erp, call, denied)
    assert desk.post() == Posted(waiting=4)
    assert [row["problem"] is not None for row in desk.book.rows.values()].count(True) == 1
    assert {row["state"] for row in desk.book.rows.values()} <= {"ready", "sent", "drafted"}
    setattr(desk.erp, call, allowed)
    desk.later()
    assert desk.post() == Posted(posted=4)


# --- what others do


def test_an_intent_under_another_lease_waits(desk):
    desk.book.lease(REFERENCE, "somebody else", 60)
    assert desk.post() == Posted(waiting=1)
    assert desk.states == []
    desk.clock.forward(61)
    assert desk.post() == Posted(posted=1)


STEPS = ["lease", "find", "create", "read", "bind", "post", "read posted", "record"]


@pytest.mark.parametrize("asleep_after", STEPS)
def test_a_lease_holder_that_wakes_up_late_does_no_harm(desk, asleep_after):
    """Between two of its steps the lease runs out, and another run carries the intent to its end."""
    others = []

    def sleep(step: str, reference: str) -> None:
        if step == asleep_after and not others:
            others.append(None)
            desk.later(3600)
            others.append(desk.post())
            desk.later(3600)
            others.append(desk.post())

    own = desk.post(on_step=sleep)
    assert own.posted + sum(other.posted for other in others[1:]) == 1
    sweep_orphans(desk.book, desk.erp)
    assert desk.states == ["posted"]
    assert len(desk.book.notes) == 1
    assert len(desk.book.movements) == 2
    assert desk.intent["state"] == "posted"


def test_a_bound_draft_that_somebody_deleted_goes_to_a_person_and_then_gets_a_new_one(desk):
    desk.erp.script(Fate.OK, Fate.BUSY)
    desk.post()
    desk.erp.discard("D1")
    assert desk.post() == Posted(parked=1)
    assert "no longer in the ERP" in desk.intent["problem"]
    desk.intent["state"] = "ready"
    assert desk.post() == Posted(posted=1)
    assert desk.intent["draft_id"] == "D2"


def test_a_credit_that_a_person_posted_from_an_orphan_stops_the_bound_one(desk):
    desk.erp.script(Fate.OK, Fate.BUSY)
    desk.post()
    desk.erp.post(desk.erp.create_draft(credit_request()), date(2026, 3, 1))
    assert desk.post() == Posted(parked=1)
    assert desk.states == ["draft", "posted"]


def test_a_store_that_cannot_record_leaves_the_intent_and_says_why(desk):
    record = desk.book.record

    def refuse_notes(outcome):
        if "credit_note" in outcome.rows:
            raise TransientError("the invoice line has less left. Next: it is tried again.")
        record(outcome)

    desk.book.record = refuse_notes
    assert desk.post() == Posted(waiting=1)
    assert (desk.intent["state"], desk.intent["problem"]) == (
        "drafted", "the invoice line has less left. Next: it is tried again.",
    )  # fmt: skip
    desk.book.record = record
    assert desk.post() == Posted(posted=1)
    assert desk.states == ["posted"]


# --- orphans


def test_orphans_that_cannot_be_discarded_now_are_swept_later(desk):
    for _ in range(3):
        desk.erp.create_draft(credit_request())
    desk.erp.script(Fate.OK, Fate.BUSY)
    assert desk.post() == Posted(posted=1)
    assert desk.states == ["posted", "draft", "draft"]
    assert sweep_orphans(desk.book, desk.erp) == 2
    assert desk.states == ["posted"]


def test_a_sweep_does_not_touch_drafts_of_intents_that_are_not_posted(desk):
    desk.erp.create_draft(credit_request())
    assert sweep_orphans(desk.book, desk.erp) == 0
    assert desk.states == ["draft"]


def test_an_orphan_that_turns_out_to_be_posted_is_loud(desk):
    desk.erp.create_draft(credit_request())
    desk.erp.create_draft(credit_request())
    discard = desk.erp.discard

    def discard_what_a_person_posts_meanwhile(draft_id):
        desk.erp.post(draft_id, date(2026, 3, 1))
        discard(draft_id)

    desk.erp.discard = discard_what_a_person_posts_meanwhile
    with pytest.raises(PermanentError, match="cannot be discarded"):
        desk.post()
    assert desk.intent["state"] == "posted"


def test_an_orphan_that_the_erp_will_not_discard_keeps_nobody_else_waiting(desk):
    desk.book.add(credit_request("BH-OTHER"))
    desk.erp.create_draft(credit_request())
    desk.erp.create_draft(credit_request())
    desk.erp.script(Fate.OK, Fate.REFUSED)
    assert desk.post() == Posted(posted=2)
    assert sweep_orphans(desk.book, desk.erp) == 1
    assert desk.states == ["posted", "posted"]


# --- counter-documents


@pytest.mark.parametrize(
    ("fate", "draft_state"),
    [
        *((fate, True) for fate in (Fate.OK, Fate.BUSY, Fate.LOST, Fate.TIMEOUT_AFTER, Fate.LATE, Fate.TWICE)),
        *((fate, False) for fate in (Fate.OK, Fate.BUSY, Fate.LOST, Fate.TIMEOUT_AFTER, Fate.LATE)),
    ],
)
def test_what_takes_a_credit_back_goes_the_same_way_whatever_happens_and_is_booked_once(fate, draft_state):
    book = IntentBook(clock := Clock())
    reference = book.add(counter_request())
    desk = Desk(clock, book, MemoryErp(draft_state=draft_state))
    desk.erp.script(fate)
    for _ in range(4):
        desk.post()
        desk.later(2 * QUARANTINE)
    assert book.rows[reference]["state"] == "posted"
    (posted,) = [document for document in desk.erp.documents if document.state == "posted"]
    assert (posted.charges, posted.number) == (True, "DN-000001")
    moved = [(m["from_bucket"], m["to_bucket"], m["units"], m["net_minor"]) for m in book.movements]
    assert moved == [("credited", "reversed", 3, 10000), ("credited", "reversed", 1, 3333)]


def test_an_erp_that_has_a_credit_where_a_counter_document_should_be_is_stopped(desk):
    reference = desk.book.add(counter_request())
    desk.erp.create_draft(credit_request(reference))
    desk.post()
    assert desk.book.rows[reference]["state"] == "parked"
    assert "charges is False, not True" in desk.book.rows[reference]["problem"]


def test_an_intent_of_another_kind_than_its_request_is_not_sent(desk):
    desk.intent["kind"] = "reversal"
    assert desk.post() == Posted(parked=1)
    assert "not the one that its intent was made for" in desk.intent["problem"]
