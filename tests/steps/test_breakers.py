"""A day above so many times the median of the days before it stops posting; few days and small sums never do."""

from datetime import date
from decimal import Decimal

from pipelines.steps.breakers import too_much
from schemas.control import Breakers

BREAKERS = Breakers(day_factor=Decimal(3), least_days=3, least_net=Decimal(10), least_notes=5)


def day(number, net, notes=1, currency="EUR"):
    return {"day": date(2026, 5, number), "currency": currency, "notes": notes, "net_minor": net}


BEFORE = [day(1, 9_000), day(2, 10_000), day(3, 20_000)]


def kinds(today, before=BEFORE, breakers=BREAKERS):
    return [stop.kind for stop in too_much(before, today, breakers)]


def test_three_times_the_median_is_let_through_and_a_cent_more_is_not():
    assert kinds([day(9, 30_000)]) == []
    (stop,) = too_much(BEFORE, [day(9, 30_001)], BREAKERS)
    assert stop.kind == "net"
    assert stop.why == (
        "300.01 EUR net would be credited today; the usual day has 100.00 EUR, 3 times that is 300.00 EUR"
    )


def test_too_few_days_are_no_measure():
    assert kinds([day(9, 10**9, notes=10**6)], BEFORE[:2]) == []


def test_a_small_sum_is_never_too_much():
    few = [day(number, 1) for number in (1, 2, 3)]
    assert kinds([day(9, 1_000)], few) == []
    assert kinds([day(9, 1_001)], few) == ["net"]


def test_currencies_are_compared_each_with_itself():
    assert kinds([day(9, 30_001, currency="GBP")]) == []


def test_notes_of_all_currencies_are_counted_together():
    assert kinds([day(9, 1, notes=3), day(9, 1, notes=2, currency="GBP")]) == []
    assert kinds([day(9, 1, notes=3), day(9, 1, notes=3, currency="GBP")]) == ["notes"]
