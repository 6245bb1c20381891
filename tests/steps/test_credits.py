"""Accepted units as credit requests: one a company, return and currency, exact to the minor unit, named for ever."""

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.steps.credits import Composed, compose, credited, fees_of
from pipelines.steps.grouping import NoteTerms
from schemas.credits import CreditRequest, reference_of
from schemas.errors import ConfigError
from schemas.money import to_minor
from schemas.partners import Limits, Party
from schemas.records import CreditIntent, CreditIntentLine
from schemas.tables import CREDIT_LINES, MOVEMENTS

SELLERS = {"WR01": Party(legal_name="Wickham & Rowe Ltd"), "WR02": Party(legal_name="Wickham & Rowe Outlet Ltd")}
BUYERS = {"nordstad": Party(legal_name="Nordstad Stores"), "lindhaus": Party(legal_name="Lindhaus GmbH")}
LIMITS = {"nordstad": Limits(line=Decimal(500), note=Decimal(2500)), "lindhaus": Limits()}
TODAY = date(2026, 6, 8)


def accepted(portion: str = "nordstad/R1/1#1", **other: Any) -> dict[str, Any]:
    """Two accepted units of one portion."""
    return_line = portion.split("#", maxsplit=1)[0]
    row = {
        "decision": f"{portion}>received@doc-1/1", "portion": portion, "return_line": return_line,
        "return_id": return_line.rsplit("/", maxsplit=1)[0], "retailer": "nordstad", "number": "R1", "store": "12",
        "reason": "unsold", "units": 2, "net_minor": 4000, "tax_minor": 800, "currency": "GBP",
        "invoice_line": "WR01/I1/1", "company": "WR01", "invoice_number": "I1", "invoice_line_no": "1",
        "sold_on": date(2026, 5, 1), "po_number": "P1", "po_line": "10", "gtin": "09520000000103",
        "vendor_item": "WR-103", "description": "Scarf", "tax_category": "S", "tax_rate": "20",
    }  # fmt: skip
    return row | other


def composed(*rows: dict[str, Any], **other: Any) -> Composed:
    arguments: dict[str, Any] = {
        "sellers": SELLERS, "buyers": BUYERS, "sequences": {}, "issued_on": TODAY, "limits_of": LIMITS,
    }  # fmt: skip
    return compose(pa.Table.from_pylist(list(rows), CREDIT_LINES), **(arguments | other))


def requests(result: Composed) -> list[CreditRequest]:
    return [CreditRequest.model_validate_json(text) for text in result.intents["request"].to_pylist()]


def test_a_return_becomes_one_ready_credit_that_says_all_an_erp_needs():
    result = composed(accepted())
    (intent,), (line,) = result.intents.to_pylist(), result.intent_lines.to_pylist()
    (request,) = requests(result)
    assert (intent["state"], intent["problem"]) == ("ready", None)
    assert (intent["net_minor"], intent["tax_minor"], intent["sequence"]) == (4000, 800, 1)
    assert line == {
        "reference": intent["reference"], "line_no": 1,
        "decision": "nordstad/R1/1#1>received@doc-1/1", "portion": "nordstad/R1/1#1", "return_line": "nordstad/R1/1",
        "invoice_line": "WR01/I1/1", "units": 2, "net_minor": 4000, "tax_minor": 800,
        "withheld_net": None, "withheld_tax": None,
    }  # fmt: skip
    assert (request.seller.legal_name, request.buyer.legal_name) == ("Wickham & Rowe Ltd", "Nordstad Stores")
    assert (request.return_number, request.issued_on, request.currency) == ("R1", TODAY, "GBP")
    (said,) = request.lines
    assert (said.invoice_number, said.invoice_date, said.invoice_line) == ("I1", date(2026, 5, 1), "1")
    assert (said.net, said.tax, said.tax_rate) == (Decimal("40.00"), Decimal("8.00"), Decimal(20))
    assert (said.po_number, said.po_line, said.reason) == ("P1", "10", "unsold")


def test_the_stored_request_is_the_hashed_one():
    (intent,) = composed(accepted()).intents.to_pylist()
    assert hashlib.sha256(intent["request"].encode()).hexdigest() == intent["request_hash"]
    assert CreditRequest.model_validate_json(intent["request"]).canonical() == intent["request"]


def test_columns_are_those_that_are_stored():
    result = composed(accepted())
    assert set(result.intents.column_names) <= set(CreditIntent.model_fields)
    assert set(result.intent_lines.column_names) == set(CreditIntentLine.model_fields)


