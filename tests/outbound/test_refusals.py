"""Refusals: every reason why a line is not credited has words, and codes that a 180 or a RETINS can carry."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from mappings.code_lists import SHIPPED, lists_of
from mappings.formats import edifact, x12
from mappings.formats.names import codes
from mappings.formats.segments import RawFile
from mappings.layouts import load_layout, read_document
from mappings.outbound.catalog import shipped
from mappings.outbound.interchanges import written_file
from mappings.outbound.refusals import reason_code, refusal_rows
from pipelines.steps.decide import RULES
from schemas.differences import KINDS
from schemas.findings import CATALOGUE, Severity
from schemas.partners import Partner, Policy

LISTS = lists_of(SHIPPED)
WORDS, RDR03 = LISTS["words/refusals"], LISTS["x12_1294/refusals"]
OURS_ALONE = {"LINE-SALE-CONFLICT"}  # between us and our ERP
NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
SHOP = Partner.model_validate({
    "id": "shop", "name": "The Shop", "role": "retailer",
    "identities": [
        {"scheme": "x12", "qualifier": "ZZ", "id": "SHOP"},
        {"scheme": "edifact", "qualifier": "14", "id": "9520000010003"},
    ],
    "our_identity": {"scheme": "x12", "qualifier": "ZZ", "id": "WICKHAMROWE"},
})  # fmt: skip
OF_EDIFACT = SHOP.model_copy(
    update={"our_identity": SHOP.identities[1].model_copy(update={"id": "9520000000011"})},
)


def refused(rule: str, line_no: int = 1) -> dict[str, Any]:
    """A line that this rule refused."""
    return {
        "decision": f"D{line_no}", "rule": rule, "because": "as agreed", "at": NOW, "units": 2, "number": "R-1",
        "line_no": line_no, "reason": "defective", "disposition": "return", "gtin": "09520000000028",
        "vendor_item": "WR-1", "buyer_item": None, "po_number": "PO-9", "po_line": "4", "invoice_number": None,
        "store": "0042",
    }  # fmt: skip


def read_back(name: str, *rules: str) -> list[dict[str, Any]]:
    """The lines of the answer that the shipped map ``name`` writes of lines that these rules refused."""
    rows = refusal_rows([refused(rule, number) for number, rule in enumerate(rules, 1)], "RF7", NOW)
    is_x12 = name.startswith("x12")
    written = written_file(shipped(name), SHOP if is_x12 else OF_EDIFACT, [rows], NOW, 7)
    assert written.problems == ()
    reading = (x12 if is_x12 else edifact).read([RawFile("f" * 64, "file", written.data)])
    assert reading.findings.to_pylist() == []
    writes = shipped(name).rules.writes
    read = read_document(load_layout(str(writes.layout), writes.version or ""), reading, 0)
    assert read["issued_on"] == date(2026, 3, 5)
    lines: list[dict[str, Any]] = read["lines"]  # type: ignore[assignment]
    return lines


def test_every_finding_that_holds_a_line_and_every_rule_that_refuses_or_holds_has_words() -> None:
    held = {code for code, one in CATALOGUE.items() if code.startswith("LINE-") and one.severity is Severity.ERROR}
    policy = Policy()
    rules = {f"conditions.{name}" for name in policy.conditions} | {"window_days", "spread_tolerance"}
    assert held - OURS_ALONE | set(policy.unplaced) | rules | {"LINE-AMBIGUOUS"} <= set(WORDS)


# Rules that end with a finding, a difference or a condition: these have words of their own.
ENDS_WITH_A_CODE = {"unplaced", "reconciliation", "conditions"}


@pytest.mark.parametrize("rule", sorted({rule.key for rule in RULES} - ENDS_WITH_A_CODE))
def test_every_rule_has_words_and_a_code_whatever_the_policy_calls_its_parts(rule: str) -> None:
    names = {one.of for one in RULES if one.key == rule}
    full = rule if names == {None} else f"{rule}.as the policy calls it"
    assert reason_code(full) in WORDS
    assert reason_code(full) in RDR03


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.came])
def test_every_difference_of_goods_that_came_has_words(kind: str) -> None:
    assert reason_code(f"reconciliation.{kind}") in WORDS


def test_the_lists_name_findings_and_rules_that_there_are() -> None:
    rules = {name for name in WORDS if name not in CATALOGUE}
    assert {name.partition(".")[0] for name in rules} <= set(Policy.model_fields)
    assert set(RDR03) <= set(WORDS)


@pytest.mark.parametrize("why", WORDS)
def test_its_words_fit_the_shortest_text_and_its_code_is_of_the_standard(why: str) -> None:
    assert 0 < len(WORDS[why]) <= 70
    assert WORDS[why].isascii()
    assert RDR03.get(why, "MI") in codes("x12", "1294")


@pytest.mark.parametrize("name", ["edifact_7007", "edifact_7007_un", "x12_1292"])
def test_each_verdict_and_each_disposition_has_a_code_of_the_standard(name: str) -> None:
    standard, element = name.split("_")[:2]
    assert set(LISTS[f"{name}/verdicts"].values()) <= set(codes(standard, element))
    assert set(LISTS[f"{name}/authorised"].values()) <= set(codes(standard, element))


def test_a_180_carries_the_reason_and_the_words() -> None:
    rules = ("window_days", "conditions.damaged", "unplaced.LINE-BEYOND-SOLD", "caps.season", "a rule of tomorrow")
    said = [(line["disposition"], line["refusal"], line["remark"]) for line in read_back("x12/180_answer", *rules)]
    assert said == [
        ("RD", "RT", "the time in which goods may be returned has passed"),
        ("RD", "FR", "the goods came damaged"),
        ("RD", "QD", "more is returned than is left of what we sold you"),
        ("RD", "QD", "more is returned than we agreed to credit"),
        ("RD", "MI", "we need to know more about this return"),
    ]


@pytest.mark.parametrize("why", WORDS)
def test_a_180_and_a_retins_carry_each_of_them(why: str) -> None:
    (of_180,), (of_retins,) = read_back("x12/180_answer", why), read_back("edifact/retins", why)
    assert (of_180["refusal"], of_180["remark"]) == (RDR03.get(why, "MI"), WORDS[why])
    assert of_retins["instructions"] == [{"action": "17E", "remark": WORDS[why]}]


def test_a_refusal_without_a_sale_is_named_by_its_finding() -> None:
    assert reason_code("unplaced.LINE-NEVER-SOLD") == "LINE-NEVER-SOLD"
    assert reason_code("conditions.damaged") == "conditions.damaged"
