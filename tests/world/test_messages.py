"""Orders, ship notices, bills, deductions and answers, from a partner's mailbox to the books and to its answers."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.settings import Settings
from pipelines.simulate.company import OUR_COMPANIES
from pipelines.wiring import open_hub
from pipelines.work.run import PartnerRun, run_partner
from schemas.message_lines import STORED
from schemas.records import Document, OutboundMessage, SourceFile

PARTNERS = Path(__file__).parents[1] / "mappings" / "standards" / "partners"
LINES = {"order_line", "shipment_line", "billing_line", "deduction_line", "answer_line"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation with two partners that send every kind of message, their samples in their mailboxes."""
    for partner in ("northgate", "suedhof"):
        for name in ("in", "done", "answers"):
            (tmp_path / "boxes" / partner / name).mkdir(parents=True)
        for sample in (PARTNERS / partner / "samples").iterdir():
            if sample.suffix != ".json":
                shutil.copy(sample, tmp_path / "boxes" / partner / "in")
    return Settings(
        folder=tmp_path,
        companies=OUR_COMPANIES,
        partners=PARTNERS,
        connections={one: {"main": {"root": f"boxes/{one}"}} for one in ("northgate", "suedhof")},
        clock=datetime(2026, 12, 1, tzinfo=UTC),
    )


def run(settings: Settings, partner: str) -> PartnerRun:
    with open_hub(settings) as hub:
        return run_partner(hub, hub.catalog.partner(partner).partner)


def test_every_kind_is_recorded_line_by_line_and_answered(settings: Settings) -> None:
    for partner in ("northgate", "suedhof"):
        run(settings, partner)
    with open_hub(settings) as hub:
        documents = hub.store.table(Document).to_pylist()
        assert {row["kind"] for row in documents} == {"notice", "receipt", *STORED}
        assert {row["state"] for row in documents} == {"accepted", "held"}
        assert {row["purpose"] for row in documents if row["state"] == "held"} == {"cancel"}
        for kind, name in STORED.items():
            accepted = {row["document"] for row in documents if (row["kind"], row["state"]) == (kind, "accepted")}
            lines = hub.store.table(name).to_pylist()
            assert {row["document"] for row in lines} <= accepted
            silent = accepted - {row["document"] for row in lines}
            assert {row["message_type"] for row in documents if row["document"] in silent} <= {"820"}
        taken = {row["amount_minor"] for row in hub.store.table("deduction_line").to_pylist()}
        assert {-3060, -1000, 460, 250, -1020} <= taken
        assert hub.store.verify() == []
        assert set(hub.store.table(SourceFile)["state"].to_pylist()) == {"processed", "quarantined"}
        kinds = {(row["partner"], row["kind"]) for row in hub.store.table(OutboundMessage).to_pylist()}
    assert {("northgate", "997"), ("northgate", "824"), ("suedhof", "CONTRL"), ("suedhof", "APERAK")} <= kinds


def test_the_same_message_under_another_control_number_is_told_and_not_recorded_again(settings: Settings) -> None:
    for file in (settings.folder / "boxes" / "northgate" / "in").iterdir():
        if file.name != "812.x12":
            file.unlink()
    run(settings, "northgate")
    with open_hub(settings) as hub:
        before = {name: hub.store.table(name).num_rows for name in LINES}
    sample = (PARTNERS / "northgate" / "samples" / "812.x12").read_text().replace("000000001", "000000777")
    (settings.folder / "boxes" / "northgate" / "in" / "again.x12").write_text(sample)
    run(settings, "northgate")
    with open_hub(settings) as hub:
        assert {name: hub.store.table(name).num_rows for name in LINES} == before
        again = [row for row in hub.store.table(Document).to_pylist() if row["state"] == "duplicate"]
        assert [row["number"] for row in again] == ["DM-301", "DM-302"]
        assert hub.store.verify() == []
