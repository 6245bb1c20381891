"""Items: from what a line states to the GTIN under which it was sold, and doubts that are told and never guessed."""

from typing import Any

import pyarrow as pa
import pytest

from pipelines.steps.item_names import ITEM_NAMES, gtin_forms, learnt_names, learnt_substitutes, listed_names
from pipelines.steps.items import ItemFacts, exploded, identify
from schemas.findings import CATALOGUE, Finding
from schemas.items import FOUND_BY
from schemas.tables import ANSWER_LINES, ITEM_LINES, NOTICE_LINES

LAMP, CHAIR, STOOL = "09520000000011", "09520000000028", "09520000000035"
CASE, PREPACK, STRANGE = "19520000000018", "09520000000042", "09520000000059"
SHIRT_S, SHIRT_M = "09520000000066", "09520000000073"
BOOK = "09780306406157"

Row = dict[str, Any]


def line(**spoil: Any) -> Row:
    row = {"document": "d-1", "line_no": 1, "file": "f" * 64, "offset": 7, "length": 9, "units": 2, "quantity_raw": "2"}
    return row | spoil


def sale(gtin: str, units: int = 10, price: str = "2.50", retailer: str = "nordstad") -> Row:
    return {"retailer": retailer, "gtin": gtin, "unit_price": price, "units": units}


def name(kind: str, name: str, gtin: str, retailer: str = "") -> Row:
    return {"kind": kind, "retailer": retailer, "name": name, "gtin": gtin}


def holds(gtin: str, **units: int) -> list[Row]:
    parts = {"lamp": LAMP, "s": SHIRT_S, "m": SHIRT_M}
    return [{"gtin": gtin, "component": parts[what], "units": count} for what, count in units.items()]


def facts(*sold: Row, names: list[Row] | None = None, components: list[Row] | None = None) -> ItemFacts:
    """Our lamp, chair, stool and shirts, and a book; what else is known is given."""
    items = {LAMP: "L-1", CHAIR: "TWIN", STOOL: "TWIN", SHIRT_S: "S-S", SHIRT_M: "S-M", BOOK: "", PREPACK: "PP"}
    empty = ItemFacts()
    return ItemFacts(
        pa.table({"gtin": list(items), "vendor_item": list(items.values())}),
        pa.Table.from_pylist(names or [], schema=ITEM_NAMES),
        pa.Table.from_pylist(components or [], schema=empty.components.schema),
        pa.Table.from_pylist(list(sold), schema=empty.sold.schema),
    )


def identified(row: Row, known: ItemFacts, retailer: str | None = "nordstad", **how: bool) -> tuple[Row, list[Finding]]:
    lines = pa.Table.from_pylist([row], schema=NOTICE_LINES)
    result, told = identify(lines, pa.array([retailer], pa.string()), known, **how)
    assert result.schema.remove(len(result.schema) - 1).equals(NOTICE_LINES)
    return result.to_pylist()[0], told


def item(row: Row, known: ItemFacts, retailer: str | None = "nordstad") -> tuple[str | None, str | None]:
    """The item of this line and how it was found, when nothing is wrong."""
    found, told = identified(row, known, retailer)
    assert told == []
    assert set((found["item_by"] or "").split(",")) <= {*FOUND_BY, ""}
    return found["gtin"], found["item_by"]


def doubt(row: Row, known: ItemFacts, **how: Any) -> tuple[str, str, int | None]:
    """The finding's code and detail, and the units that are left."""
    found, (told,) = identified(row, known, **how)
    assert (told.code in CATALOGUE, told.document, told.line_no) == (True, "d-1", 1)
    return told.code, told.detail, found["units"]


# --- the ways to an item


def test_an_item_of_ours_is_found_by_its_gtin() -> None:
    assert item(line(gtin=LAMP), facts(sale(LAMP))) == (LAMP, "gtin")
    assert item(line(gtin=LAMP), facts(), None) == (LAMP, "gtin")


