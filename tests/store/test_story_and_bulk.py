"""Large outcomes go in whole, and the story of a line stays short."""

import pyarrow as pa
import pytest

from schemas.errors import PermanentError
from schemas.outcome import Outcome


def test_five_thousand_lines_are_one_outcome(world, store, build):
    world.sell()
    (line,) = store.table("invoice_line").to_pylist()
    lines = [line | {"invoice_line": f"WR01/BULK/{n}", "line_no": n, "invoice_line_no": str(n)} for n in range(5_000)]
    store.record(Outcome("process sales", "erp-export", {"invoice_line": build("invoice_line", *lines)}))
    assert store.table("creditable").num_rows == 5_001
    assert store.head()[0] == 2
    assert store.verify() == []


def test_one_outcome_may_move_a_portion_three_hundred_times(world, store, build):
    line = world.sell(units=5_000, net=50_000, tax=10_000)
    first = world.announce("R1", line, units=2_000, net=5_000, tax=4_000)
    parts = [world.move(first, "announced", "received", f"doc/{n}", 1, 10, 2) for n in range(300)]
    document = store.table("return")["document"][0].as_py()
    moved = pa.concat_tables(parts)
    counted = moved.select(["movement", "portion", "units"])
    for name, value in (("condition", "sellable"), ("receipt_document", document)):
        counted = counted.append_column(name, pa.array([value] * 300))
    world.record("process receipt", movement=moved, inspection=counted)
    assert store.open_portions()["received_units"].to_pylist() == [300]
    assert store.undecided("nordstad").num_rows == 300


def test_the_story_has_what_was_found_about_the_line(world, store, build):
    portion = world.receive(world.announce("R1", world.sell()), "W1").split(">")[0]
    documents = dict(zip(*(store.table("document")[n].to_pylist() for n in ("number", "document")), strict=True))
    common = {
        "partner": "nordstad",
        "code": "C",
        "severity": "info",
        "offset": 0,
        "length": 0,
        "path": "",
        "detail": "",
    }
    findings = [
        common | {"finding": name, "file": "", "document": documents.get(number), "line_no": line_no}
        for name, number, line_no in (
            ("line", "R1", 1), ("other line", "R1", 2), ("notice", "R1", None), ("receipt line", "W1", 1),
            ("receipt", "W1", None), ("sale", "sales-INV1", None), ("elsewhere", None, None),
        )
    ]  # fmt: skip
    world.record("process", finding=build("finding", *findings))
    told = store.story(portion.split("#")[0]).findings["finding"].to_pylist()
    assert told == ["line", "notice", "receipt", "receipt line"]


def test_a_line_that_is_not_there_has_no_story(store):
    with pytest.raises(PermanentError, match="no return line"):
        store.story("nordstad/none/1")
