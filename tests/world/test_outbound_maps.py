"""A partner changes what it gets in three lines of YAML: answers, authorisations and credit notes in its mailbox."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from mappings.formats import x12
from mappings.formats.segments import RawFile
from pipelines.wiring import open_hub
from pipelines.work.credit_notes import KIND
from schemas.errors import ConfigError
from schemas.records import Allocation, Claim, CreditNote, Decision, InvoiceLine, OutboundMessage, ReturnLine
from tests.world.conftest import Bench


def give(bench: Bench, name: str, text: str, *terms: str) -> None:
    """An outbound map of nordstad's, and more lines of its partner.yaml."""
    folder = bench.folder / "partners" / "nordstad"
    (folder / "outbound").mkdir(exist_ok=True)
    (folder / "outbound" / f"{name}.yaml").write_text(text)
    terms_of = folder / "partner.yaml"
    terms_of.write_text(terms_of.read_text() + "".join(f"{term}\n" for term in terms))
    bench.keep("nordstad", 3)


def sent(bench: Bench, kind: str) -> list[bytes]:
    """What is in nordstad's mailbox of this kind."""
    with open_hub(bench.settings) as hub:
        rows = hub.store.table(OutboundMessage, partner="nordstad", kind=kind).to_pylist()
    assert {row["state"] for row in rows} <= {"sent"}
    box = bench.answers("nordstad")
    return [box[row["name"]] for row in rows]


def segments(data: bytes, tag: str) -> list[str]:
    return [one for one in data.decode().split("~") if one.startswith(f"{tag}*")]


def test_a_partners_map_changes_its_answer_and_nothing_else(bench: Bench, tmp_path: Path) -> None:
    give(
        bench,
        "outcomes",
        "extends: x12/824\ndocument:\n  results.reference_kind: {const: RZ}\n",
        "business_answers: all",
    )
    bench.run("nordstad")
    answers = sent(bench, "824")
    assert answers
    for answer in answers:
        assert x12.read([RawFile("f" * 64, "824", answer)]).findings.to_pylist() == []
        assert {one.split("*")[2] for one in segments(answer, "OTI")} == {"RZ"}


def test_what_cannot_be_written_is_a_finding_and_the_run_goes_on(bench: Bench) -> None:
    give(
        bench,
        "outcomes",
        "extends: x12/824\ndocument:\n  number: {const: BA, clean: [{pad_left: 31}]}\n",
        "business_answers: all",
    )
    bench.run("nordstad")
    assert sent(bench, "824") == []
    assert sent(bench, "997")
    found = bench.findings("FILE-ANSWER-UNWRITTEN")
    assert found
    assert all("is not 1 to 30 long" in row["detail"] for row in found)


def test_announced_returns_are_authorised_line_by_line(bench: Bench) -> None:
    give(bench, "answers", "extends: x12/180_answer\n", "authorises: true")
    bench.run("nordstad")
    answers = sent(bench, "authorisation")
    with open_hub(bench.settings) as hub:
        announced = hub.store.notice_lines("nordstad").num_rows
    assert sum(len(segments(answer, "RDR")) for answer in answers) == announced > 0
    for answer in answers:
        assert x12.read([RawFile("f" * 64, "180", answer)]).findings.to_pylist() == []


def test_goods_beyond_the_window_are_refused_before_they_come(bench: Bench) -> None:
    give(bench, "answers", "extends: x12/180_answer\n", "authorises: true")
    terms = bench.folder / "partners" / "nordstad" / "partner.yaml"
    terms.write_text(terms.read_text().replace("window_days: 365", "window_days: 0"))
    bench.run("nordstad")
    rdr = [one.split("*") for answer in sent(bench, "authorisation") for one in segments(answer, "RDR")]
    with open_hub(bench.settings) as hub:
        days = {row["invoice_line"]: row["sold_on"] for row in hub.store.table(InvoiceLine).to_pylist()}
        claims = {row["return_line"]: row["returned_on"] for row in hub.store.table(Claim).to_pylist()}
        placed = [row for row in hub.store.table(Allocation).to_pylist() if row["invoice_line"]]
    late = [row for row in placed if days[row["invoice_line"]] < claims[row["return_line"]]]
    assert [one[1] for one in rdr if one[3:4] == ["RT"]] == ["RD"] * len(late)
    assert 0 < len(late) < len(placed)


