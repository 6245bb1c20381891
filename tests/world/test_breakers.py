"""Posting stops for everybody until a person lets it go on."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from connectors.erp.memory import MemoryErp
from connectors.store import roll
from pipelines.show import status_view
from pipelines.work.breakers import open_stops, resume
from pipelines.work.run import post
from schemas.control import Breakers
from schemas.errors import PermanentError
from schemas.records import AuditEvent, PostingStop
from tests.world.town import Town, line, notice, receipt, sale

BREAKERS = Breakers(day_factor=Decimal(2), least_days=3, least_net=Decimal(10), least_notes=50)


@pytest.fixture
def busy(town: Town) -> Town:
    """A town in which 10 EUR were credited on each of three days."""
    town.hub = replace(town.hub, erp=MemoryErp(), settings=town.hub.settings.model_copy(update={"breakers": BREAKERS}))
    town.deliver(sale("I1", 100))
    for number in (1, 2, 3):
        credit(town, f"R{number}", 1)
        later(town)
    return town


def credit(town: Town, number: str, units: int) -> int:
    """So many lamps come back, and are credited today; answers how many notes were posted."""
    town.deliver(notice(number, line(units)))
    town.deliver(receipt(f"A-{number}", units, of=number, complete=True))
    town.settle()
    return post(town.hub, town.hub.catalog.partner("shop").partner).posted


def later(town: Town, days: int = 1) -> None:
    now = town.hub.now() + timedelta(days=days)
    town.hub = replace(town.hub, now=lambda: now)
    town.store._now = town.hub.now


def told(town: Town) -> str:
    return " ".join(str(part) for part in status_view(town.hub))


def test_a_day_like_the_others_goes_on(busy: Town) -> None:
    assert credit(busy, "R4", 2) == 1
    assert open_stops(busy.hub) == []


def test_a_day_far_above_the_others_stops_all_posting_until_a_person_lets_it_go_on(busy: Town) -> None:
    assert credit(busy, "R4", 3) == 0
    (stop,) = open_stops(busy.hub)
    assert stop["why"].startswith("30.00 EUR net would be credited today; the usual day has 10.00 EUR")
    assert "Posting is stopped: 30.00 EUR" in told(busy)
    assert credit(busy, "R5", 1) == 0  # nothing else goes out either
    later(busy)
    assert credit(busy, "R6", 1) == 0  # and tomorrow neither
    resume(busy.hub, stop["stop"], "Ada", "a recall")
    assert "Posting is stopped" not in told(busy)
    shop = busy.hub.catalog.partner("shop").partner
    assert post(busy.hub, shop).posted == 3  # what was resumed today does not stop again today
    (event,) = [row for row in busy.store.table(AuditEvent).to_pylist() if row["action"] == "resume posting"]
    assert (event["actor"], stop["stop"] in roll.told(event["rows"], event["roll"])["posting_stop"]) == ("Ada", True)
    assert busy.store.verify() == []


def test_a_note_that_the_erp_has_otherwise_stops_all_posting(busy: Town) -> None:
    erp = busy.hub.erp
    assert isinstance(erp, MemoryErp)
    (note, *_) = erp.documents
    erp._documents[note.draft_id] = replace(note, net_minor=note.net_minor + 1)
    assert credit(busy, "R4", 1) == 0
    (stop,) = open_stops(busy.hub)
    assert stop["kind"] == "erp"
    assert "net_minor is 1001 in the ERP and 1000 in the ledger" in stop["why"]


def test_only_what_is_stopped_can_be_resumed(busy: Town) -> None:
    with pytest.raises(PermanentError, match="Next: `backhaul status` shows"):
        resume(busy.hub, "net@2026-01-01#1", "Ada", None)
    credit(busy, "R4", 3)
    (stop,) = open_stops(busy.hub)
    with pytest.raises(PermanentError, match="needs a name"):
        resume(busy.hub, stop["stop"], " ", None)
    assert busy.store.table(PostingStop).num_rows == 1
