"""The whole chain on a small world: everything ties out, a second run does nothing, and it is right by the truth."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from openpyxl import load_workbook
from typer.testing import CliRunner

from connectors.erp.file_out import FileOutErp
from connectors.store import StaleError, Store
from pipelines.cli import app
from pipelines.report.book import read_book, write_report
from pipelines.settings import SETTINGS_VARIABLE
from pipelines.show import ENDS, Standing, run_view, standing
from pipelines.work.receive import Received
from pipelines.work.run import PartnerRun, run_partner
from schemas.credits import CreditRequest
from schemas.errors import PermanentError, TransientError
from schemas.outcome import Outcome
from schemas.records import (
    Allocation,
    CreditIntent,
    CreditNote,
    InvoiceLine,
    Movement,
    OutboundMessage,
    ReturnLine,
    SourceFile,
)
from tests.world.conftest import Bench


@pytest.mark.both_databases
def test_a_second_run_finds_nothing_new_and_credits_nothing_again(settled_bench: Bench) -> None:
    with settled_bench.open() as hub:
        before = standing(hub)
        head = hub.store.head()
    assert before.credit_notes > 20

    runs = settled_bench.run()

    with settled_bench.open() as hub:
        assert standing(hub).since(before) == Standing()
        assert hub.store.head() == head
        assert hub.store.verify() == []
    assert all(run.received.new == run.posted.posted == run.sent == 0 for run in runs)


@pytest.mark.both_databases
def test_announced_is_credited_refused_short_cancelled_and_open(settled_bench: Bench) -> None:
    with settled_bench.open() as hub:
        totals = hub.store.query("reports/totals.sql").to_pylist()
        assert {row["retailer"] for row in totals} == {"brightwell", "lindhaus", "nordstad"}
        for row in totals:
            for kind in ("units", "net"):
                assert row[f"announced_{kind}"] == sum(row[f"{end}_{kind}"] for end in ENDS)
        notes = hub.store.table(CreditNote).to_pylist()
        assert sum(row["credited_net"] for row in totals) == sum(note["net_minor"] for note in notes)


def test_most_lines_are_placed_on_the_sale_that_the_world_gave_them(settled_bench: Bench) -> None:
    # The data do not name the sale of a return. The world chooses the latest one at the same store and price, much like
    # the split itself does without a reference: this shows that nothing is lost on the way, not how well guesses fit.
    truth = {f"{t.retailer}/{t.return_number}/{t.line_no}": t for t in settled_bench.truth if t.true_invoice}
    with settled_bench.open() as hub:
        sold = {row["invoice_line"]: row["invoice_number"] for row in hub.store.table(InvoiceLine).to_pylist()}
        placed = {
            row["return_line"]: sold[row["invoice_line"]]
            for row in hub.store.table(Allocation).to_pylist()
            if row["invoice_line"]
        }
    right = sum(placed.get(line) == true.true_invoice for line, true in truth.items())
    assert len(set(truth) - set(placed)) == 0
    assert right / len(truth) > 0.8


def test_every_file_of_a_partner_with_an_outbox_is_answered(settled_bench: Bench) -> None:
    for partner, acknowledgement in (("nordstad", b"ST*997*"), ("brightwell", b"CONTRL"), ("lindhaus", b"accepted")):
        answers = settled_bench.answers(partner)
        archived = list(settled_bench.mailbox(partner, "returns-done").iterdir())
        assert len(answers) == len(archived) > 0
        assert all(acknowledgement in answer for answer in answers.values())
        assert list(settled_bench.mailbox(partner).iterdir()) == []
    with settled_bench.open() as hub:
        assert hub.store.table(OutboundMessage, state="pending").num_rows == 0


@pytest.mark.both_databases
def test_the_report_ties_out_on_page_and_in_workbook(settled_bench: Bench) -> None:
    with settled_bench.open() as hub:
        book = read_book(hub)
        written = write_report(hub)
        totals = hub.store.query("reports/totals.sql").to_pylist()
    assert book.ties
    page = written.page.read_text()
    assert "✓ announced" in page
    assert not re.search(r"(src|href)=.?https?:", page)
    workbook = load_workbook(written.workbook, read_only=True)
    rows = list(workbook["Totals"].iter_rows(values_only=True))
    assert len(rows) == 1 + len(totals)
    header, *notes = workbook["Credit notes"].iter_rows(values_only=True)
    net, credited = header.index("Net"), rows[0].index("credited net")
    assert round(sum(note[net] for note in notes), 2) == round(sum(row[credited] for row in rows[1:]), 2)
    workbook.close()


def test_a_total_that_does_not_tie_shows_on_the_page(settled_bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with settled_bench.open() as hub:
        book = read_book(hub)
        assert book.ties
        broken = [{**row, "credited_net": row["credited_net"] + 1} for row in book.totals]
        assert not type(book)(book.as_of, broken, book.names, book.sections).ties


def _command(bench: Bench, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    monkeypatch.setenv(SETTINGS_VARIABLE, str(bench.folder / "backhaul.yaml"))
    monkeypatch.setenv("COLUMNS", "200")
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output


@pytest.mark.both_databases
def test_explain_tells_from_bytes_to_credit_note(settled_bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with settled_bench.open() as hub:
        lines = hub.store.query("reports/credit_note_lines.sql").to_pylist()
    credited = next(row for row in lines if row["retailer"] == "nordstad")
    code, told = _command(settled_bench, monkeypatch, "explain", credited["return_line"])
    assert code == 0
    for word in ("BLI*EN*", credited["invoice_number"], credited["number"], credited["reference"], "announced"):
        assert word in told


def test_a_scanned_label_tells_what_is_inside(settled_bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with settled_bench.open() as hub:
        line = hub.store.table(ReturnLine, retailer="brightwell", origin="notice").to_pylist()[0]
        inside = hub.store.table(ReturnLine, carton=line["carton"])["return_line"].to_pylist()
    code, told = _command(settled_bench, monkeypatch, "explain", line["carton"])
    assert code == 0
    assert all(name in told for name in inside)


def test_run_does_the_whole_chain_without_dagster(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    code, told = _command(bench, monkeypatch, "run")
    assert code == 0
    assert "returns.html" in told
    with bench.open() as hub:
        assert standing(hub).credit_notes > 20
    code, told = _command(bench, monkeypatch, "run", "nobody")
    assert code == 2
    assert "Next:" in told


def test_a_partner_whose_server_is_away_does_not_stop_the_others(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(bench.mailbox("lindhaus"))
    code, told = _command(bench, monkeypatch, "run")
    assert code == 2
    assert "Lindhaus GmbH" in told
    assert "Next:" in told
    assert "Traceback" not in told
    with bench.open() as hub:
        assert {row["retailer"] for row in hub.store.table(ReturnLine).to_pylist()} >= {"nordstad", "brightwell"}
        assert standing(hub).credit_notes > 10


def test_explain_of_an_unknown_line_says_what_to_do(settled_bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    code, told = _command(settled_bench, monkeypatch, "explain", "nobody/1/1")
    assert code == 2
    assert "Next:" in told
    assert "Traceback" not in told


def test_status_names_what_waits_and_what_is_overdue(settled_bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    code, told = _command(settled_bench, monkeypatch, "status")
    assert code == 0
    for word in ("Overdue", "waits for", "Findings", "Nordstad Stores", "✓"):
        assert word in told


def test_a_credit_above_its_limit_waits_and_goes_out_when_approved(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _limit_lines(bench, tmp_path / "partners", "0.01")
    bench.run("nordstad", "harwich")
    with bench.open() as hub:
        waiting = hub.store.table(CreditIntent, state="needs_approval", retailer="nordstad").to_pylist()
        assert waiting
        assert hub.store.table(CreditIntent, state="posted", retailer="nordstad").num_rows == 0
    reference = waiting[0]["reference"]
    code, told = _command(bench, monkeypatch, "approve", reference, "--by", "controller")
    assert (code, "one more person must approve it" in told) == (0, True)  # it is far above its limit
    assert _command(bench, monkeypatch, "approve", reference, "--by", "Controller")[0] == 2
    code, told = _command(bench, monkeypatch, "approve", reference, "--by", "treasurer")
    assert (code, "approved by treasurer" in told) == (0, True)
    with bench.open() as hub:
        run_partner(hub, hub.catalog.partner("nordstad").partner)
        (posted,) = hub.store.table(CreditIntent, reference=reference).to_pylist()
        assert (posted["state"], posted["approved_by"]) == ("posted", "controller and treasurer")
        assert hub.store.verify() == []
    code, told = _command(bench, monkeypatch, "approve", reference, "--by", "controller")
    assert code == 2


def test_a_refused_credit_is_parked_and_goes_out_when_released(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    create = FileOutErp.create_draft

    def closed(erp: FileOutErp, request: CreditRequest) -> str:
        raise PermanentError("The period is closed. Next: open it, then release the credit.")

    monkeypatch.setattr(FileOutErp, "create_draft", closed)
    bench.run("nordstad", "harwich")
    monkeypatch.setattr(FileOutErp, "create_draft", create)
    with bench.open() as hub:
        (parked, *_) = hub.store.table(CreditIntent, state="parked", retailer="nordstad").to_pylist()
        assert standing(hub).credit_notes == 0
    code, told = _command(bench, monkeypatch, "status")
    assert "The period is closed" in told
    code, told = _command(bench, monkeypatch, "release", parked["reference"], "--by", "controller")
    assert (code, "released by controller" in told) == (0, True)
    with bench.open() as hub:
        run_partner(hub, hub.catalog.partner("nordstad").partner)
        assert hub.store.table(CreditNote)["reference"].to_pylist() == [parked["reference"]]
        assert hub.store.verify() == []
    code, told = _command(bench, monkeypatch, "release", parked["reference"], "--by", "controller")
    assert (code, "Next:" in told) == (2, True)


def _limit_lines(bench: Bench, folder: Path, limit: str) -> None:
    """The world's partners with this limit for a credited line of nordstad, in a folder of their own."""
    shutil.copytree(bench.settings.path(bench.settings.partners), folder)
    path = folder / "nordstad" / "partner.yaml"
    partner = yaml.safe_load(path.read_text())
    partner.setdefault("policy", {}).setdefault("limits", {})["line"] = limit
    path.write_text(yaml.safe_dump(partner))
    settings = bench.folder / "backhaul.yaml"
    settings.write_text(yaml.safe_dump(yaml.safe_load(settings.read_text()) | {"partners": str(folder)}))


