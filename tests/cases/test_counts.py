"""Each rule of a credit and each kind of difference stands in at least two worked cases."""

from collections.abc import Callable
from typing import Any

import pytest

from pipelines.steps.decide import RULES
from schemas.differences import KINDS
from tests.cases.form import Case
from tests.cases.test_cases import CASES

LEAST = 2
# Keys of a policy that change an amount or a note and refuse nothing, so that no decision names them.
AMOUNTS = (
    "caps", "credit.basis", "credit.deductions", "credit.fees.freight_percent", "credit.fees.handling",
    "credit.fees.restocking_percent", "credit.grades", "credit.note_minimum", "credit.notes_per", "credit.quantity",
    "credit.rebates", "credit.window.late_percent", "limits.account_day", "limits.day", "limits.line", "limits.note",
)  # fmt: skip


def decides(rule: str) -> Callable[[Case], bool]:
    return lambda case: any(one.rule == rule or (one.rule or "").startswith(f"{rule}.") for one in case.decided)


def differs(kind: str) -> Callable[[Case], bool]:
    return lambda case: any(one.kind == kind for one in case.differences)


def agrees(key: str) -> Callable[[Case], bool]:
    def said(case: Case) -> bool:
        terms: Any = case.policy
        for name in key.split("."):
            terms = terms.get(name) if isinstance(terms, dict) else None
        return terms is not None

    return said


WANTED = {
    **{f"rule {rule.key}": decides(rule.key) for rule in RULES},
    **{f"difference {kind}": differs(kind) for kind in KINDS},
    **{f"policy {key}": agrees(key) for key in AMOUNTS},
}


@pytest.mark.parametrize("what", WANTED)
def test_it_stands_in_two_cases(what: str) -> None:
    titles = [told.title for told in CASES if WANTED[what](told.case)]
    assert len(titles) >= LEAST, f"{what} stands in {titles}"


def test_notes_are_gathered_in_each_way() -> None:
    ways = {told.case.policy.get("credit", {}).get("notes_per", "return") for told in CASES}
    assert ways == {"return", "retailer", "day", "week", "month"}
