"""Refusals: every reason why a line is not credited has words and codes that a 180 or a RETINS can carry."""

from datetime import date

import pytest

from mappings.answers.refusals import refusal, refusals
from mappings.formats.names import codes
from mappings.layouts import Document, load_layout
from schemas.findings import CATALOGUE, Severity
from schemas.partners import Policy
from tests.layouts.documents import file_of, read_all, reading_of

OURS_ALONE = {"LINE-SALE-CONFLICT"}  # between us and our ERP
GTIN = "09520000000028"


def test_every_finding_that_holds_a_line_and_every_rule_that_refuses_has_a_refusal() -> None:
    held = {code for code, one in CATALOGUE.items() if code.startswith("LINE-") and one.severity is Severity.ERROR}
    policy = Policy()
    refused = {f"conditions.{name}" for name, verdict in policy.conditions.items() if verdict != "credit"}
    assert held - OURS_ALONE | set(policy.unplaced) | refused | {"window_days", "LINE-AMBIGUOUS"} <= set(refusals())
    findings = {code for code in refusals() if code.startswith("LINE-")}
    assert findings <= set(CATALOGUE)


@pytest.mark.parametrize("why", refusals())
def test_its_codes_are_of_the_standards_and_its_words_fit_the_shortest_text(why: str) -> None:
    one = refusal(why)
    assert one.x12_1292 in codes("x12", "1292")
    assert one.x12_1294 in codes("x12", "1294")
    assert {one.un_7007, one.eancom_7007} <= set(codes("edifact", "7007"))
    assert 0 < len(one.words) <= 70
    assert one.words.isascii()
    verdicts = {"RD": ("26", "17E"), "RP": ("25", "16E")}
    assert (one.un_7007, one.eancom_7007) == verdicts[one.x12_1292]


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("LINE-NEVER-SOLD", "NR"), ("unplaced.LINE-BEYOND-SOLD", "QD"), ("LINE-ITEM-UNKNOWN", "UI"),
        ("window_days", "RT"), ("a rule of tomorrow", "MI"), ("unplaced.unknown", "MI"),
    ],
)  # fmt: skip
def test_a_reason_is_found_by_finding_and_by_rule(why: str, reason: str) -> None:
    assert refusal(why).x12_1294 == reason


@pytest.mark.parametrize("why", refusals())
def test_a_180_carries_it(why: str) -> None:
    layout = load_layout("x12/180_answer")
    line = {"gtin": GTIN, "quantity": 1, "unit": "EA"} | refusal(why).x12_fields()
    parties = [{"role": "SN", "name": "Store", "scheme": "92", "id": "0042"}]
    answer: Document = {
        "number": "A-1", "issued_on": date(2026, 3, 5), "request_number": "R-1", "parties": parties, "lines": [line],
    }  # fmt: skip
    (read,) = read_all(layout, reading_of(layout, file_of(layout, [[answer]])))
    (said,) = read["lines"]  # type: ignore[misc]
    assert {name: said[name] for name in ("disposition", "refusal", "remark")} == refusal(why).x12_fields()  # type: ignore[index]


@pytest.mark.parametrize(("version", "verdict"), [("D:01B:UN", "17E"), ("D:24A:UN", "26"), ("D:96A:EN:EAN001", "17E")])
def test_a_retins_carries_it(version: str, verdict: str) -> None:
    layout = load_layout("edifact/retins", version)
    said = refusal("LINE-NEVER-SOLD").retins_fields(version)
    assert said["action"] == verdict
    parties = [{"role": "BY", "id": "9520000010003", "agency": "9"}]
    lines = [{"gtin": GTIN, "quantity": 1, "instructions": [said]}]
    instruction: Document = {
        "purpose": "original", "number": "I-1", "issued_on": date(2026, 3, 5), "parties": parties, "lines": lines,
    }  # fmt: skip
    (read,) = read_all(layout, reading_of(layout, file_of(layout, [[instruction]])))
    assert read["lines"][0]["instructions"] == [said]  # type: ignore[index,call-overload]
