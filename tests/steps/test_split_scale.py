"""What large batches do otherwise than small ones: sales in parts, patience that ends, pairs that are passed over."""

from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.steps.split import SalesIndex, doubt, picking, split
from pipelines.steps.split.picking import picked, with_ends
from pipelines.steps.split.repairs import machine_for, repair, signs_of
from pipelines.steps.split.resemblance import may_resemble
from pipelines.steps.split.squeezed import signs_in
from schemas.partners import Policy
from tests.steps.split_random import random_world
from tests.steps.split_ways import PLAIN, go
from tests.steps.split_worlds import claim, claims_table, places_table, sale, supply_table
from tests.steps.test_split_references import ERRORS

TEXTS = ["WR01/R1/1", "", "größer", "WR01/R22/10", "of more bytes than are moved at once " * 4]


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_an_index_made_of_parts_gives_the_same(rows: int) -> None:
    world = random_world(Random("parts"), 20)
    supply = supply_table(world.sales)
    parts = [supply.slice(at, rows) for at in range(0, supply.num_rows, rows)]
    claims, places = claims_table(world.claims), places_table(world.claims)
    made, whole = (split(claims, one, world.policy, places) for one in (SalesIndex.of(parts), supply))
    assert made.allocations.equals(whole.allocations)
    assert made.findings.equals(whole.findings)


def test_an_index_gives_away_what_is_placed() -> None:
    index = SalesIndex.of(supply_table([sale("I1", 3)]))
    placed = []
    for n in (1, 2):
        claims = [claim(n, 2)]
        rows = split(claims_table(claims), index, Policy(), places_table(claims)).allocations
        placed.append([(row["units"], row["net_minor"], row["unplaced"]) for row in rows.to_pylist()])
    assert placed == [[(2, 2000, None)], [(1, 1000, None), (1, 0, "LINE-BEYOND-SOLD")]]


def test_an_empty_supply_is_an_index_too() -> None:
    claims = [claim()]
    (row,) = split(claims_table(claims), SalesIndex.of([]), Policy(), places_table(claims)).allocations.to_pylist()
    assert (row["unplaced"], row["currency"]) == ("LINE-NEVER-SOLD", "XXX")


def test_where_patience_ends_no_spread_is_too_narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    go(PLAIN, monkeypatch)
    wider = 0
    for seed in range(3):
        world = random_world(Random(f"patience {seed}"), 100)
        monkeypatch.undo()
        go(PLAIN, monkeypatch)
        exact = world.split().allocations.to_pylist()
        monkeypatch.setattr(doubt, "TRIED_TO", 0)
        monkeypatch.setattr(doubt, "TRIED_FOR", -1)
        for one, other in zip(exact, world.split().allocations.to_pylist(), strict=True):
            assert one["invoice_line"] == other["invoice_line"]
            if one["spread_currency"] is None and other["spread_currency"] is None:
                assert other["spread_low"] <= one["spread_low"]
                assert other["spread_high"] >= one["spread_high"]
            assert one["spread_currency"] is None or other["spread_currency"] is not None
            wider += (one["spread_low"], one["spread_high"]) != (other["spread_low"], other["spread_high"])
    assert wider


@pytest.mark.parametrize("rows", [[], [0, 16, 5, 2, 2], [-1, 3, -1, 0, -1], [-1, -1], [6, 6, 5]])
def test_very_many_texts_are_picked_as_few_are(rows: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = np.array(rows, np.int32)
    for texts in (pa.array(TEXTS * 5).slice(3), pa.array(TEXTS * 15_000).slice(3)):
        found = []
        for many in (False, True):
            monkeypatch.setattr(picking, "goes_compiled", lambda *_, many=many: many)
            found.append(picked(texts, wanted))
            found[-1].validate(full=True)
        assert found[0].equals(found[1])
        assert found[0].to_pylist() == [None if row < 0 else texts[row].as_py() for row in rows]


@pytest.mark.parametrize("which", [[], [0, 2, 1, 1, 0, 2]])
def test_very_many_texts_get_their_ends_as_few_do(which: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    texts, ends = pa.array(TEXTS * 5).slice(3, len(which)), pa.array(["#1", "#1000", "#" + "9" * 70])
    found = []
    for many in (False, True):
        monkeypatch.setattr(picking, "goes_compiled", lambda *_, many=many: many)
        found.append(with_ends(texts, ends, np.array(which, np.int64)))
        found[-1].validate(full=True)
    assert found[0].equals(found[1])
    assert found[0].to_pylist() == [f"{text}{ends[end]}" for text, end in zip(texts.to_pylist(), which, strict=True)]


def test_findings_stand_at_their_lines_in_whatever_order_places_are_told() -> None:
    world = random_world(Random("places"), 20)
    claims, supply, places = claims_table(world.claims), supply_table(world.sales), places_table(world.claims)
    told = split(claims, supply, world.policy, places).findings
    back = places.take(pa.array(range(places.num_rows - 1, -1, -1)))
    assert told.num_rows > 1
    assert split(claims, supply, world.policy, back).findings.equals(told)


@given(st.text("0123456789OILSBACX-", min_size=4, max_size=14), st.data())
def test_whatever_can_be_repaired_is_looked_at(meant: str, data: st.DataObject) -> None:
    error = data.draw(st.sampled_from(sorted(ERRORS)))
    stated = ERRORS[error](meant, data.draw(st.integers(0, len(meant) - 2))).strip().upper()
    one, other = pa.array([stated]), pa.array([meant])
    found = repair(one, pa.array(["42"]), pa.array([0, 1]).to_numpy(), other)
    if found.choice[0] >= 0:
        (signs,), (named,) = signs_of(one, machine_for(1))
        written = meant.encode()
        assert may_resemble(signs, named, signs_in(written, 0, len(written)))
