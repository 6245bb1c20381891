"""Bad input is a normal day: a finding with a place and a next step, the right answer, and nobody else held up."""

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from pipelines.settings import SHIPPED_PARTNERS
from pipelines.simulate import accidents
from schemas.findings import CATALOGUE
from schemas.records import Document, ReturnLine, SourceFile
from tests.world.conftest import Bench


@dataclass(frozen=True)
class Case:
    """An accident in a partner's file: the finding it leads to, what the answer says, and what becomes of the file."""

    accident: str
    partner: str
    finding: str
    answer: bytes | None
    state: str = "quarantined"


X12, EDIFACT, TABLE = "nordstad", "brightwell", "lindhaus"

CASES = [
    # A truncated file.
    Case("truncated", X12, "ENV-TRUNCATED", rb"TA1\*0000001\d\d\*\d+\*\d+\*R\*023~"),
    Case("truncated", EDIFACT, "ENV-TRUNCATED", rb"UCI\+1\d\d\+[^']*\+4\+13'"),
    # Wrong control counts: in a message they may hide a lost line, in an envelope each message is judged by itself.
    Case("segment_count_wrong", X12, "MSG-COUNT-WRONG", rb"AK5\*R\*4~AK9\*R\*1\*1\*0~"),
    Case("segment_count_wrong", EDIFACT, "MSG-COUNT-WRONG", rb"UCM\+[^']*\+4\+29'"),
    Case("message_count_wrong", X12, "GROUP-COUNT-WRONG", rb"AK5\*A~AK9\*E\*2\*1\*1\*5~", "processed"),
    Case("message_count_wrong", EDIFACT, "ENV-COUNT-WRONG", rb"UCI\+1\d\d\+[^']*\+7\+29", "processed"),
    Case("message_control_wrong", X12, "MSG-CONTROL-MISMATCH", rb"AK5\*R\*3~"),
    Case("message_control_wrong", EDIFACT, "MSG-CONTROL-MISMATCH", rb"UCM\+[^']*\+4\+28"),
    # An unknown partner.
    Case("unknown_sender", X12, "ENV-UNKNOWN-SENDER", rb"TA1\*0000001\d\d\*\d+\*\d+\*R\*006~"),
    Case("unknown_sender", EDIFACT, "ENV-UNKNOWN-SENDER", rb"UCI\+1\d\d\+[^']*\+4\+23'"),
    # An unknown item, and more than was sold: the envelope is in order, the line is not.
    Case("unknown_item", X12, "LINE-ITEM-UNKNOWN", rb"AK5\*A~", "processed"),
    Case("unknown_item", EDIFACT, "LINE-ITEM-UNKNOWN", rb"UCI\+1\d\d\+[^']*\+7'", "processed"),
    Case("unknown_item", TABLE, "LINE-ITEM-UNKNOWN", rb"LINE-ITEM-UNKNOWN;", "processed"),
    Case("beyond_sold", X12, "LINE-BEYOND-SOLD", rb"AK5\*A~", "processed"),
    Case("beyond_sold", EDIFACT, "LINE-BEYOND-SOLD", rb"UCI\+1\d\d\+[^']*\+7'", "processed"),
    Case("beyond_sold", TABLE, "LINE-BEYOND-SOLD", rb"LINE-BEYOND-SOLD;", "processed"),
    # A file that is no return at all.
    Case("order", X12, "MSG-NOT-CLAIMED", rb"AK2\*850\*0001~AK5\*R\*1~"),
    Case("order", EDIFACT, "MSG-NOT-CLAIMED", rb"UCM\+[^']*ORDERS[^']*\+4\+17"),
    Case("order", TABLE, "FILE-UNCLAIMED", rb"refused;order.csv"),
    Case("picture", X12, "FILE-UNKNOWN-FORMAT", rb"refused;label"),
    Case("picture", EDIFACT, "FILE-UNKNOWN-FORMAT", rb"refused;label"),
    Case("letter", EDIFACT, "FILE-UNKNOWN-FORMAT", rb"refused;letter"),
    Case("empty", X12, "FILE-EMPTY", rb"refused;empty"),
    Case("empty", TABLE, "FILE-EMPTY", rb"refused;empty"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.accident}-{case.partner}")
def test_it_ends_in_a_finding_an_answer_and_nobody_else_is_held_up(bench: Bench, case: Case) -> None:
    victim, neighbour = bench.keep(case.partner, 2)
    name, data = getattr(accidents, case.accident)(victim.read_bytes())
    victim.unlink()
    (bench.mailbox(case.partner) / name).write_bytes(data)

    (run,) = bench.run(case.partner)

    assert run.received.new == 2
    with bench.open() as hub:
        states = {row["name"]: row for row in hub.store.table(SourceFile, partner=case.partner).to_pylist()}
        # The finding names code, place and next step.
        found = hub.store.findings(code=case.finding, file=states[name]["file"]).to_pylist()
        assert found, [row["code"] for row in hub.store.findings().to_pylist()]
        assert all(0 <= row["offset"] <= row["offset"] + row["length"] <= len(data) for row in found)
        assert all(row["detail"] for row in found)
        assert CATALOGUE[case.finding].next_step
        # Nothing is lost, and the file is in the state a person expects.
        assert hub.vault.get(states[name]["file"]) == data
        assert states[name]["state"] == case.state
        # The neighbour is not held up.
        assert states[neighbour.name]["state"] == "processed"
        own = hub.store.table(Document, file=states[neighbour.name]["file"], state="accepted")
        assert own.num_rows >= 1
        assert hub.store.table(ReturnLine, document=own["document"][0].as_py()).num_rows > 0
        assert hub.store.verify() == []
    if case.answer:
        answers = bench.answers(case.partner)
        assert any(re.search(case.answer, answer) for answer in answers.values()), answers


@pytest.mark.parametrize("partner", [X12, EDIFACT, TABLE])
def test_the_same_file_under_a_new_name_is_counted_once_and_answered_alike(bench: Bench, partner: str) -> None:
    (good,) = bench.keep(partner, 1)
    data = good.read_bytes()
    bench.run(partner)
    first = bench.answers(partner)
    with bench.open() as hub:
        lines = hub.store.table(ReturnLine).num_rows
    for name in first:
        (bench.mailbox(partner, "answers") / name).unlink()

    name, same = accidents.renamed(data)
    (bench.mailbox(partner) / name).write_bytes(same)
    (run,) = bench.run(partner)

    assert (run.received.new, run.received.duplicates) == (0, 1)
    assert [row["path"] for row in bench.findings("FILE-DUPLICATE")] == [name]
    assert bench.answers(partner) == first
    with bench.open() as hub:
        assert hub.store.table(ReturnLine).num_rows == lines
        assert hub.store.verify() == []


@pytest.mark.parametrize("partner", [X12, EDIFACT, TABLE])
def test_the_same_return_with_a_new_control_number_is_counted_once(bench: Bench, partner: str) -> None:
    (good,) = bench.keep(partner, 1)
    data = good.read_bytes()
    bench.run(partner)
    with bench.open() as hub:
        lines = hub.store.table(ReturnLine).num_rows
        first = set(hub.store.table(Document, partner=partner)["document"].to_pylist())

    name, resent = accidents.resent(data)
    (bench.mailbox(partner) / name).write_bytes(resent)
    (run,) = bench.run(partner)

    assert run.received.new == 1
    assert {row["document"] for row in bench.findings("DOC-DUPLICATE")} >= {
        row for row in _documents(bench, partner) if row not in first
    }
    with bench.open() as hub:
        assert hub.store.table(ReturnLine).num_rows == lines
        again = hub.store.table(Document, partner=partner, state="duplicate").to_pylist()
        assert {row["duplicate_of"] for row in again} <= first
        assert again


def _documents(bench: Bench, partner: str) -> list[str]:
    with bench.open() as hub:
        names: list[str] = hub.store.table(Document, partner=partner)["document"].to_pylist()
        return names


def test_a_return_of_a_known_number_with_other_lines_is_held_for_a_person(bench: Bench) -> None:
    (good,) = bench.keep(TABLE, 1)
    data = good.read_bytes()
    bench.run(TABLE)
    rows = data.split(b"\r\n")
    cells = rows[1].split(b";")
    cells[6] = str(int(cells[6]) + 1).encode()
    (bench.mailbox(TABLE) / "other-lines.csv").write_bytes(b"\r\n".join([rows[0], b";".join(cells), *rows[2:]]))

    bench.run(TABLE)

    (conflict,) = bench.findings("DOC-CONFLICT")
    with bench.open() as hub:
        (document,) = hub.store.table(Document, document=conflict["document"]).to_pylist()
        assert document["state"] == "held"
        assert hub.store.verify() == []


def test_a_half_written_upload_is_left_alone_until_it_has_its_name(bench: Bench) -> None:
    (good,) = bench.keep(X12, 1)
    whole = good.read_bytes()
    good.unlink()
    name, half = accidents.half_written(whole)
    under_way = bench.mailbox(X12) / name
    under_way.write_bytes(half)

    (run,) = bench.run(X12)
    assert (run.received.new, run.processed.files) == (0, 0)
    assert under_way.read_bytes() == half

    under_way.write_bytes(whole)
    under_way.rename(under_way.with_suffix(""))
    (run,) = bench.run(X12)
    assert run.received.new == 1
    assert run.processed.quarantined == 0
    assert run.processed.lines > 0


def test_an_upload_under_its_final_name_is_taken_once_it_has_stood_still(bench: Bench, tmp_path: Path) -> None:
    """The rule ``stable``: the same size and time over two listings that lie far enough apart."""
    partners = tmp_path / "partners"
    shutil.copytree(SHIPPED_PARTNERS, partners)
    partner = partners / TABLE / "partner.yaml"
    partner.write_text(partner.read_text().replace("arrival: {rule: rename}", "arrival: {rule: stable}"))
    (good,) = bench.keep(TABLE, 1)
    *growing, whole = accidents.growing(good.read_bytes())

    def look(second: int) -> tuple[int, int]:
        """One run so many seconds after the first; answers files taken and files left waiting."""
        now = datetime(2011, 6, 6, 9, 0, tzinfo=UTC) + timedelta(seconds=second)
        _set(bench, partners=str(partners), clock=now.isoformat())
        (run,) = bench.run(TABLE)
        return run.received.new, run.received.waiting

    for second, (_, so_far) in enumerate(growing):
        good.write_bytes(so_far)
        assert look(100 * second) == (0, 1)
    good.write_bytes(whole[1])
    assert look(1000) == (0, 1)
    assert look(1059) == (0, 1)
    assert look(1060) == (1, 0)
    assert bench.findings("TABLE-ROW-RAGGED") == []


def _set(bench: Bench, **values: str) -> None:
    path = bench.folder / "backhaul.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | values))