def test_every_return_line_is_in_the_ledger_with_all_its_units(settled_bench: Bench) -> None:
    with settled_bench.open() as hub:
        lines = hub.store.table(ReturnLine).to_pylist()
        units = {row["return_line"]: 0 for row in lines}
        for row in hub.store.table(Allocation).to_pylist():
            units[row["return_line"]] += row["units"]
        for row in hub.store.table(Movement, to_bucket="moved").to_pylist():
            units[row["return_line"]] -= row["units"]
        assert units == {row["return_line"]: row["units"] for row in lines}


def test_what_another_run_took_meanwhile_is_placed_again_on_what_is_left(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = bench.keep("lindhaus", 1)
    record, tries = Store.record, []

    def overtaken_once(store: Store, outcome: Outcome, actor: str | None = None) -> None:
        if outcome.action == "process notice":
            tries.append(outcome)
            if len(tries) == 1:
                raise StaleError("another run was faster. Next: nothing, it is tried again.")
        record(store, outcome, actor)

    monkeypatch.setattr(Store, "record", overtaken_once)
    (run,) = bench.run("lindhaus")
    assert len(tries) == 2
    with bench.open() as hub:
        assert run.processed.lines == hub.store.table(ReturnLine).num_rows > 0
        assert hub.store.table(SourceFile, partner="lindhaus", name=first.name)["state"].to_pylist() == ["processed"]


def test_a_store_that_stays_busy_ends_the_run_with_its_own_words(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.keep("lindhaus", 1)
    record = Store.record

    def busy(store: Store, outcome: Outcome, actor: str | None = None) -> None:
        if outcome.action == "process notice":
            raise TransientError("the database is busy. Next: nothing, it is tried again.")
        record(store, outcome, actor)

    monkeypatch.setattr(Store, "record", busy)
    with pytest.raises(TransientError, match="busy"):
        bench.run("lindhaus")


@pytest.mark.parametrize(("waiting", "told"), [(0, []), (1, ["1 file of shop "]), (3, ["3 files of shop "])])
def test_a_file_that_may_still_be_written_is_told(waiting: int, told: list[str]) -> None:
    _, *lines = run_view([PartnerRun("shop", Received(waiting=waiting))])
    assert [str(line).partition("may still be written. Next: ")[0] for line in lines] == told
