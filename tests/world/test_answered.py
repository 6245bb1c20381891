"""What we sent, and what the partner says of it: the message is acknowledged, and nothing is quarantined."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.settings import SETTINGS_VARIABLE, SHIPPED_PARTNERS
from pipelines.show import standing
from pipelines.simulate import accidents
from pipelines.wiring import Hub
from schemas.records import Document, OutboundMessage, SourceFile
from tests.formats.files import edifact, gs, isa, st, unb, unh, x12
from tests.world.conftest import Bench


def _997(control: int, verdict: str) -> bytes:
    body = [f"AK1*FA*{control}", "AK2*997*0001", f"AK5*{verdict}", f"AK9*{verdict}*1*1*{int(verdict != 'R')}"]
    return x12(isa(gs(st(body, kind="997"), code="FA"), control="000000901"))


def _ta1(control: int, verdict: str) -> bytes:
    lines = isa(control="000000902")
    return x12([lines[0], f"TA1*{control:09d}*260304*0506*{verdict}*{'000' if verdict == 'A' else '022'}", *lines[1:]])


def _contrl(control: int, verdict: str) -> bytes:
    action = {"A": "7", "R": "4+18"}[verdict]
    body = [f"UCI+{control}+9520000000011:14+9520000010003:14+{action}"]
    return edifact(unb(unh(body, kind="CONTRL:D:3:UN"), control="903"))


CASES = {"997": ("nordstad", _997), "TA1": ("nordstad", _ta1), "CONTRL": ("brightwell", _contrl)}
Write = Callable[[int, str], bytes]


def _sent(bench: Bench, partner: str) -> dict[str, object]:
    with bench.open() as hub:
        (row,) = hub.store.table(OutboundMessage, partner=partner).to_pylist()
        return dict(row)


@pytest.mark.parametrize(("partner", "write"), CASES.values(), ids=CASES)
def test_an_answer_to_us_acknowledges_what_we_sent(bench: Bench, partner: str, write: Write) -> None:
    bench.keep(partner, 1)
    bench.run(partner)
    sent = _sent(bench, partner)
    assert (sent["state"], sent["answered_by"]) == ("sent", None)
    answers = bench.answers(partner)
    with bench.open() as hub:
        documents = hub.store.table(Document).num_rows

    data = write(int(str(sent["control"])), "A")
    (bench.mailbox(partner) / "ack.edi").write_bytes(data)
    (run,) = bench.run(partner)

    assert (run.received.new, run.processed.quarantined, run.sent) == (1, 0, 0)
    assert bench.answers(partner) == answers
    with bench.open() as hub:
        (file,) = hub.store.table(SourceFile, partner=partner, name="ack.edi").to_pylist()
        assert file["state"] == "processed"
        assert hub.store.findings(file=file["file"]).num_rows == 0
        assert hub.store.table(Document).num_rows == documents
        assert hub.store.verify() == []
    after = _sent(bench, partner)
    assert (after["state"], after["answered_by"]) == ("acknowledged", file["file"])

    # The same bytes again change nothing.
    with bench.open() as hub:
        before = standing(hub)
    (bench.mailbox(partner) / "ack-again.edi").write_bytes(data)
    (run,) = bench.run(partner)
    assert (run.received.new, run.received.duplicates, run.sent) == (0, 1, 0)
    assert _sent(bench, partner) == after
    with bench.open() as hub:
        assert standing(hub).since(before) == type(before)()
        assert hub.store.verify() == []


def test_a_rejection_is_seen_and_a_later_acceptance_does_not_hide_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.keep("nordstad", 1)
    bench.run("nordstad")
    control = int(str(_sent(bench, "nordstad")["control"]))
    for name, data in (
        ("1.edi", _997(control, "R")),
        ("2.edi", _ta1(control, "A")),
        ("3.edi", _997(control + 90, "A")),
    ):
        (bench.mailbox("nordstad") / name).write_bytes(data)
    bench.run("nordstad")

    assert _sent(bench, "nordstad")["state"] == "rejected"
    (rejected,) = bench.findings("ACK-REJECTED")
    assert rejected["detail"] == f"997 on 997, group {control}, message 0001: rejected"
    assert len(bench.findings("ACK-UNKNOWN")) == 1
    monkeypatch.setenv(SETTINGS_VARIABLE, str(bench.folder / "backhaul.yaml"))
    monkeypatch.setenv("COLUMNS", "200")
    told = CliRunner().invoke(app, ["status"]).output
    assert "ACK-REJECTED" in told
    assert "What partners say of our answers" in told


def test_a_repeated_file_gets_its_answer_again_though_the_first_was_acknowledged(bench: Bench) -> None:
    (good,) = bench.keep("nordstad", 1)
    data = good.read_bytes()
    bench.run("nordstad")
    (bench.mailbox("nordstad") / "ack.edi").write_bytes(_997(int(str(_sent(bench, "nordstad")["control"])), "A"))
    bench.run("nordstad")
    (bench.mailbox("nordstad") / "again.x12").write_bytes(data)
    (run,) = bench.run("nordstad")
    assert run.sent == 1
    with bench.open() as hub:
        rows = hub.store.table(OutboundMessage, partner="nordstad").to_pylist()
        assert sorted((row["state"], row["answered_by"] is None) for row in rows) == [
            ("acknowledged", False),
            ("sent", True),
        ]
        assert hub.store.verify() == []


BUSINESS = {
    "824": ("nordstad", b"TED*008*line ", "AK1*AG*{0} AK9*A*1*1*1"),
    "APERAK": ("brightwell", b"ERC+008::91'", "UCI+{0}+9520000000011:14+9520000010003:14+7"),
}


_WANTED = {"business_answers": "faults", "acknowledges_within_days": 1}


@pytest.mark.parametrize("kind", BUSINESS)
def test_a_business_answer_tells_of_a_held_line_and_is_acknowledged(bench: Bench, tmp_path: Path, kind: str) -> None:
    partner, told, body = BUSINESS[kind]
    _want_business_answers(bench, partner, tmp_path / "partners")
    (good,) = bench.keep(partner, 1)
    name, data = accidents.beyond_sold(good.read_bytes())
    good.unlink()
    (bench.mailbox(partner) / name).write_bytes(data)
    bench.run(partner)
    (written,) = [answer for file, answer in bench.answers(partner).items() if file.startswith(kind)]
    assert told in written
    with bench.open() as hub:
        (sent,) = hub.store.table(OutboundMessage, partner=partner, kind=kind).to_pylist()
        assert _overdue(hub, days=1) == []
        assert _overdue(hub, days=2) == [sent["key"]]

    segments = body.format(sent["control"]).split()
    ack = {
        "nordstad": lambda: x12(isa(gs(st(segments, kind="997"), code="FA"), control="000000904")),
        "brightwell": lambda: edifact(unb(unh(segments, kind="CONTRL:D:3:UN"), control="905")),
    }[partner]()
    (bench.mailbox(partner) / "ack.edi").write_bytes(ack)
    (run,) = bench.run(partner)
    assert (run.processed.quarantined, run.sent) == (0, 0)
    with bench.open() as hub:
        (after,) = hub.store.table(OutboundMessage, partner=partner, kind=kind).to_pylist()
        assert after["state"] == "acknowledged"
        assert _overdue(hub, days=2) == []
        assert hub.store.verify() == []


def _overdue(hub: Hub, days: int) -> list[str]:
    """What awaits an acknowledgement so many days from now."""
    rows = hub.store.query("reports/overdue.sql", today=hub.now().date() + timedelta(days=days)).to_pylist()
    return [row["subject"] for row in rows if row["event"] == "acknowledgement"]


def _want_business_answers(bench: Bench, partner: str, folder: Path) -> None:
    shutil.copytree(SHIPPED_PARTNERS, folder)
    path = folder / partner / "partner.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | _WANTED))
    settings = bench.folder / "backhaul.yaml"
    settings.write_text(yaml.safe_dump(yaml.safe_load(settings.read_text()) | {"partners": str(folder)}))


def test_a_control_number_that_was_used_before_is_told_and_the_file_is_read(bench: Bench) -> None:
    bench.keep("nordstad", 1)
    (path,) = [path for path in bench.mailbox("nordstad").iterdir() if path.is_file()]
    data = path.read_bytes()
    bench.run("nordstad")
    (bench.mailbox("nordstad") / "again.edi").write_bytes(data + b"\n")
    bench.run("nordstad")
    with bench.open() as hub:
        codes = {row["name"]: hub.store.findings(file=row["file"])["code"].to_pylist() for row in
                 hub.store.table(SourceFile, partner="nordstad").to_pylist()}  # fmt: skip
        assert hub.store.verify() == []
    assert "ENV-CONTROL-REPEATED" in codes["again.edi"]
    assert "ENV-CONTROL-REPEATED" not in codes[path.name]