@pytest.mark.parametrize(
    ("stated", "gtin", "by"),
    [
        ({"vendor_item": "L-1"}, LAMP, "vendor_item"),
        ({"gtin": STRANGE, "vendor_item": "00L-1"}, LAMP, "vendor_item"),
        ({"vendor_item": "OLD-1"}, LAMP, "vendor_item"),
        ({"buyer_item": "0077123"}, LAMP, "buyer_item"),
        ({"style": "oslo", "colour": "Navy", "size": "s"}, SHIRT_S, "style"),
        ({"style": "OSLO", "size": "M"}, SHIRT_M, "style"),
        ({"vendor_item": "9520000000011"}, LAMP, "written"),
        ({"buyer_item": "952000000001"}, LAMP, "written"),
        ({"buyer_item": "0-306-40615-2"}, BOOK, "written"),
    ],
)
def test_other_names_lead_to_the_item(stated: Row, gtin: str, by: str) -> None:
    listed = [
        {"gtin": gtin, "style": "Oslo", "colour": "navy", "size": size, "vendor_item": "", "buyer_item": None}
        for gtin, size in ((SHIRT_S, "S"), (SHIRT_M, "M"))
    ]
    names = listed_names(pa.Table.from_pylist(listed, schema=ITEM_LINES)).to_pylist()
    names += [name("buyer_item", "77123", LAMP, "nordstad"), name("buyer_item", "77123", CHAIR, "brightwell")]
    assert item(line(**stated), facts(names=[*names, name("vendor_item", "OLD-1", LAMP)])) == (gtin, by)


def test_what_nobody_knows_keeps_its_number_and_is_told() -> None:
    found, (told,) = identified(line(gtin=STRANGE, buyer_item="X"), facts())
    assert (found["gtin"], found["item_by"], found["units"]) == (STRANGE, None, 2)
    assert (told.code, told.detail) == ("LINE-ITEM-UNKNOWN", f"item number {STRANGE!r}, their item number 'X'")


def test_of_several_items_that_fit_none_is_taken_and_all_are_named() -> None:
    code, said, _ = doubt(line(vendor_item="TWIN"), facts())
    assert (code, said) == ("LINE-ITEM-AMBIGUOUS", f"our item number 'TWIN': {CHAIR}, {STOOL}")
    assert identified(line(vendor_item="TWIN"), facts())[0]["gtin"] is None
    assert doubt(line(vendor_item="TWIN"), facts(sale(CHAIR), sale(STOOL)))[0] == "LINE-ITEM-AMBIGUOUS"


def test_a_second_name_or_the_only_sale_tells_which_of_several_items_it_is() -> None:
    names = [name("buyer_item", "7", STOOL, "nordstad")]
    assert item(line(vendor_item="TWIN", buyer_item="7"), facts(names=names)) == (STOOL, "vendor_item")
    assert item(line(vendor_item="TWIN"), facts(sale(STOOL), sale(CHAIR, retailer="brightwell"))) == (
        STOOL, "vendor_item",
    )  # fmt: skip


def test_a_retailers_number_beside_a_gtin_that_we_do_not_know_makes_no_item_of_it() -> None:
    names = [name("buyer_item", "7", STRANGE, "nordstad")]
    assert doubt(line(gtin=STRANGE), facts(names=names))[0] == "LINE-ITEM-UNKNOWN"
    assert doubt(line(buyer_item="7"), facts(names=names))[0] == "LINE-ITEM-UNKNOWN"


# --- what was sold in its place


@pytest.mark.parametrize(("stated", "shipped"), [(LAMP, STRANGE), (STRANGE, LAMP)])
def test_a_substitute_comes_back_under_either_number(stated: str, shipped: str) -> None:
    swap = [name("substitute", stated, shipped, "nordstad")]
    known = facts(sale(LAMP), names=swap)
    if shipped == STRANGE:  # an item of the list stands in for another, never for an unknown one
        assert item(line(gtin=LAMP), known) == (LAMP, "gtin")
    else:
        assert item(line(gtin=STRANGE), known) == (LAMP, "gtin,substitute")


def test_an_item_that_was_sold_is_never_taken_for_its_substitute() -> None:
    swap = [name("substitute", LAMP, CHAIR)]
    assert item(line(gtin=LAMP), facts(sale(LAMP), sale(CHAIR), names=swap)) == (LAMP, "gtin")
    assert item(line(gtin=CHAIR), facts(sale(LAMP), names=swap)) == (LAMP, "gtin,substitute")
    assert item(line(gtin=LAMP), facts(sale(CHAIR), names=swap)) == (CHAIR, "gtin,substitute")
    assert item(line(gtin=LAMP), facts(sale(CHAIR, retailer="brightwell"), names=swap)) == (LAMP, "gtin")
    several = [*swap, name("substitute", LAMP, STOOL)]
    assert doubt(line(gtin=LAMP), facts(sale(CHAIR), sale(STOOL), names=several))[:2] == (
        "LINE-ITEM-AMBIGUOUS", f"item number {LAMP!r}: {CHAIR}, {STOOL}",
    )  # fmt: skip


# --- cases and pieces


def test_a_case_of_an_item_that_was_sold_by_the_piece_is_its_pieces() -> None:
    found, told = identified(line(gtin=CASE), facts(sale(LAMP, 100), components=holds(CASE, lamp=12)))
    assert (found["gtin"], found["units"], found["item_by"], told) == (LAMP, 24, "gtin,case", [])


