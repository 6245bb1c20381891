"""Goods in a real Tryton beyond the contract: whatever becomes of a request, one document; nothing is guessed."""

from collections.abc import Iterator

import pytest

from connectors.erp.goods import GoodsLine
from connectors.erp.tryton.goods import TrytonGoodsErp
from pipelines.work.goods_documents import _confirmed
from schemas.errors import PermanentError, TransientError, UncertainError
from tests.contracts.test_goods import COAT, goods_request
from tests.tryton.faulty_way import Fate, FaultyWay
from tests.tryton.goods_bench import connected
from tests.tryton.server import Server

pytestmark = pytest.mark.tryton


@pytest.fixture(scope="module")
def way(tryton: Server) -> Iterator[FaultyWay]:
    one = FaultyWay(tryton.url)
    yield one
    one.close()


@pytest.fixture
def erp(tryton: Server, way: FaultyWay) -> Iterator[TrytonGoodsErp]:
    with connected(tryton, url=way.url) as one:
        yield one


@pytest.mark.parametrize("fate", [fate for fate in Fate if fate is not Fate.OK])
@pytest.mark.parametrize("request_no", range(3), ids=["draft", "first button", "second button"])
@pytest.mark.parametrize("kind", ["replacement", "receipt"])
def test_whatever_becomes_of_a_request_there_is_one_document(kind, request_no, fate, erp, way):
    request = goods_request(kind, reference=f"GO-{kind}-{request_no}-{fate.name}")
    way.script(*[Fate.OK] * request_no, fate)
    for _ in range(3):
        try:
            _confirmed(erp, request, lambda step, reference: None)
        except (TransientError, UncertainError, PermanentError):
            way.settle()
    assert erp.find_goods(request).state == "done"
    model = {"replacement": "sale.sale", "receipt": "stock.shipment.out.return"}[kind]
    assert len(erp._wire.search(model, [["backhaul_key", "=", request.reference]], ["id"])) == 1


def test_a_store_gets_its_goods_at_its_own_address(erp):
    request = goods_request("replacement", store="0042")
    erp.draft_goods(request)
    assert erp.find_goods(request).store == "0042"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"store": "0099"}, "has no address for the store 0099"),
        ({"lines": (GoodsLine(item="09520000009991", units=1),)}, "Of products with the code 09520000009991"),
        ({"retailer": "strand"}, "strand has no customer in Tryton"),
        ({"company": "XX01"}, "no company whose party has the code XX01"),
    ],
)
def test_what_tryton_does_not_know_is_said_and_nothing_is_made(changed, told, erp):
    request = goods_request("replacement", **changed)
    with pytest.raises(PermanentError, match=told):
        erp.draft_goods(request)


def test_a_place_that_is_not_there_is_said_and_nothing_is_made(erp):
    request = goods_request("receipt", lines=(GoodsLine(item=COAT, units=1, location="NOWHERE"),))
    with pytest.raises(PermanentError, match="Tryton has no storage location NOWHERE"):
        erp.draft_goods(request)
    assert erp.find_goods(request) is None
