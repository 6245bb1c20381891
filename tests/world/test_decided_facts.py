"""What was decided is told with the facts that it was decided on, also of units that a cap had cut off."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.tables import UNDECIDED
from tests.world.goods_town import announced, goods, goods_town
from tests.world.town import File, receipt, sale

CAP = {"name": "some", "amount": 20}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
OUR_WORD = {"authorisation": {"since": "2026-01-01", "keep_below": 100, "keep_percent": 50}}
# What was agreed, the disposition that is announced, what the dock counts, and the bucket of the units.
WAYS: list[tuple[dict[str, Any], str, tuple[File, ...], str]] = [
    ({}, "return", (receipt("W1", 6, "R1"),), "received"),
    ({}, "keep", (), "announced"),
    (OUR_WORD, "return", (), "kept"),
]


@pytest.mark.parametrize(("agreed", "goes", "counted", "bucket"), WAYS, ids=[way[-1] for way in WAYS])
def test_units_above_a_cap_have_the_facts_of_the_others(
    tmp_path: Path, agreed: dict[str, Any], goes: str, counted: tuple[File, ...], bucket: str
) -> None:
    with goods_town(tmp_path, caps=[CAP], **agreed) as town:
        town.deliver(sale("I1", 10), announced("R1", goods(6, goods=goes)), *counted)
        town.settle()
        rows = {row["decision"]: row for row in town.store.decided("shop", LONG_AGO).to_pylist()}
        (cut_off,) = [name for name in rows if name.endswith(">over")]
        above, fitting = rows[cut_off], rows[cut_off.removesuffix(">over")]
        assert (fitting["bucket"], fitting["outcome"], above["outcome"]) == (bucket, "credit", "hold")
        assert sum(row["units"] for row in rows.values()) == 6
        amounts = ("decision", "units", "net_minor", "tax_minor")
        facts = [name for name in UNDECIDED.names if name not in amounts]
        assert {name: above[name] for name in facts} == {name: fitting[name] for name in facts}