def test_a_case_that_was_sold_as_such_stays_one() -> None:
    known = facts(sale(LAMP, 100), sale(CASE, 3, "30"), components=holds(CASE, lamp=12))
    found, told = identified(line(gtin=CASE), known)
    assert (found["gtin"], found["units"], found["item_by"], told) == (CASE, 2, "gtin", [])


def test_pieces_of_what_was_sold_by_the_case_alone_are_whole_cases_or_in_doubt() -> None:
    known = facts(sale(CASE, 3, "30"), components=holds(CASE, lamp=12))
    found, told = identified(line(gtin=LAMP, units=24), known)
    assert (found["gtin"], found["units"], found["item_by"], told) == (CASE, 2, "gtin,pieces", [])
    code, said, units = doubt(line(gtin=LAMP, units=25), known)
    assert (code, said, units) == (
        "LINE-SOLD-IN-PACKS", f"25 pieces of {LAMP}; it was sold as {CASE} of 12 alone", None,
    )  # fmt: skip


def test_a_quantity_in_cases_is_counted_in_pieces_where_the_case_is_known() -> None:
    stated = line(gtin=LAMP, units=None, quantity_raw="3", unit_raw="CA")
    known = facts(sale(LAMP, 100), components=holds(CASE, lamp=12))
    assert identified(stated, known)[0]["units"] == 36
    assert identified(stated | {"unit_raw": "KGM"}, known)[0]["units"] is None
    two = [*holds(CASE, lamp=12), *holds("29520000000015", lamp=6)]
    assert identified(stated, facts(sale(LAMP, 100), components=two))[0]["units"] is None


@pytest.mark.parametrize(
    ("stated", "sold", "said"),
    [
        ({"gtin": CASE, "units": 12}, [sale(LAMP, 100)], f"12 cases of 12 are 144 of {LAMP}, and 100 were sold"),
        ({"gtin": CASE, "units": 24}, [sale(CASE, 3, "30")], f"24 of {CASE} are 2 times 12, and 3 were sold"),
        ({"gtin": LAMP, "unit_price": "30.00"}, [sale(LAMP)], f"2 of {LAMP} at 30.00, the price of 12 of it"),
        ({"gtin": CASE, "unit_price": "2.5"}, [sale(CASE, 9, "30")], f"2 of {CASE} at 2.5, the price of a piece of it"),
        (
            {"gtin": LAMP, "units": None, "quantity_raw": "12", "unit_raw": "CA"},
            [sale(LAMP, 100)], f"12 cases of 12 are 144 of {LAMP}, and 100 were sold",
        ),
    ],
)  # fmt: skip
def test_each_sent_as_case_is_told_and_the_line_waits(stated: Row, sold: list[Row], said: str) -> None:
    known = facts(*sold, components=holds(CASE, lamp=12))
    assert doubt(line(**stated), known) == ("LINE-CASE-DOUBTFUL", said, None)


def test_what_was_counted_is_told_and_never_taken_away() -> None:
    known = facts(sale(LAMP, 20), components=holds(CASE, lamp=12))
    code, _, units = doubt(line(gtin=CASE), known, holds=False)
    assert (code, units) == ("LINE-CASE-DOUBTFUL", 24)


def test_more_pieces_than_were_sold_that_make_whole_cases_are_told_and_placed() -> None:
    known = facts(sale(LAMP, 2), components=holds(CASE, lamp=12))
    assert doubt(line(gtin=LAMP, units=24), known) == (
        "LINE-WHOLE-CASES", f"24 of {LAMP} are 2 times 12, and 2 were sold", 24,
    )  # fmt: skip


@pytest.mark.parametrize(
    "stated",
    [
        {"units": 12}, {"units": 100}, {"units": 101}, {"units": 120, "unit_price": "2.50"}, {"unit_price": "31"},
        {"unit_price": "0"}, {"unit_price": "none"}, {"units": None},
    ],
)  # fmt: skip
def test_an_ordinary_quantity_of_an_item_that_comes_in_cases_is_in_no_doubt(stated: Row) -> None:
    known = facts(sale(LAMP, 120), sale(LAMP, 5, "2.25"), components=holds(CASE, lamp=12))
    assert item(line(gtin=LAMP) | stated, known) == (LAMP, "gtin")


# --- assortments


