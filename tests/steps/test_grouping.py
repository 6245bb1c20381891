"""Which lines stand on one note: by return, retailer, day, week or month, and never what may not stand together."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from pipelines.steps.grouping import PERIODS, NoteTerms, gathered
from schemas.partners import Limits
from schemas.tables import CREDIT_LINES
from tests.steps.test_credits import accepted, composed

MONDAY = datetime(2026, 6, 1, 12, tzinfo=UTC)


def line(number: int, decided_at: datetime = MONDAY, **other: Any) -> dict[str, Any]:
    return accepted(f"nordstad/R{number}/1#1", number=f"R{number}") | {"decided_at": decided_at} | other


def notes(rows: list[dict[str, Any]], **terms: Any) -> list[tuple[str, list[str]]]:
    """The first return of each note that is ready, and the returns on it."""
    found = gathered(pa.Table.from_pylist(rows, CREDIT_LINES), {"nordstad": NoteTerms(**terms)})
    return [(key.return_id, [row["return_id"] for row in own]) for key, own in found]


R1, R2, R3 = "nordstad/R1", "nordstad/R2", "nordstad/R3"


def test_without_a_word_each_return_has_a_note():
    assert notes([line(2), line(1)]) == [(R1, [R1]), (R2, [R2])]


def test_a_retailer_s_note_has_all_that_is_ready_and_the_name_of_its_first_return():
    assert notes([line(2), line(1), line(3)], per="retailer") == [(R1, [R1, R2, R3])]


@pytest.mark.parametrize(
    ("per", "today", "ready"),
    [
        ("day", date(2026, 6, 1), []),
        ("day", date(2026, 6, 2), [R1]),
        ("week", date(2026, 6, 7), []),
        ("week", date(2026, 6, 8), [R1]),
        ("month", date(2026, 6, 30), []),
        ("month", date(2026, 7, 1), [R1]),
    ],
)
def test_a_period_s_note_waits_until_the_period_is_over(per, today, ready):
    assert [name for name, _ in notes([line(1)], per=per, today=today)] == ready


def test_each_period_has_a_note_of_its_own():
    rows = [line(1), line(2, MONDAY + timedelta(days=6)), line(3, MONDAY + timedelta(days=7))]
    assert notes(rows, per="week", today=date(2026, 7, 1)) == [(R1, [R1, R2]), (R3, [R3])]


def test_days_are_those_of_the_retailer_s_calendar():
    late = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)  # the second of June in Stockholm
    rows = [line(1), line(2, late)]
    assert notes(rows, per="day", timezone="Europe/Stockholm", today=date(2026, 7, 1)) == [(R1, [R1]), (R2, [R2])]
    assert notes(rows, per="day", timezone="UTC", today=date(2026, 7, 1)) == [(R1, [R1, R2])]


@pytest.mark.parametrize("per", sorted(PERIODS))
def test_periods_follow_each_other_without_gaps(per):
    on = date(2023, 12, 1)
    for _ in range(500):
        first, after = PERIODS[per](on)
        assert first <= on < after
        assert PERIODS[per](after)[0] == after
        on += timedelta(days=1)


def test_a_note_mixes_no_companies_currencies_nor_taxes_that_stand_alone():
    random = Random(20260601)
    rows = [
        line(
            number,
            MONDAY + timedelta(hours=random.randint(0, 2000)),
            company=random.choice(["WR01", "WR02"]),
            currency=random.choice(["GBP", "EUR"]),
            tax_category=random.choice(["S", "Z", "O"]),
        )
        for number in range(1, 400)
    ]
    for per in ("retailer", *sorted(PERIODS)):
        terms = {"nordstad": NoteTerms(per=per, today=date(2026, 12, 1), minimum=Decimal(50))}  # type: ignore[arg-type]
        found = gathered(pa.Table.from_pylist(rows, CREDIT_LINES), terms)
        for _, own in found:
            kinds = {(row["company"], row["currency"], row["tax_category"] == "O") for row in own}
            assert len(kinds) == 1
        assert max(Counter(row["decision"] for _, own in found for row in own).values()) == 1
        random.shuffle(rows)
        assert gathered(pa.Table.from_pylist(rows, CREDIT_LINES), terms) == found, "the order of lines means nothing"


def test_limits_are_those_of_the_note_after_gathering():
    rows = [line(number, net_minor=40_000, tax_minor=8_000) for number in (1, 2, 3)]
    limits = {"nordstad": Limits(line=Decimal(500), note=Decimal(1000))}
    apart = composed(*rows, limits_of=limits)
    together = composed(*rows, limits_of=limits, notes_of={"nordstad": NoteTerms(per="retailer")})
    assert apart.intents["state"].to_pylist() == ["ready"] * 3
    (problem,) = together.intents["problem"].to_pylist()
    assert problem == "the note is 1200.00 GBP net, above limits.note of 1000"