def test_one_credit_for_each_company_return_and_currency():
    result = composed(
        accepted("nordstad/R2/1#1"),
        accepted("nordstad/R1/2#1"),
        accepted("nordstad/R1/1#1"),
        accepted("nordstad/R1/3#1", company="WR02"),
        accepted("nordstad/R1/4#1", currency="EUR"),
    )
    keys = [(i["company"], i["return_id"], i["currency"], i["sequence"]) for i in result.intents.to_pylist()]
    assert keys == [
        ("WR01", "nordstad/R1", "EUR", 1),
        ("WR01", "nordstad/R1", "GBP", 2),
        ("WR01", "nordstad/R2", "GBP", 1),
        ("WR02", "nordstad/R1", "GBP", 1),
    ]
    assert len(set(result.intents["reference"].to_pylist())) == 4


def test_lines_stand_in_the_order_of_return_line_and_portion_whatever_the_input_order():
    rows = [accepted(f"nordstad/R1/{line}#{n}") for line in (2, 1) for n in (2, 1)]
    result = composed(*rows)
    assert result.intent_lines["portion"].to_pylist() == [
        "nordstad/R1/1#1", "nordstad/R1/1#2", "nordstad/R1/2#1", "nordstad/R1/2#2",
    ]  # fmt: skip
    assert result.intent_lines["line_no"].to_pylist() == [1, 2, 3, 4]
    again = composed(*reversed(rows))
    assert again.intents.equals(result.intents)
    assert again.intent_lines.equals(result.intent_lines)


def test_a_later_credit_of_the_same_return_takes_the_next_number_and_another_reference():
    first = composed(accepted()).intents
    second = composed(accepted(), sequences={("WR01", "nordstad/R1"): 2}).intents
    assert second["sequence"].to_pylist() == [2]
    assert first["reference"] != second["reference"]


def test_references_are_short_printable_and_fixed_for_ever():
    assert reference_of("WR01", "nordstad/R1", 1) == "BH-U6P6GIOLZA7AO"
    assert reference_of("WR01", "nordstad/R1", 11) != reference_of("WR01", "nordstad/R11", 1)
    assert reference_of("A", "B/C", 1) != reference_of("A/B", "C", 1)


@pytest.mark.parametrize(
    ("minors", "problem"),
    [
        ([50000], None),
        ([50001], "line 1 is 500.01 GBP net, above limits.line of 500"),
        ([50000] * 5, None),
        ([50000] * 5 + [1], "the note is 2500.01 GBP net, above limits.note of 2500"),
        (
            [50000, 300000],
            "line 2 is 3000.00 GBP net, above limits.line of 500; the note is 3500.00 GBP net, "
            "above limits.note of 2500",
        ),
    ],
)
def test_a_credit_above_a_limit_waits_for_a_person_and_names_the_limit(minors, problem):
    rows = [accepted(f"nordstad/R1/1#{n}", net_minor=minor) for n, minor in enumerate(minors, 1)]
    (intent,) = composed(*rows).intents.to_pylist()
    assert (intent["state"], intent["problem"]) == ("needs_approval" if problem else "ready", problem)


def test_missing_item_texts_are_empty_and_not_invented():
    (request,) = requests(composed(accepted(vendor_item=None, description=None, reason=None, po_number=None)))
    line = request.lines[0]
    assert (line.vendor_item, line.description, line.reason, line.po_number) == ("", "", None, None)


@pytest.mark.parametrize(
    ("other", "text"),
    [
        ({"sellers": {}}, "company WR01.*add `party:` to the settings"),
        ({"buyers": {}}, "retailer nordstad.*add `party:` to its partner.yaml"),
        ({"buyers": {"nordstad": None}}, "retailer nordstad.*add `party:` to its partner.yaml"),
        ({"limits_of": {}}, "limits for nordstad.*partner.yaml"),
    ],
)
def test_a_party_that_is_not_set_up_is_a_fault_of_our_files(other, text):
    with pytest.raises(ConfigError, match=text):
        composed(accepted(), **other)


def test_nothing_accepted_gives_no_credit():
    result = composed()
    assert result.intents.num_rows == result.intent_lines.num_rows == 0
    assert "reference" in result.intents.column_names


def test_a_posted_intent_moves_each_portion_once():
    twice = [accepted(decision="a"), accepted(decision="b", units=1, net_minor=1999, tax_minor=401)]
    result = composed(*twice, accepted("nordstad/R2/1#1"))
    reference = result.intents.filter(pa.compute.equal(result.intents["return_id"], "nordstad/R1"))["reference"][0]
    moves = credited(result.intent_lines, reference.as_py(), "GBP", "post-1")
    assert moves.schema.equals(MOVEMENTS)
    assert moves.to_pylist() == [
        {
            "movement": f"nordstad/R1/1#1>credited@{reference}", "portion": "nordstad/R1/1#1",
            "return_line": "nordstad/R1/1", "invoice_line": "WR01/I1/1", "units": 3, "net_minor": 5999,
            "tax_minor": 1201, "currency": "GBP", "from_bucket": "accepted", "to_bucket": "credited",
            "cause": str(reference), "rule_version": "post-1",
        }
    ]  # fmt: skip


