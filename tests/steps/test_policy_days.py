"""Which policy holds is said by a day of the units; without that day by the day of the decision."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from pipelines.steps.policy_days import by_policy, policy_on
from schemas.control import Control
from schemas.partners import Limits, Policy
from schemas.policies import Agreed, version_of, without_days
from schemas.tables import UNDECIDED

TODAY = date(2026, 6, 1)
MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)


def policies(judged_by="returned_on"):
    plain = without_days(Policy(control=Control(judged_by=judged_by)))
    return (plain, *(Agreed(str(day), Policy(), str(day), day) for day in (MARCH, MAY)))


def facts(**days):
    rows = [{"decision": str(n), "returned_on": days.get("returned"), "sold_on": days.get("sold")} for n in range(1)]
    return pa.Table.from_pylist(rows, UNDECIDED)


@pytest.mark.parametrize(
    ("returned", "name"),
    [
        (date(2026, 2, 28), "partner.yaml"),
        (MARCH, str(MARCH)),
        (date(2026, 4, 30), str(MARCH)),
        (MAY, str(MAY)),
        (None, str(MAY)),  # judged by the day of the decision
    ],
)
def test_the_latest_that_has_begun_holds(returned, name):
    assert [one.name for one, _ in by_policy(facts(returned=returned), policies(), TODAY)] == [name]


@pytest.mark.parametrize(("judged_by", "name"), [("sold_on", "partner.yaml"), ("decided_on", str(MAY))])
def test_another_day_can_count(judged_by, name):
    rows = facts(returned=MARCH, sold=date(2026, 1, 1))
    assert [one.name for one, _ in by_policy(rows, policies(judged_by), TODAY)] == [name]


def test_every_row_has_one_policy():
    days = [date(2026, 2, 1), MARCH, None, MAY, date(2026, 4, 1)]
    rows = pa.Table.from_pylist([{"decision": str(n), "returned_on": day} for n, day in enumerate(days)], UNDECIDED)
    given = {one.name: own["decision"].to_pylist() for one, own in by_policy(rows, policies(), TODAY)}
    assert given == {"partner.yaml": ["0"], str(MARCH): ["1", "4"], str(MAY): ["2", "3"]}


def test_a_day_has_one_policy():
    names = [policy_on(policies(), day).name for day in (date(2026, 1, 1), MARCH, date(2026, 12, 31))]
    assert names == ["partner.yaml", str(MARCH), str(MAY)]


def test_a_version_is_its_content_and_its_days():
    policy = Policy(window_days=30)
    assert version_of(policy) == version_of(Policy(window_days=30, limits=Limits(line=Decimal("500.00"))))
    versions = {version_of(policy), version_of(policy, MARCH), version_of(policy, MARCH, MAY), version_of(Policy())}
    assert len(versions) == 4
