"""The reports tie out: announced is credited, refused, short, cancelled and open, in units and in money."""

from datetime import date

import pyarrow.compute as pc
import pytest

from connectors.store import Store
from connectors.store.schema import SQL
from schemas.outcome import Change
from tests.databases import copied, dropped
from tests.store.conftest import Clock, World

REPORTS = sorted(path.name for path in (SQL / "reports").glob("*.sql"))
ENDS = ("credited", "refused", "short", "cancelled", "open")


def come_to_every_state(world):
    """Returns in every state there is."""
    line = world.sell(units=60, net=6000, tax=1200)
    world.post(world.intend(world.decide(world.receive(world.announce("CREDITED", line), "W1")), "BH-1"), "CN-1")
    world.intend(world.decide(world.receive(world.announce("WAITS", line), "W2")), "BH-2", state="needs_approval",
                 problem="above limits.note")  # fmt: skip
    world.decide(world.receive(world.announce("REFUSED", line), "W3", "damaged"), "refuse")
    world.decide(world.receive(world.announce("HELD", line), "W4", "unknown"), "hold")
    world.receive(world.announce("COUNTED", line, reason="wrong"), "W5", units=3, net=300, tax=60)
    world.decide(world.receive(world.announce("ACCEPTED", line), "W6"))
    world.announce("UNSOLD", None, net=0, tax=0)
    short = world.announce("SHORT", line)
    world.record("process receipt", movement=world.move(short, "announced", "short", "doc/1"))
    cancelled = world.announce("CANCELLED", line)
    world.record("cancel", movement=world.move(cancelled, "announced", "cancelled", "doc/2"))
    world.answer()


@pytest.fixture(scope="module")
def busy_template(database, templates, tmp_path_factory):
    """A database with returns in every state, to be copied."""
    url = copied(templates(database, False), tmp_path_factory.mktemp("busy"))
    with Store.open(url, Clock(), "tester") as store:
        come_to_every_state(World(store))
    yield url
    dropped(url)


@pytest.fixture
def url(request, database, templates, tmp_path):
    """A database of the test's own: with returns in every state where it asks for these, else with nothing in it."""
    busy = "busy" in request.fixturenames
    url = copied(request.getfixturevalue("busy_template") if busy else templates(database, False), tmp_path)
    yield url
    dropped(url)


@pytest.fixture
def busy(world):
    """Returns in every state there is."""
    return world


def sums(table, *names):
    return {name: pc.sum(table[name]).as_py() for name in names}


def test_every_report_keeps_its_columns_with_and_without_rows(store, world):
    today = {"overdue.sql": {"today": date(2026, 4, 1)}}
    empty = {report: store.query(f"reports/{report}", **today.get(report, {})) for report in REPORTS}
    world.credit_one()
    for report in REPORTS:
        with_rows = store.query(f"reports/{report}", **today.get(report, {}))
        assert with_rows.schema.equals(empty[report].schema), report


def test_totals_tie_out(busy, store):
    (total,) = store.query("reports/totals.sql").to_pylist()
    for n in ("units", "net"):
        assert total[f"announced_{n}"] == sum(total[f"{end}_{n}"] for end in ENDS)
        assert total[f"announced_{n}"] == total[f"notice_{n}"] + total[f"dock_{n}"]
    assert (total["returns"], total["announced_units"], total["announced_net"]) == (9, 36, 3200)
    assert [total[f"{end}_units"] for end in ENDS] == [4, 4, 4, 4, 20]
    assert store.violations() == []


def test_found_goods_are_told_apart(busy, store, build):
    found = {"return_id": "nordstad/DOCK-9", "retailer": "nordstad", "origin": "dock"}
    part = busy.document("W9", "receipt", "harwich")
    document = part["document"]["document"][0].as_py()
    line = found | {"return_line": "nordstad/DOCK-9/1", "document": document, "line_no": 1, "units": 2}
    part |= {
        "return": build("return", found | {"number": "DOCK-9", "document": document}),
        "return_line": build("return_line", line),
    } | busy.portion("nordstad/DOCK-9/1#1", None, 2, 0, 0, document)  # fmt: skip
    busy.record("process receipt", **part)
    (total,) = store.query("reports/totals.sql").to_pylist()
    assert (total["dock_units"], total["notice_units"], total["announced_units"]) == (2, 36, 38)


def test_returns_have_the_state_of_their_units(busy, store):
    returns = store.query("reports/returns.sql", retailer="nordstad")
    assert dict(zip(returns["number"].to_pylist(), returns["state"].to_pylist(), strict=True)) == {
        "CREDITED": "credited", "WAITS": "open", "REFUSED": "refused", "HELD": "open", "COUNTED": "open",
        "ACCEPTED": "open", "UNSOLD": "announced", "SHORT": "short", "CANCELLED": "cancelled",
    }  # fmt: skip
    totals = store.query("reports/totals.sql")
    names = [f"{end}_{n}" for end in ("announced", *ENDS) for n in ("units", "net")]
    assert sums(returns, *names) == sums(totals, *names)
    assert store.query("reports/returns.sql", retailer="lindhaus").num_rows == 0


