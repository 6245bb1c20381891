"""Goods that the ERP takes: each replacement order and each receipt once, whatever becomes of a request."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.erp.goods import GoodsCapabilities, GoodsRequest
from connectors.erp.goods_memory import MemoryGoods
from connectors.erp.memory import Fate
from pipelines.work.goods_documents import Booked, book_goods
from tests.world.goods_town import GoodsTown, goods_town
from tests.world.test_claims import CLAIMS, claimed
from tests.world.town import LAMP

TAKES = GoodsCapabilities(True, date(2026, 1, 1), {"damaged": "DMG"})


@pytest.fixture
def erp() -> MemoryGoods:
    return MemoryGoods(TAKES)


@pytest.fixture
def town(tmp_path: Path, erp: MemoryGoods) -> Iterator[GoodsTown]:
    """Three damaged lamps came back and were replaced."""
    with goods_town(tmp_path, goods={"claims": CLAIMS}) as made:
        made.hub = replace(made.hub, goods=erp)
        claimed(made)
        yield made


def book(town: GoodsTown, **heard: Any) -> Booked:
    hub = town.hub
    assert hub.goods is not None
    return book_goods(hub.store, hub.goods, hub.now, "shop", tuple(hub.settings.companies), **heard)


def requests(town: GoodsTown) -> dict[str, GoodsRequest]:
    rows = town.store.table("goods_document").to_pylist()
    return {row["kind"]: GoodsRequest.model_validate_json(row["request"]) for row in rows}


def test_a_replacement_and_its_receipt_are_in_the_erp_once_and_no_file_is_written(
    town: GoodsTown, erp: MemoryGoods, tmp_path: Path
) -> None:
    assert not (tmp_path / "erp" / "replacements").exists()
    assert book(town) == Booked(done=2)
    assert book(town) == Booked()
    asked = requests(town)
    assert [(line.item, line.units, line.location) for line in asked["replacement"].lines] == [(LAMP, 3, None)]
    assert [(line.item, line.units, line.location) for line in asked["receipt"].lines] == [(LAMP, 3, "DMG")]
    assert (asked["replacement"].company, asked["replacement"].number) == ("WR01", "R1")
    assert {one.state for one in erp.documents.values()} == {"done"}
    assert town.store.table("replacement_order")["state"].to_pylist() == ["sent"]
    assert town.store.verify() == []


UNHEARD = (Fate.BUSY, Fate.REFUSED, Fate.LOST, Fate.TIMEOUT_AFTER)


@pytest.mark.parametrize("fate", UNHEARD)
@pytest.mark.parametrize("request_no", [0, 1], ids=["draft", "confirm"])
def test_whatever_becomes_of_a_request_there_is_one_document(
    town: GoodsTown, erp: MemoryGoods, request_no: int, fate: Fate
) -> None:
    erp.script(*[Fate.OK] * request_no, fate)
    total = Booked()
    for _ in range(3):
        more = book(town)
        total = Booked(total.done + more.done, total.parked + more.parked, total.waiting + more.waiting)
    assert total.done == 2
    assert total.parked + total.waiting == 1
    assert len(erp.documents) == 2
    assert town.store.table("goods_document")["problem"].to_pylist() == [None, None]
    assert town.store.verify() == []


class Died(Exception):
    """The process is gone."""


STEPS = ("ask", "find", "create", "read", "confirm", "read confirmed", "record")


@pytest.mark.parametrize("last", STEPS)
def test_killed_after_any_step_there_is_one_document(town: GoodsTown, erp: MemoryGoods, last: str) -> None:
    def heard(step: str, reference: str) -> None:
        if step == last:
            raise Died

    with pytest.raises(Died):
        book(town, on_step=heard)
    steps: list[str] = []
    book(town, on_step=lambda step, reference: steps.append(step))
    assert len(erp.documents) == 2
    assert {one.state for one in erp.documents.values()} == {"done"}
    assert town.store.table("goods_document")["state"].to_pylist() == ["done", "done"]
    assert town.store.verify() == []


def test_what_the_erp_has_otherwise_than_it_was_asked_is_parked_until_it_is_corrected(
    town: GoodsTown, erp: MemoryGoods
) -> None:
    def heard(step: str, reference: str) -> None:
        if step == "create" and reference.startswith("RO-"):
            erp.alter(reference, store="another")

    assert book(town, on_step=heard) == Booked(done=1, parked=1)
    (parked,) = town.store.table("goods_document", state="parked").to_pylist()
    assert "store is another, not 1. Next: correct it in the ERP" in parked["problem"]
    assert town.store.table("replacement_order")["state"].to_pylist() == ["ready"]
    before = town.rows_stored()
    assert book(town) == Booked(parked=1)
    assert town.rows_stored() == before
    erp.alter(parked["reference"], store="1")
    assert book(town) == Booked(done=1)


def test_an_order_that_the_erp_was_asked_for_is_never_written_as_a_file_too(
    town: GoodsTown, erp: MemoryGoods, tmp_path: Path
) -> None:
    erp.script(Fate.REFUSED, Fate.REFUSED)
    assert book(town) == Booked(parked=2)
    town.hub = replace(town.hub, goods=None)
    town.settle()
    assert not (tmp_path / "erp" / "replacements").exists()


@pytest.mark.parametrize(
    ("takes", "kinds"),
    [
        (GoodsCapabilities(replacements=True), {"replacement"}),
        (GoodsCapabilities(receipts_since=date(2026, 1, 1)), {"receipt"}),
        (GoodsCapabilities(receipts_since=date(2026, 12, 1)), set()),
    ],
)
def test_only_what_the_erp_takes_is_asked_of_it(tmp_path: Path, takes: GoodsCapabilities, kinds: set[str]) -> None:
    with goods_town(tmp_path, goods={"claims": CLAIMS}) as town:
        town.hub = replace(town.hub, goods=MemoryGoods(takes))
        claimed(town)
        book(town)
        assert set(requests(town)) == kinds
        files = list((tmp_path / "erp" / "replacements").glob("*.json"))
        assert [json.loads(file.read_text())["units"] for file in files] == ([] if takes.replacements else [3])