def test_a_retailer_gets_each_posted_credit_note_once(bench: Bench) -> None:
    give(bench, "credits", "extends: x12/810_credit_memo\n", "credit_notes_from: 2000-01-01")
    bench.run("nordstad", "harwich")
    bench.run("nordstad")
    with open_hub(bench.settings) as hub:
        own = {row["in_answer_to"] for row in hub.store.table(OutboundMessage, kind=KIND).to_pylist()}
        notes = [row for row in hub.store.table(CreditNote).to_pylist() if row["reference"] in own]
        posted = hub.store.intents("posted", "nordstad")
    assert own == set(posted["reference"].to_pylist())
    told = {}
    for memo in sent(bench, KIND):
        assert x12.read([RawFile("f" * 64, "810", memo)]).findings.to_pylist() == []
        ((big,), (total,)) = segments(memo, "BIG"), segments(memo, "TDS")
        told[big.split("*")[2]] = Decimal(total.split("*")[1])
    assert told == {row["number"]: row["net_minor"] + row["tax_minor"] for row in notes}
    bench.run("nordstad")
    assert len(sent(bench, KIND)) == len(notes)


def test_notes_posted_before_the_agreed_day_are_not_sent(bench: Bench) -> None:
    give(bench, "credits", "extends: x12/810_credit_memo\n", "credit_notes_from: 2099-01-01")
    bench.run("nordstad", "harwich")
    bench.run("nordstad")
    assert sent(bench, KIND) == []


def test_a_note_that_cannot_be_written_is_told_once(bench: Bench) -> None:
    wrong = "extends: x12/810_credit_memo\ndocument:\n  number: {from: number, clean: [{pad_left: 23}]}\n"
    give(bench, "credits", wrong, "credit_notes_from: 2000-01-01")
    bench.run("nordstad", "harwich")
    bench.run("nordstad")
    bench.run("nordstad")
    found = bench.findings("CREDIT-UNWRITTEN")
    assert len({row["file"] for row in found}) == len(found) > 0
    assert sent(bench, KIND) == []


@pytest.mark.parametrize("term", ["authorises: true", "refusals_from: 2026-01-01", "credit_notes_from: 2026-01-01"])
def test_a_term_without_a_map_is_refused(bench: Bench, term: str) -> None:
    terms = bench.folder / "partners" / "nordstad" / "partner.yaml"
    terms.write_text(f"{terms.read_text()}{term}\n")
    with pytest.raises(ConfigError, match=r"partner.yaml:\d+:\d+: .*no map in outbound/ writes it"), bench.open():
        pass


def test_what_was_refused_when_it_came_is_told_once_with_its_reason(bench: Bench) -> None:
    give(bench, "answers", "extends: x12/180_answer\n", "refusals_from: 2000-01-01")
    bench.run("nordstad", "harwich")
    bench.run("nordstad")
    with open_hub(bench.settings) as hub:
        lines = {
            row["return_line"] for row in hub.store.table(ReturnLine, retailer="nordstad", origin="notice").to_pylist()
        }
        refused = [
            row for row in hub.store.table(Decision, outcome="refuse").to_pylist() if row["return_line"] in lines
        ]
        assert hub.store.refused_lines("nordstad").num_rows == 0
    answers = sent(bench, "refusal")
    for one in answers:
        assert x12.read([RawFile("f" * 64, "180", one)]).findings.to_pylist() == []
    told = [(bgn.split("*")[-1], len(segments(one, "RDR"))) for one in answers for bgn in segments(one, "BGN")]
    counted = Counter[str]()
    for number, lines in told:
        counted[number] += lines
    assert counted == Counter(row["return_line"].split("/")[1] for row in refused)
    assert counted
    reasons = {(rdr.split("*")[1], rdr.split("*")[3]) for one in answers for rdr in segments(one, "RDR")}
    assert {verdict for verdict, _ in reasons} == {"RD"}
    assert reasons <= {("RD", code) for code in ("FR", "NR", "QD", "RT")}
    bench.run("nordstad")
    assert len(sent(bench, "refusal")) == len(answers)
