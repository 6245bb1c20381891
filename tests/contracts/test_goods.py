"""What every ERP that takes goods must do: the contract of connectors/erp/goods.py, run on each implementation."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from itertools import count

import pytest

from connectors.erp.goods import GoodsCapabilities, GoodsErp, GoodsKind, GoodsLine, GoodsRequest, ensure_same
from connectors.erp.goods_memory import MemoryGoods
from schemas.errors import PermanentError

COAT, SCARF = "09520000000011", "09520000000028"
TAKES = GoodsCapabilities(True, date(2026, 3, 1), {"damaged": "DMG"})
_numbers = count(1)


@contextmanager
def _memory(request: pytest.FixtureRequest) -> Iterator[GoodsErp]:
    yield MemoryGoods(TAKES)


@contextmanager
def _tryton(request: pytest.FixtureRequest) -> Iterator[GoodsErp]:
    from tests.tryton.goods_bench import connected

    with connected(request.getfixturevalue("tryton")) as erp:
        yield erp


@pytest.fixture(
    params=[pytest.param(_memory, id="memory"), pytest.param(_tryton, id="tryton", marks=pytest.mark.tryton)]
)
def erp(request: pytest.FixtureRequest) -> Iterator[GoodsErp]:
    with request.param(request) as one:
        yield one


@pytest.fixture(params=["replacement", "receipt"])
def wanted(request: pytest.FixtureRequest) -> GoodsRequest:
    return goods_request(request.param)


def goods_request(kind: GoodsKind, **changed: object) -> GoodsRequest:
    """Three coats and two scarves; a receipt has one of the coats damaged."""
    lines = [GoodsLine(item=COAT, units=3), GoodsLine(item=SCARF, vendor_item="SCARF-1", units=2)]
    if kind == "receipt":
        lines[0] = GoodsLine(item=COAT, units=2)
        lines.append(GoodsLine(item=COAT, units=1, location="DMG"))
    values: dict[str, object] = {
        "kind": kind, "reference": f"GO-TEST{next(_numbers):04}", "company": "WR01", "retailer": "nordstad",
        "number": "R-1", "lines": tuple(lines),
    }  # fmt: skip
    return GoodsRequest.model_validate(values | changed)


def confirmed(erp: GoodsErp, request: GoodsRequest) -> None:
    erp.confirm_goods(request, erp.draft_goods(request))


def test_it_declares_what_it_takes(erp: GoodsErp) -> None:
    assert erp.goods.replacements
    assert erp.goods.receipts_since is not None
    assert erp.goods.locations["damaged"] == "DMG"


def test_nothing_is_found_before_anything_was_sent(erp: GoodsErp, wanted: GoodsRequest) -> None:
    assert erp.find_goods(wanted) is None


def test_a_draft_says_what_was_asked_and_has_no_price(erp: GoodsErp, wanted: GoodsRequest) -> None:
    document_id = erp.draft_goods(wanted)
    found = erp.find_goods(wanted)
    assert found is not None
    assert (found.document_id, found.state, found.charged) == (document_id, "draft", Decimal(0))
    ensure_same(found, wanted)


def test_a_second_draft_of_a_reference_is_the_first(erp: GoodsErp, wanted: GoodsRequest) -> None:
    first = erp.draft_goods(wanted)
    assert erp.draft_goods(wanted) == first


def test_what_is_confirmed_is_done_has_a_number_and_says_the_same(erp: GoodsErp, wanted: GoodsRequest) -> None:
    confirmed(erp, wanted)
    found = erp.find_goods(wanted)
    assert found is not None
    assert found.state == "done"
    assert found.number
    ensure_same(found, wanted)


def test_confirmed_again_nothing_happens(erp: GoodsErp, wanted: GoodsRequest) -> None:
    confirmed(erp, wanted)
    before = erp.find_goods(wanted)
    confirmed(erp, wanted)
    assert erp.find_goods(wanted) == before


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"lines": (GoodsLine(item=COAT, units=4), GoodsLine(item=SCARF, units=2))}, "goods is"),
        ({"lines": (GoodsLine(item=SCARF, units=5),)}, "goods is"),
        ({"number": "R-2"}, "request_hash is"),
    ],
)
def test_another_request_under_the_same_reference_is_a_stop(
    erp: GoodsErp, wanted: GoodsRequest, changed: dict[str, object], told: str
) -> None:
    erp.draft_goods(wanted)
    other = wanted.model_copy(update=changed)
    erp.draft_goods(other)
    found = erp.find_goods(other)
    assert found is not None
    with pytest.raises(PermanentError, match=told):
        ensure_same(found, other)


def test_what_is_not_there_cannot_be_confirmed(erp: GoodsErp, wanted: GoodsRequest) -> None:
    with pytest.raises(PermanentError, match="Next:"):
        erp.confirm_goods(wanted, "999999")
