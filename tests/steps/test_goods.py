"""The pure steps about goods: cuts conserve money, many returns share what is left, and examples hold."""

import doctest
from datetime import date
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from mappings.answers import authorisations
from pipelines.steps import authorise as steps
from pipelines.steps import item_flags, warranty
from pipelines.steps.item_flags import names_one_of
from pipelines.steps.window_start import Starts
from pipelines.work import claims
from schemas.handling_tables import SHIPPED_OF, STATED_DAYS, WAITING
from schemas.partners import Policy
from schemas.policies import Agreed

STANDING = steps.Standing(date(2026, 6, 1), bought=100, returned=10)


def waiting(*units: int, **spoiled: Any) -> pa.Table:
    """Announced portions of one return each, at 3.33 net a unit."""
    rows = [
        {"portion": f"shop/R{n}/1#1", "return_line": f"shop/R{n}/1", "return_id": f"shop/R{n}", "retailer": "shop",
         "number": f"R{n}", "document": "d", "line_no": 1, "units": count, "net_minor": 333 * count + 1,
         "tax_minor": 63 * count, "currency": "EUR", "gtin": "09520000000059", "returned_on": date(2026, 3, n),
         "invoice_line": f"WR01/I{n}/1", "sold_on": date(2026, 1, 1), "given": False, "said": 0} | spoiled
        for n, count in enumerate(units, 1)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, WAITING)


def said(table: pa.Table, **terms: Any) -> pa.Table:
    policy = Policy.model_validate({"authorisation": {"since": "2026-01-01"} | terms})
    return steps.authorise(table, [Agreed("partner.yaml", policy, "v1")], STANDING)


def test_a_share_is_used_in_the_order_of_the_days_and_a_portion_is_cut() -> None:
    words = said(waiting(6, 7, 2), share={"percent": 20}).to_pylist()
    told = [(row["portion"], row["outcome"], row["units"]) for row in words]
    assert told == [
        ("shop/R1/1#1", "authorise", 6),
        ("shop/R2/1#1", "refuse", 3),
        ("shop/R2/1#1", "authorise", 4),
        ("shop/R3/1#1", "refuse", 2),
    ]


def test_the_pieces_of_a_portion_have_its_money_to_the_cent() -> None:
    table = waiting(7)
    moved = steps.carry_out(said(table, share={"percent": 12}), table)
    assert moved["to_bucket"].to_pylist() == ["authorised", "refused"]
    for name in ("units", "net_minor", "tax_minor"):
        assert pc.sum(moved[name]).as_py() == pc.sum(table[name]).as_py()


def test_what_was_asked_and_would_be_asked_again_gets_no_second_word() -> None:
    asked = waiting(3, reason="damaged", asked="shop/R1/1#1!1", said=1, asked_by=date(2026, 6, 2))
    assert said(asked, reasons={"damaged": "ask"}, unanswered="refuse").num_rows == 0
    (word,) = said(asked, reasons={}).to_pylist()
    assert (word["authorisation"], word["outcome"], word["answers"]) == ("shop/R1/1#1!2", "authorise", "shop/R1/1#1!1")


def test_our_word_holds_whatever_sale_units_stand_on_since() -> None:
    (word,) = said(waiting(3, given=True), late="refuse", window_days=1).to_pylist()
    assert (word["outcome"], word["rule"]) == ("authorise", "given")


def test_a_word_on_units_that_do_not_wait_is_refused() -> None:
    words = said(waiting(3))
    with pytest.raises(ValueError, match="do not wait"):
        steps.carry_out(words, waiting(3).slice(0, 0))


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("sold", "59 days after the sale on 2026-01-01"),
        ("shipped", "58 days after the shipment on 2026-01-02"),
        ("delivered", "56 days after the delivery on 2026-01-04"),
        ("consumer", "54 days after the consumer's receipt on 2026-01-06"),
    ],
)
@pytest.mark.parametrize("grace", [0, 1])
def test_the_window_starts_with_the_event_that_was_agreed(start: str, told: str, grace: int) -> None:
    shipped = [{"invoice_line": "WR01/I1/1", "shipped_on": date(2026, 1, 2), "delivered_on": date(2026, 1, 3)}]
    # The proof goes before what the ship notice said.
    stated = [{"return_line": "shop/R1/1", "delivered_on": date(2026, 1, 4), "consumer_on": date(2026, 1, 6)}]
    starts = Starts(pa.Table.from_pylist(shipped, SHIPPED_OF), pa.Table.from_pylist(stated, STATED_DAYS))
    days = int(told.split()[0])
    terms = {"since": "2026-01-01", "start": start, "window_days": days - 1, "grace_days": grace}
    policies = [Agreed("partner.yaml", Policy.model_validate({"authorisation": terms}), "v1")]
    (word,) = steps.authorise(waiting(3), policies, STANDING, starts).to_pylist()
    assert word["outcome"] == ("authorise" if grace else "refuse")
    assert grace or told in word["because"]


@pytest.mark.parametrize("start", ["shipped", "delivered", "consumer"])
def test_where_no_later_day_is_known_the_one_before_it_counts(start: str) -> None:
    (word,) = said(waiting(3), start=start, window_days=58).to_pylist()
    assert "59 days after the sale on 2026-01-01" in word["because"]


def test_each_unit_has_the_window_and_the_version_of_the_policy_of_its_day() -> None:
    terms = {"since": "2026-01-01"}
    old = Policy.model_validate({"window_days": 59, "authorisation": terms})
    new = Policy.model_validate({"window_days": 60, "authorisation": terms})
    policies = [Agreed("partner.yaml", old, "v1"), Agreed("march", new, "v2", date(2026, 3, 2))]
    words = steps.authorise(waiting(1, 1, 1), policies, STANDING).to_pylist()
    # Sold on 2026-01-01 and announced on the first, second and third of March: 59, 60 and 61 days later.
    assert [(row["outcome"], row["policy_version"]) for row in words] == [
        ("authorise", "v1"), ("authorise", "v2"), ("refuse", "v2"),
    ]  # fmt: skip
    moved = steps.carry_out(pa.Table.from_pylist(words), waiting(1, 1, 1))
    assert moved["rule_version"].to_pylist() == ["v1", "v2", "v2"]


def test_nothing_waits_and_nothing_is_said() -> None:
    assert said(waiting()).num_rows == 0


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("09521234000013", True), ("9521234000013", True), ("952123400001", False), ("VI-0013", True), ("VI-*", True),
        ("0952*", True), ("952*", False), ("12345678", False), ("*", True),
    ],
)  # fmt: skip
def test_an_item_is_named_by_its_gtin_as_printed_or_in_full_or_by_our_number(pattern: str, fits: bool) -> None:
    assert names_one_of({"gtin": "09521234000013", "vendor_item": "VI-0013"}, (pattern,)) == fits


def test_a_short_gtin_is_one_and_a_number_of_ours_of_as_many_digits_too() -> None:
    assert names_one_of({"gtin": "00000012345670", "vendor_item": None}, ("12345670",))
    assert names_one_of({"gtin": "09521234000013", "vendor_item": "12345670"}, ("12345670",))


@pytest.mark.parametrize(
    "module", [steps, warranty, claims, authorisations, item_flags], ids=lambda module: module.__name__
)
def test_the_examples_in_the_docstrings_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert (result.attempted > 0, result.failed) == (True, 0)