def test_an_assortment_of_which_the_parts_were_sold_is_taken_apart_with_all_its_pieces() -> None:
    known = facts(sale(SHIRT_S), sale(SHIRT_M), components=holds(PREPACK, s=2, m=4))
    found, told = identified(line(gtin=PREPACK, units=3, unit_price="60"), known)
    assert (found["gtin"], found["units"], found["item_by"], told) == (PREPACK, 18, "gtin,assortment", [])
    rows = [found | {"line_no": 2, "gtin": LAMP, "item_by": "gtin", "units": 5}, found]
    schema = NOTICE_LINES.append(pa.field("item_by", pa.string()))
    parts = exploded(pa.Table.from_pylist(rows, schema=schema), known.components).to_pylist()
    assert [(p["line_no"], p["part"], p["gtin"], p["units"], p["unit_price"]) for p in parts] == [
        (2, None, LAMP, 5, "60"), (1, 1, SHIRT_S, 6, None), (1, 2, SHIRT_M, 12, None),
    ]  # fmt: skip
    held = exploded(pa.Table.from_pylist([found | {"units": None}], schema=schema), known.components)
    assert held["units"].to_pylist() == [None, None]


def test_an_assortment_that_was_sold_as_such_stays_one() -> None:
    known = facts(sale(PREPACK), sale(SHIRT_S), components=holds(PREPACK, s=2, m=4))
    assert item(line(gtin=PREPACK), known) == (PREPACK, "gtin")


def test_singles_of_what_was_sold_in_assortments_alone_are_told() -> None:
    known = facts(sale(PREPACK), components=holds(PREPACK, s=2, m=4))
    assert doubt(line(gtin=SHIRT_S, units=4), known) == (
        "LINE-SOLD-IN-PACKS", f"4 of {SHIRT_S}; it was sold within {PREPACK} alone", None,
    )  # fmt: skip


# --- many lines, and what is learnt


def test_each_line_has_its_own_item_retailer_and_units() -> None:
    rows = [
        line(line_no=1, gtin=CASE, units=2), line(line_no=2, vendor_item="TWIN"), line(line_no=3, gtin=CASE, units=1),
        line(line_no=4, gtin=CASE, units=5), line(line_no=5, gtin=LAMP, units=7),
    ]  # fmt: skip
    retailers = pa.array(["nordstad", "nordstad", "nordstad", "brightwell", None], pa.string())
    known = facts(sale(LAMP, 100), sale(CASE, 9, "30", "brightwell"), components=holds(CASE, lamp=12))
    result, told = identify(pa.Table.from_pylist(rows, schema=NOTICE_LINES), retailers, known)
    assert result["gtin"].to_pylist() == [LAMP, None, LAMP, CASE, LAMP]
    assert result["units"].to_pylist() == [24, 2, 12, 5, 7]
    assert [(one.code, one.line_no) for one in told] == [("LINE-ITEM-AMBIGUOUS", 2)]
    assert identify(NOTICE_LINES.empty_table(), retailers[:0], known)[0].num_rows == 0


def test_numbers_are_learnt_from_lines_that_state_both() -> None:
    rows = [
        line(gtin=LAMP, buyer_item="007"), line(gtin=LAMP, buyer_item="7"), line(gtin=CHAIR), line(buyer_item="8"),
    ]  # fmt: skip
    learnt = learnt_names(pa.Table.from_pylist(rows, schema=NOTICE_LINES), "nordstad")
    assert learnt.to_pylist() == [name("buyer_item", "7", LAMP, "nordstad")]
    looked_for = pa.table({"gtin": [LAMP, CHAIR], "buyer_item": ["7", "8"], "item_by": ["gtin,case", "vendor_item"]})
    assert learnt_names(looked_for, "nordstad").to_pylist() == [name("buyer_item", "8", CHAIR, "nordstad")]


def test_substitutes_are_learnt_from_answers_that_name_another_item() -> None:
    rows = [
        {"gtin": CHAIR, "ordered_gtin": LAMP, "verdict": "changed"}, {"gtin": LAMP, "ordered_gtin": LAMP},
        {"gtin": STOOL, "ordered_gtin": LAMP, "verdict": "refused"}, {"gtin": STOOL},
    ]  # fmt: skip
    learnt = learnt_substitutes(pa.Table.from_pylist(rows, schema=ANSWER_LINES), "")
    assert learnt.to_pylist() == [name("substitute", LAMP, CHAIR)]


@pytest.mark.parametrize(
    ("written", "forms"),
    [
        ("01234565", ["00000001234565", "00012345000065"]), ("03600029145", ["00036000291452"]), ("952-000", []),
        ("9780306406157", ["09780306406157", "97803064061576"]), ("", []), ("0306406153", []),
    ],
)  # fmt: skip
def test_a_number_may_be_a_gtin_in_another_form(written: str, forms: list[str]) -> None:
    assert list(gtin_forms(written)) == forms
