"""Whose box it may be: each kind of evidence speaks, the likeliest stands first, and nothing is said of nothing."""

from datetime import date
from typing import Any

import pyarrow as pa

from pipelines.steps.guesses import AWAITED, BOX_LINES, GUESSES_MAX, LABELS, SOLD_AT, STORES, guesses

SCARF, SHIRT = "09520000000103", "09520000000202"
LABEL = "095200010000000019"


def box(**other: Any) -> dict[str, Any]:
    """Two scarves in a labelled box of store 12."""
    row = {"document": "rec-1", "box": LABEL, "retailer": None, "store": "12", "received_on": date(2026, 6, 8)}
    return row | {"gtin": SCARF, "units": 2} | other


def awaits(return_id: str, **other: Any) -> dict[str, Any]:
    """A return that awaits two scarves from store 12."""
    row = {"return_id": return_id, "retailer": return_id.partition("/")[0], "store": "12", "gtin": SCARF, "units": 2}
    return row | {"returned_on": date(2026, 6, 1)} | other


def told(
    boxes: list[dict[str, Any]],
    awaited: list[dict[str, Any]] | None = None,
    sold: list[dict[str, Any]] | None = None,
    labels: list[dict[str, Any]] | None = None,
    stores: list[dict[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    tables = zip((boxes, awaited, sold, labels, stores), (BOX_LINES, AWAITED, SOLD_AT, LABELS, STORES), strict=True)
    rows: list[dict[str, Any]] = guesses(
        *(pa.Table.from_pylist(part or [], shape) for part, shape in tables)
    ).to_pylist()
    return rows


def likeliest(*args: Any, **named: Any) -> list[tuple[str, str | None]]:
    return [(row["retailer"], row["return_id"]) for row in told(*args, **named)]


def test_nothing_is_guessed_of_a_box_that_nothing_speaks_of():
    assert told([box()]) == []


def test_the_return_that_awaits_the_contents_stands_first():
    found = told([box()], [awaits("nordstad/R1"), awaits("nordstad/R2", gtin=SHIRT)])
    assert [(row["rank"], row["return_id"], row["likelihood"]) for row in found] == [
        (1, "nordstad/R1", "almost certain")
    ]
    assert found[0]["evidence"] == (
        "2 of its 2 units are announced in it; they are 2 of the 2 that it awaits; it is of store 12 too; "
        "it was announced 7 days before"
    )


def test_a_return_of_another_store_comes_behind_that_of_the_same():
    assert likeliest([box()], [awaits("nordstad/R1", store="7"), awaits("nordstad/R2")])[:2] == [
        ("nordstad", "nordstad/R2"),
        ("nordstad", "nordstad/R1"),
    ]


def test_a_return_that_awaits_little_of_the_box_is_not_guessed():
    rest = [box(), box(gtin=SHIRT, units=8)]
    assert likeliest(rest, [awaits("nordstad/R1", store="7", returned_on=None)]) == []


def test_labels_of_earlier_boxes_tell_the_retailer():
    labels = [{"label": "095200010000000002", "retailer": "nordstad"}, {"label": "095200020000000009", "retailer": "b"}]
    (row,) = told([box()], labels=labels)
    assert (row["retailer"], row["likelihood"]) == ("nordstad", "weak")
    assert row["evidence"] == "boxes with labels that begin like this one (16 digits) are its own"


def test_sales_to_the_store_speak_more_than_sales_elsewhere():
    sold = [
        {"retailer": "brightwell", "store": "7", "gtin": SCARF, "units": 9},
        {"retailer": "nordstad", "store": "12", "gtin": SCARF, "units": 9},
    ]
    assert likeliest([box()], sold=sold) == [("nordstad", None), ("brightwell", None)]


def test_the_retailer_that_the_warehouse_names_stands_before_one_that_sells_the_items():
    sold = [{"retailer": "brightwell", "store": "7", "gtin": SCARF, "units": 9}]
    assert likeliest([box(retailer="nordstad")], sold=sold) == [("nordstad", None), ("brightwell", None)]


def test_a_store_number_that_several_have_says_less():
    stores = [{"retailer": name, "store": "12"} for name in ("brightwell", "lindhaus")]
    assert told([box()], stores=stores) == []
    (row,) = told([box()], stores=stores[:1])
    assert (row["retailer"], row["score"]) == ("brightwell", 15)


def test_a_batch_is_guessed_box_by_box():
    boxes = [box(), box(document="rec-2", box="", gtin=SHIRT)]
    awaited = [awaits("nordstad/R1"), awaits("nordstad/R2", gtin=SHIRT)]
    found = [(row["document"], row["box"], row["return_id"]) for row in told(boxes, awaited)]
    assert found == [("rec-1", LABEL, "nordstad/R1"), ("rec-2", "", "nordstad/R2")]


def test_no_more_guesses_than_a_person_reads():
    assert len(told([box()], [awaits(f"nordstad/R{n}") for n in range(9)])) == GUESSES_MAX


def test_units_without_an_item_do_not_fit_anything():
    assert told([box(gtin=None)], [awaits("nordstad/R1")]) == []