def test_open_lines_say_why_and_since_when(busy, store):
    rows = store.open_lines(date(2026, 3, 5), "nordstad")
    whys = {(row["number"], row["bucket"]): (row["why"], row["because"]) for row in rows.to_pylist()}
    assert whys == {
        ("WAITS", "accepted"): ("awaiting approval", "above limits.note"),
        ("HELD", "received"): ("held by a decision", "to hold"),
        ("COUNTED", "received"): ("awaiting decision", None),
        ("COUNTED", "announced"): ("awaiting receipt", None),
        ("ACCEPTED", "accepted"): ("awaiting credit", None),
        ("UNSOLD", "announced"): ("awaiting receipt", None),
    }
    assert set(rows["age_days"].to_pylist()) == {3}
    (total,) = store.query("reports/totals.sql").to_pylist()
    assert sums(rows, "units", "net_minor") == {"units": total["open_units"], "net_minor": total["open_net"]}


@pytest.mark.parametrize(
    ("state", "why"),
    [("ready", "awaiting posting"), ("sent", "awaiting posting"), ("uncertain", "awaiting a person: credit uncertain")],
)
def test_accepted_units_wait_for_what_their_intent_waits_for(world, store, state, why):
    world.intend(world.decide(world.receive(world.announce("R1", world.sell()), "W1")), "BH-1")
    if state != "ready":
        world.record("post", Change("credit_intent", {"reference": "BH-1"}, {"state": state}))
    (row,) = store.open_lines(date(2026, 3, 2)).to_pylist()
    assert (row["why"], row["reference"], row["age_days"]) == (why, "BH-1", 0)


def test_credit_notes_and_their_lines_have_the_same_sums(credited):
    notes, lines = credited.query("reports/credit_notes.sql"), credited.query("reports/credit_note_lines.sql")
    assert notes["number"].to_pylist() == ["CN-R1", "CN-R2"]
    assert sums(notes, "units", "net_minor", "tax_minor") == sums(lines, "units", "net_minor", "tax_minor")
    (total,) = credited.query("reports/totals.sql").to_pylist()
    assert sums(notes, "units", "net_minor") == {"units": total["credited_units"], "net_minor": total["credited_net"]}
    (line,) = credited.query("reports/credit_note_lines.sql", reference="BH-R1").to_pylist()
    assert (line["reason"], line["condition"], line["evidence"]) == ("defect", "sellable", "po")


def test_reasons_cover_every_unit(busy, store):
    reasons = store.query("reports/reasons.sql")
    assert sorted(reasons["reason"].to_pylist()) == ["defect", "wrong"]
    (total,) = store.query("reports/totals.sql").to_pylist()
    assert sums(reasons, "announced_units", "announced_net") == {
        "announced_units": total["announced_units"], "announced_net": total["announced_net"],
    }  # fmt: skip


def test_files_and_messages_are_all_there(busy, store):
    files = store.query("reports/files.sql")
    assert files.num_rows == store.table("source_file").num_rows
    assert set(files["arrivals"].to_pylist()) == {1}
    states = store.query("reports/file_states.sql")
    assert sums(states, "files", "documents") == {"files": files.num_rows, "documents": files.num_rows}
    assert store.query("reports/messages.sql", state="pending")["kind"].to_pylist() == ["997"]
    assert store.query("reports/messages.sql", partner="brightwell").num_rows == 0


def test_findings_are_counted_by_partner_and_code(world, store, build):
    found = {
        "partner": "nordstad", "code": "LINE-NEVER-SOLD", "severity": "error", "file": "ab", "offset": 0, "length": 1,
        "path": "BLI", "detail": "d",
    }  # fmt: skip
    world.record("process", finding=build("finding", found | {"finding": "1"}, found | {"finding": "2"}))
    (row,) = store.query("reports/findings.sql").to_pylist()
    assert (row["partner"], row["code"], row["findings"], row["files"]) == ("nordstad", "LINE-NEVER-SOLD", 2, 1)
    assert store.findings(partner="nordstad", code="LINE-NEVER-SOLD").num_rows == 2


def test_what_is_overdue_is_still_awaited(busy, store):
    assert store.query("reports/overdue.sql", today=date(2026, 3, 22)).num_rows == 0
    overdue = store.query("reports/overdue.sql", today=date(2026, 3, 23))
    assert overdue["subject"].to_pylist() == ["nordstad/COUNTED", "nordstad/UNSOLD"]
    assert overdue["units"].to_pylist() == [1, 4]


def test_credits_that_are_not_posted_are_listed(busy, store):
    (intent,) = store.query("reports/intents.sql").to_pylist()
    assert (intent["reference"], intent["state"], intent["problem"]) == ("BH-2", "needs_approval", "above limits.note")


@pytest.mark.parametrize("query", ["reports/none.sql", "../pyproject.toml", "views/line_state.sql"])
def test_only_queries_that_name_their_columns_are_run(store, query):
    with pytest.raises(ValueError, match=r"no file|no columns"):
        store.query(query)


def test_unknown_parameters_are_refused(store):
    with pytest.raises(ValueError, match="colour"):
        store.query("reports/returns.sql", colour="red")
