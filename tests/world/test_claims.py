"""Claims under warranty: decided by evidence, term and remedy; replaced goods are ordered and suppliers asked once."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.steps.movements import move
from pipelines.work.claims import Stated, attach, replace
from schemas.errors import PermanentError
from schemas.ledger import Bucket
from schemas.outcome import Outcome
from tests.world.goods_town import GoodsTown, announced, confirmed, days_later, goods, goods_town
from tests.world.town import LAMP, receipt, sale

SALE = sale("I1", 10, 1000, on=1)
TERMS = [{"months": 24}]
REPLACE = [{"outcome": "replace"}]
CLAIMS: dict[str, Any] = {
    "reasons": ["defective", "misuse"], "requested": ["repair"], "terms": TERMS, "remedies": REPLACE,
}  # fmt: skip


def claimed(town: GoodsTown, condition: str = "damaged", on: int = 50, **line: Any) -> None:
    """Three lamps come back as defective, and everything is decided."""
    town.deliver(SALE, announced("R1", goods(3, **{"reason": "defective"} | line), on=on))
    town.deliver(receipt("W1", 3, "R1", condition=condition, on=on + 10))
    town.settle()


def decided(town: GoodsTown) -> list[tuple[Any, ...]]:
    return [(row["outcome"], row["rule"]) for row in town.store.table("decision").to_pylist()]


CASES = [
    # terms of the claims, the line, and what is decided by which rule
    ({}, {}, ("replace", "goods.claims")),
    ({"remedies": [{"outcome": "repair"}]}, {"reason": "quality", "goods": "repair"}, ("repair", "goods.claims")),
    ({}, {"reason": "overstock"}, ("refuse", "conditions.damaged")),
    ({}, {"reason": "quality"}, ("refuse", "conditions.damaged")),
    ({"terms": [{"months": 1}]}, {}, ("refuse", "goods.claims")),
    ({"terms": [{"months": 2}]}, {}, ("replace", "goods.claims")),
    ({"terms": [{"months": 1}], "expired": "hold"}, {}, ("hold", "goods.claims")),
    ({"terms": [{"months": 24, "excluded": ["misuse"]}]}, {"reason": "misuse"}, ("refuse", "goods.claims")),
    ({"terms": [{"months": 24, "items": ["XX*"]}]}, {}, ("hold", "goods.claims")),
    ({"terms": [{"months": 24, "items": ["VI-00*"]}]}, {}, ("replace", "goods.claims")),
    ({"remedies": []}, {}, ("hold", "goods.claims")),
    ({"remedies": [{"outcome": "refuse", "worth_below": 10}, {"outcome": "replace", "worth_from": 10}]}, {},
     ("replace", "goods.claims")),
    ({"remedies": [{"outcome": "replace", "requested": ["repair"]}, {"outcome": "refuse"}]}, {},
     ("refuse", "goods.claims")),
    ({"remedies": [{"outcome": "replace", "items": [LAMP], "reasons": ["defective"]}]}, {},
     ("replace", "goods.claims")),
    ({"remedies": [{"outcome": "credit"}]}, {}, ("refuse", "conditions.damaged")),
]  # fmt: skip


@pytest.mark.parametrize(("terms", "line", "outcome"), CASES)
def test_a_claim_is_decided_by_its_term_and_remedy(
    tmp_path: Path, terms: dict[str, Any], line: dict[str, Any], outcome: tuple[str, str]
) -> None:
    with goods_town(tmp_path, goods={"claims": CLAIMS | terms}) as town:
        claimed(town, **line)
        assert decided(town) == [outcome]
        before = town.rows_stored()
        town.settle()
        assert town.rows_stored() == before
        assert town.store.violations() == []


@pytest.mark.parametrize("condition", ["sellable", "second"])
def test_a_claim_that_is_credited_goes_by_the_rules_of_every_return(tmp_path: Path, condition: str) -> None:
    with goods_town(tmp_path, goods={"claims": CLAIMS | {"remedies": [{"outcome": "credit"}]}}) as town:
        claimed(town, condition)
        assert decided(town) == [("credit", f"conditions.{condition}")]


def test_without_terms_nothing_is_a_claim(tmp_path: Path) -> None:
    with goods_town(tmp_path) as town:
        claimed(town)
        assert decided(town) == [("refuse", "conditions.damaged")]


def test_what_nobody_judged_is_no_claim_yet(tmp_path: Path) -> None:
    with goods_town(tmp_path, goods={"claims": CLAIMS}) as town:
        claimed(town, "unknown")
        assert decided(town) == [("hold", "conditions.unknown")]


def test_replaced_goods_are_ordered_once_free_of_charge(tmp_path: Path) -> None:
    with goods_town(tmp_path, goods={"claims": CLAIMS}) as town:
        claimed(town)
        assert town.buckets() == {"replaced": 3}
        (order,) = town.store.table("replacement_order").to_pylist()
        assert (order["units"], order["gtin"], order["state"]) == (3, LAMP, "sent")
        (file,) = (tmp_path / "erp" / "replacements").iterdir()
        written = json.loads(file.read_text())
        assert (written["reference"], written["units"], written["unit_price"]) == (order["reference"], 3, "0")
        assert town.store.table("creditable")["units_taken"].to_pylist() == [0]
        file.unlink()
        town.settle()
        assert list((tmp_path / "erp" / "replacements").iterdir()) == []
        assert town.store.verify() == []


def test_repaired_goods_go_back_when_the_warehouse_says_so(tmp_path: Path) -> None:
    terms = {"since": "2026-01-01", "claims": CLAIMS | {"remedies": [{"outcome": "repair"}]}}
    with goods_town(tmp_path, goods=terms) as town:
        claimed(town)
        assert (town.buckets(), [row[2] for row in town.routes()]) == ({"repaired": 3}, ["repair"])
        town.send()
        town.settle()
        assert town.buckets() == {"repaired": 3}
        town.deliver(confirmed("C1", "IN1"))
        town.settle()
        assert town.buckets() == {"sent_back": 3}
        assert town.store.violations() == []


def test_a_supplier_is_asked_once_for_its_part(tmp_path: Path) -> None:
    suppliers = [{"id": "lampwerk", "items": ["VI-00*"], "percent": 80}, {"id": "others", "items": ["*"]}]
    with goods_town(tmp_path, goods={"claims": CLAIMS | {"suppliers": suppliers}}) as town:
        claimed(town)
        (asked,) = town.store.table("recourse").to_pylist()
        assert (asked["supplier"], asked["units"], asked["net_minor"], asked["state"]) == ("lampwerk", 3, 2400, "sent")
        (file,) = (tmp_path / "erp" / "recourse").iterdir()
        rows = file.read_text(encoding="utf-8-sig").splitlines()
        assert rows[1:] == [f"{asked['recourse']};shop/R1/1;{LAMP};3;defective;replace;24.00;EUR"]
        town.settle()
        assert len(list((tmp_path / "erp" / "recourse").iterdir())) == 1


def test_a_supplier_of_other_items_is_not_asked(tmp_path: Path) -> None:
    suppliers = [{"id": "lampwerk", "items": ["XX*"]}]
    with goods_town(tmp_path, goods={"claims": CLAIMS | {"suppliers": suppliers}}) as town:
        claimed(town)
        assert town.store.table("recourse").num_rows == 0


@pytest.fixture
def waiting(tmp_path: Path) -> Any:
    claims = CLAIMS | {"files": 1, "identified": True, "evidence_days": 10}
    with goods_town(tmp_path, goods={"claims": claims}) as town:
        claimed(town)
        yield town


def test_a_claim_waits_for_its_evidence_and_is_decided_with_it(waiting: GoodsTown, tmp_path: Path) -> None:
    assert decided(waiting) == []
    (clock,) = waiting.store.table("due_event", event="evidence").to_pylist()
    assert (clock["subject"], str(clock["due_on"])) == ("shop/R1/1", "2026-06-11")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8\xff a lamp that does not light")
    first = attach(waiting.hub, "shop/R1/1", photo, Stated("no light"), "Ada Holm")
    assert attach(waiting.hub, "shop/R1/1", photo, Stated("no light"), "Ada Holm") == first
    waiting.settle()
    assert decided(waiting) == []
    attach(waiting.hub, "shop/R1/1", None, Stated(serial="SN-1"), "Ada Holm")
    waiting.settle()
    assert decided(waiting) == [("replace", "goods.claims")]
    assert waiting.store.table("due_event", event="evidence")["met"].to_pylist() == [True]
    (row, _) = waiting.store.table("claim_evidence").to_pylist()
    assert waiting.hub.vault.get(row["file"]) == photo.read_bytes()
    assert waiting.store.verify() == []


def test_when_no_evidence_comes_the_policy_says_what_holds(waiting: GoodsTown) -> None:
    with days_later(waiting, 10) as still:
        still.settle()
        assert decided(still) == []
    with days_later(waiting, 11) as later:
        later.settle()
        assert decided(later) == [("hold", "goods.claims")]


def test_the_day_of_purchase_starts_the_warranty_where_the_term_says_so(tmp_path: Path) -> None:
    claims = CLAIMS | {"terms": [{"months": 1, "start": "purchased"}], "files": 1}
    with goods_town(tmp_path, goods={"claims": claims}) as town:
        claimed(town)
        letter = tmp_path / "letter.txt"
        letter.write_text("bought")
        attach(town.hub, "shop/R1/1", letter, Stated(purchased_on=date(2026, 2, 1)), "Ada Holm")
        town.settle()
        assert decided(town) == [("replace", "goods.claims")]


@pytest.mark.parametrize(("line", "stated"), [("shop/R9/1", Stated("x")), ("shop/R1/1", Stated())])
def test_what_cannot_be_attached_is_said(waiting: GoodsTown, line: str, stated: Stated) -> None:
    with pytest.raises(PermanentError, match="Next:"):
        attach(waiting.hub, line, None, stated, "Ada Holm")


def credited(town: GoodsTown) -> None:
    """Three lamps are credited; that a note was posted is only said here."""
    claimed(town, "sellable", reason="overstock")
    units = town.store.in_bucket("shop/R1/1", Bucket.ACCEPTED)
    moved = move(units, Bucket.ACCEPTED, Bucket.CREDITED, "note", "test")
    town.store.record(Outcome("post", "shop", {"movement": moved}))


def test_a_replacement_after_a_credit_needs_its_reversal(tmp_path: Path) -> None:
    with goods_town(tmp_path, goods={"claims": CLAIMS}) as town:
        credited(town)
        with pytest.raises(PermanentError, match="is credited; a replacement on top would make it good twice"):
            replace(town.hub, "shop/R1/1", "Ada Holm", "goodwill")
        assert town.buckets() == {"credited": 3}
        units = town.store.in_bucket("shop/R1/1", Bucket.CREDITED)
        moved = move(units, Bucket.CREDITED, Bucket.REVERSED, "counter note", "test")
        town.store.record(Outcome("reverse", "shop", {"movement": moved}))
        assert replace(town.hub, "shop/R1/1", "Ada Holm", "goodwill") == 3
        town.settle()
        assert town.buckets() == {"replaced": 3}
        assert town.store.table("replacement_order")["units"].to_pylist() == [3]
        with pytest.raises(PermanentError, match="Nothing of shop/R1/1 has a credit that was reversed"):
            replace(town.hub, "shop/R1/1", "Ada Holm", "again")