minor = st.integers(0, 10**9)
lines = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 3), minor, minor, st.sampled_from(["GBP", "JPY", "KWD"])), min_size=1
)


@settings(max_examples=60, deadline=None)
@given(lines)
def test_requests_say_exactly_what_the_ledger_holds(rows):
    """To the minor unit, line by line and in total, in currencies of 0, 2 and 3 places."""
    result = composed(*(
        accepted(f"nordstad/R{r}/1#{n}", decision=str(i), net_minor=net, tax_minor=tax, currency=currency)
        for i, (r, n, net, tax, currency) in enumerate(rows)
    ))  # fmt: skip
    intents = result.intents.to_pylist()
    assert sum(i["net_minor"] for i in intents) == sum(row[2] for row in rows)
    assert sum(i["tax_minor"] for i in intents) == sum(row[3] for row in rows)
    assert result.intent_lines.num_rows == len(rows)
    for intent, request in zip(intents, requests(result), strict=True):
        own = [line for line in result.intent_lines.to_pylist() if line["reference"] == intent["reference"]]
        assert to_minor(request.net, request.currency) == intent["net_minor"] == sum(x["net_minor"] for x in own)
        assert to_minor(request.tax, request.currency) == intent["tax_minor"] == sum(x["tax_minor"] for x in own)
        assert [to_minor(x.net, request.currency) for x in request.lines] == [x["net_minor"] for x in own]
        assert [(x.line_no, x.return_line) for x in request.lines] == [(x["line_no"], x["return_line"]) for x in own]
        moves = credited(result.intent_lines, intent["reference"], request.currency, "v")
        assert pa.compute.sum(moves["net_minor"]).as_py() == intent["net_minor"]


def test_small_credits_wait_until_they_reach_the_minimum_and_then_go_out_on_one_note():
    small = [accepted(f"nordstad/R{n}/1#1", net_minor=300, tax_minor=60, number=f"R{n}") for n in (1, 2, 3)]
    large = accepted("nordstad/R9/1#1", net_minor=1000, number="R9")
    minimum = {"nordstad": NoteTerms(minimum=Decimal("8.00"))}
    waiting = composed(*small[:2], large, notes_of=minimum)
    assert waiting.intents["return_id"].to_pylist() == ["nordstad/R9"]
    together = composed(*small, large, notes_of=minimum)
    assert together.intents["return_id"].to_pylist() == ["nordstad/R1", "nordstad/R9"]
    assert together.intents["net_minor"].to_pylist() == [900, 1000]
    assert together.intent_lines["line_no"].to_pylist() == [1, 2, 3, 1]


def test_small_credits_of_another_company_or_currency_do_not_count():
    rows = [
        accepted("nordstad/R1/1#1", net_minor=300),
        accepted("nordstad/R2/1#1", net_minor=300, company="WR02"),
        accepted("nordstad/R3/1#1", net_minor=300, currency="EUR"),
    ]
    assert composed(*rows, notes_of={"nordstad": NoteTerms(minimum=Decimal(6))}).intents.num_rows == 0


def priced(rule: str, before: int, after: int, because: str) -> dict[str, Any]:
    named = {"decision": "nordstad/R1/1#1>received@doc-1/1", "step": 1, "currency": "GBP"}
    return named | {"rule": rule, "before_minor": before, "after_minor": after, "because": because}


def test_fees_stand_on_their_line_and_what_is_before_them_is_exact():
    fees = fees_of([
        priced("credit.fees.restocking_percent", 5000, 4500, "less 10 % restocking"),
        priced("credit.fees.freight_percent", 4500, 4500, "less 0.0001 % for freight"),
        priced("credit.fees.handling", 4500, 4000, "less 2.50 GBP for handling each of 2 units"),
    ])  # fmt: skip
    (request,) = requests(composed(accepted(), fees=fees))
    (line,) = request.lines
    assert [(fee.kind, fee.net, fee.reason) for fee in line.fees] == [
        ("restocking", Decimal("5.00"), "10 % restocking"),
        ("handling", Decimal("5.00"), "2.50 GBP for handling each of 2 units"),
    ]
    assert (line.net, line.before_fees) == (Decimal("40.00"), Decimal("50.00"))


def test_a_request_without_fees_is_the_text_that_it_always_was():
    (request,) = requests(composed(accepted()))
    assert not {"fees", "kind", "corrects", "why"} & set(request.canonical().replace('"', " ").split())
    assert CreditRequest.model_validate_json(request.canonical()) == request
