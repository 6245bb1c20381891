"""Any day of the past has its state, and one day leads to another: recomputed from the movements by hand."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipelines.ledger_days import roll_forward, roll_view, state_on, state_view, ties
from tests.world.town import BOWL, Town, line, notice, receipt, sale

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def week(town: Town) -> Town:
    """A notice on Monday, another late on Tuesday (Wednesday in Berlin), goods on Wednesday, credit on Friday."""
    happens = [
        (MONDAY, lambda: town.deliver(sale("I1", 9, 999), notice("R1", line(3), line(2, BOWL)))),
        (MONDAY + timedelta(days=1, hours=13, minutes=30), lambda: town.deliver(notice("R2", line(2)))),
        (MONDAY + timedelta(days=2), lambda: town.deliver(receipt("W1", 2, "R1", complete=True))),
        (MONDAY + timedelta(days=4), town.settle),
    ]
    for moment, happening in happens:
        town.store._now = lambda now=moment: now
        happening()
    settings = town.hub.settings.model_copy(update={"timezone": "Europe/Berlin"})
    town.hub = replace(town.hub, settings=settings)
    return town


def by_hand(town: Town, day: date) -> dict[str, list[int]]:
    """Units, net and tax by bucket, movement by movement."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in town.store.table("movement").to_pylist():
        if row["at"].astimezone(BERLIN).date() <= day:
            for place, amount in enumerate((row["units"], row["net_minor"], row["tax_minor"])):
                sums[row["to_bucket"]][place] += amount
                sums[row["from_bucket"]][place] -= amount
    return {bucket: amounts for bucket, amounts in sums.items() if any(amounts)}


@pytest.mark.parametrize("days", range(-1, 6))
def test_the_state_of_a_day_is_the_sum_of_the_movements_until_its_end(week: Town, days: int) -> None:
    day = (MONDAY + timedelta(days=days)).date()
    found = {row["bucket"]: [row["units"], row["net"], row["tax"]] for row in state_on(week.hub, day).to_pylist()}
    assert found == by_hand(week, day)


def test_a_day_ends_in_the_zone_of_the_hub(week: Town) -> None:
    announced = {
        day: {row["bucket"]: row["units"] for row in state_on(week.hub, date(2026, 3, day)).to_pylist()}["announced"]
        for day in (2, 3)
    }
    assert announced == {2: 5, 3: 5}  # the second notice came at 23:30 UTC on the third, which is the fourth in Berlin
    assert state_on(week.hub, date(2026, 3, 6), "shop") == state_on(week.hub, date(2026, 3, 6))
    assert state_on(week.hub, date(2026, 3, 6), "nobody").num_rows == 0


def test_each_bucket_rolls_forward_from_day_to_day(week: Town) -> None:
    first, last = date(2026, 3, 4), date(2026, 3, 6)
    rows = roll_forward(week.hub, first, last)
    assert ties(rows)
    before, after = by_hand(week, date(2026, 3, 3)), by_hand(week, last)
    for row in rows:
        nothing = [0, 0, 0]
        assert [row[f"opening_{kind}"] for kind in ("units", "net", "tax")] == before.get(row["bucket"], nothing)
        assert [row[f"closing_{kind}"] for kind in ("units", "net", "tax")] == after.get(row["bucket"], nothing)
    accepted = next(row for row in rows if row["bucket"] == "accepted")
    assert (accepted["opening_units"], accepted["came_units"], accepted["closing_units"]) == (0, 2, 2)
    rows[0] |= {"came_net": rows[0]["came_net"] + 1}
    assert not ties(rows)


def test_a_past_day_stays_as_it_was(week: Town) -> None:
    before = state_on(week.hub, date(2026, 3, 4))
    week.store._now = lambda: MONDAY + timedelta(days=9)
    week.deliver(receipt("W2", 2, "R2"), notice("R1", {}, on=52, purpose="cancel"))
    assert state_on(week.hub, date(2026, 3, 4)) == before
    assert state_on(week.hub, date(2026, 3, 11)) != before


def test_both_are_shown(week: Town, capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    console = Console(width=140)
    for part in (*state_view(week.hub, date(2026, 3, 2)), *roll_view(week.hub, date(2026, 3, 2), date(2026, 3, 6))):
        console.print(part)
    told = capsys.readouterr().out
    assert "The ledger at the end of 2026-03-02 (Europe/Berlin)" in told
    assert "opening + came - went = closing" in told
    console.print(*state_view(week.hub, date(2026, 1, 1)))
    assert "Nothing had been announced" in capsys.readouterr().out
