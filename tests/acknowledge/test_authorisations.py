"""Which announced goods may come: what nothing speaks against, and what the policy says of the rest."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

import pyarrow as pa
import pytest

from mappings.answers.authorisations import authorisations
from mappings.outbound.catalog import shipped
from schemas.findings import Finding, Place, as_table
from schemas.partners import Partner
from schemas.tables import DOCUMENTS, NOTICE_LINES

FILE = "a" * 64
NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
SHOP: dict[str, Any] = {
    "id": "shop", "name": "The Shop", "role": "retailer",
    "identities": [{"scheme": "x12", "qualifier": "ZZ", "id": "SHOP"}],
    "our_identity": {"scheme": "x12", "qualifier": "ZZ", "id": "WICKHAMROWE"},
}  # fmt: skip


def answered(
    *findings: tuple[str, int | None],
    policy: dict[str, str] | None = None,
    refused: dict[int, str] | None = None,
    **document: object,
) -> list[str]:
    """The segments about the one announced return, R-1, with two lines."""
    header = {"document": "a-1", "file": FILE, "kind": "notice", "number": "R-1", "purpose": "original", **document}
    line = {"document": "a-1", "gtin": "09522234400018", "units": 3, "disposition": "return"}
    told = [Finding(code, Place(FILE), "x", "a-1", line_no) for code, line_no in findings]
    answers = authorisations(
        pa.Table.from_pylist([header], schema=DOCUMENTS),
        pa.Table.from_pylist([{**line, "line_no": number} for number in (1, 2)], schema=NOTICE_LINES),
        as_table(told),
        {("a-1", line_no): rule for line_no, rule in (refused or {}).items()},
        Partner.model_validate(SHOP | ({"policy": {"unplaced": policy}} if policy else {})),
        shipped("x12/180_answer"),
        NOW,
        count(7),
    )
    return [one for answer in answers for one in answer.data.decode().split("~") if one[:3] in ("BGN", "N9*", "RDR")]


def test_what_nothing_speaks_against_is_authorised_under_a_number() -> None:
    assert answered() == ["BGN*11*AN7-1*20260305*0930**R-1", "N9*RZ*AN7-1", "RDR*RA", "RDR*RA"]


@pytest.mark.parametrize(("verdict", "code"), [("refuse", "RD"), ("hold", "RP"), ("credit", "RA")])
def test_the_policy_says_what_becomes_of_a_line_with_a_finding(verdict: str, code: str) -> None:
    got = answered(("LINE-NEVER-SOLD", 2), policy={"LINE-NEVER-SOLD": verdict})
    refusal = "" if verdict == "credit" else "NR"
    assert got[2] == "RDR*RA"
    assert got[3].split("*")[:4] == ["RDR", code, "", refusal]


def test_what_the_policy_does_not_name_is_pending_and_remarks_hold_nothing() -> None:
    assert [one[:6] for one in answered(("LINE-QUANTITY-BAD", 1), ("FIELD-BAD-DATE", 2))[2:]] == ["RDR*RP", "RDR*RA"]


def test_without_an_authorised_line_there_is_no_authorisation() -> None:
    refused = answered(("LINE-NEVER-SOLD", 1), ("LINE-NEVER-SOLD", 2), policy={"LINE-NEVER-SOLD": "refuse"})
    assert [one[:6] for one in refused] == ["BGN*11", "RDR*RD", "RDR*RD"]


@pytest.mark.parametrize("changed", [{"kind": "receipt"}, {"number": None}, {"purpose": "cancel"}])
def test_only_announcements_that_were_taken_are_answered(changed: dict[str, object]) -> None:
    assert answered(**changed) == []
    assert answered(("DOC-CONFLICT", None)) == []


def test_a_line_that_a_rule_refuses_is_refused_and_a_finding_speaks_first() -> None:
    too_late = answered(refused={2: "window_days"})
    assert too_late[2:] == ["RDR*RA", "RDR*RD**RT*the time in which goods may be returned has passed"]
    both = answered(("LINE-ITEM-UNKNOWN", 2), refused={2: "window_days"})
    assert both[3] == "RDR*RP**UI*we do not know this item"
