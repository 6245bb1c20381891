"""Evidence that comes after a decision opens again the units that it decides otherwise, and no others."""

from datetime import date
from pathlib import Path
from typing import Any

from pipelines.work.claims import Stated, attach
from pipelines.work.post import post_credits
from schemas.marks import Kind
from tests.world.agreed import Agreed
from tests.world.goods_town import GoodsTown, announced, days_later, goods, goods_town, shipped
from tests.world.test_differences import where
from tests.world.test_questions import ANSWER, ASKED, ASKS, TOO_LATE, two_too_many
from tests.world.town import BOWL, File, line, notice, receipt, sale

CLAIMS: dict[str, Any] = {
    "reasons": ["defective"], "terms": [{"months": 24}], "remedies": [{"outcome": "replace"}],
    "files": 1, "identified": True, "evidence_days": 5, "without_evidence": "refuse",
}  # fmt: skip
BOUGHT, STATED_LATER = date(2026, 1, 20), Stated(serial="S-77")


def decisions(town: GoodsTown) -> list[tuple[str, str, int]]:
    rows = sorted(town.store.table("decision").to_pylist(), key=lambda row: int(row["portion"].rpartition("#")[2]))
    return [(row["outcome"], row["rule"], row["units"]) for row in rows]


def refused_claims(town: GoodsTown) -> None:
    """Two lamps on one line and one on another came back as defective, and nobody sent evidence."""
    town.deliver(sale("I1", 10), announced("R1", goods(2, reason="defective"), goods(1, reason="defective")))
    town.deliver(receipt("W1", 3, "R1", condition="damaged"))
    town.settle()


def test_a_claim_whose_evidence_comes_too_late_is_decided_again(tmp_path: Path) -> None:
    with goods_town(tmp_path, goods={"claims": CLAIMS}) as town:
        refused_claims(town)
        with days_later(town, 10) as later:
            later.settle()
            assert decisions(later) == [("refuse", "goods.claims", 2), ("refuse", "goods.claims", 1)]
            photo = tmp_path / "photo.jpg"
            photo.write_bytes(b"broken")
            attach(later.hub, "shop/R1/1", photo, Stated(), "Ada")
            before = later.movements()
            later.settle()
            assert later.movements() == before  # a photo alone is not enough: nothing is decided otherwise
            attach(later.hub, "shop/R1/1", None, STATED_LATER, "Ada")
            later.settle()
            assert decisions(later)[-1] == ("replace", "goods.claims", 2)
            assert later.buckets() == {"moved": 2, "refused": 1, "replaced": 2}
            before = later.movements()
            later.settle()
            assert (later.movements(), later.store.verify()) == (before, [])


def test_a_claim_that_is_held_is_decided_when_the_day_of_the_purchase_is_known(tmp_path: Path) -> None:
    terms = {"terms": [{"months": 24, "start": "purchased"}], "files": 0, "identified": False}
    with goods_town(tmp_path, goods={"claims": CLAIMS | terms}) as town:
        refused_claims(town)
        assert decisions(town) == [("hold", "goods.claims", 2), ("hold", "goods.claims", 1)]
        attach(town.hub, "shop/R1/2", None, Stated(purchased_on=BOUGHT), "Ada")
        town.settle()
        assert decisions(town)[-1] == ("replace", "goods.claims", 1)
        assert town.buckets() == {"moved": 1, "received": 2, "replaced": 1}
        assert town.store.verify() == []


def test_a_proof_of_the_delivery_opens_the_window_again_and_leaves_what_is_credited(tmp_path: Path) -> None:
    window = {"window_days": 30, "credit": {"window": {"start": "delivered"}}}
    with goods_town(tmp_path, **window) as town:
        town.deliver(sale("I1", 9, on=1), announced("R1", goods(2), on=20), announced("R2", goods(3), on=50))
        town.deliver(receipt("W1", 2, "R1"), receipt("W2", 3, "R2"))
        town.settle()
        post_credits(town.store, town.hub.erp, "me", town.hub.now, "shop")
        assert town.buckets() == {"credited": 2, "refused": 3}
        attach(town.hub, "shop/R2/1", None, Stated(delivered_on=date(2026, 2, 1)), "Ada")
        attach(town.hub, "shop/R1/1", None, Stated(delivered_on=date(2026, 1, 2)), "Ada")
        town.settle()
        assert town.buckets() == {"accepted": 3, "credited": 2, "moved": 3}
        assert decisions(town)[-1] == ("credit", "conditions.sellable", 3)
        assert town.store.verify() == []


def test_goods_that_went_back_stay_refused(tmp_path: Path) -> None:
    with goods_town(tmp_path, goods={"claims": CLAIMS, "since": "2026-01-01", "sent_back": "sent"}) as town:
        refused_claims(town)
        with days_later(town, 10) as later:
            later.settle()
            later.send()
            later.settle()
            assert later.buckets() == {"sent_back": 3}
            (tmp_path / "photo.jpg").write_bytes(b"broken")
            attach(later.hub, "shop/R1/1", tmp_path / "photo.jpg", STATED_LATER, "Ada")
            later.settle()
            assert (later.buckets(), later.store.verify()) == ({"sent_back": 3}, [])


def test_an_answer_that_comes_late_opens_what_silence_refused(agreed: Agreed) -> None:
    with agreed.on(ASKS, ASKED) as town:
        town.deliver(*two_too_many())
        town.settle()
    with agreed.on(ASKS, TOO_LATE) as town:
        town.settle()
        assert where(town) == {"accepted": 1, "refused": 2}
        (agreed.home / "maps" / "answer.yaml").write_text(ANSWER)
    with agreed.on(ASKS, date(2026, 3, 25)) as town:
        town.deliver(File("shop", b"number,question,verdict\nA1,shop/R1?1,accepted\n"))
        town.settle()
        assert (where(town), town.store.verify()) == ({"accepted": 3, "moved": 2}, [])
        before = town.movements()
        town.settle()
        assert town.movements() == before


def test_a_receipt_that_is_corrected_opens_what_its_condition_refused(agreed: Agreed) -> None:
    with agreed.on() as town:
        town.deliver(sale("I1", 9), sale("B1", 9, gtin=BOWL), notice("R1", line(2), line(1, BOWL)))
        town.deliver(receipt("W1", 2, of="R1", condition="damaged"))
        town.deliver(receipt("W2", 1, of="R1", gtin=BOWL, condition="damaged"))
        town.settle()
        assert where(town) == {"refused": 3}
        town.deliver(receipt("W1", 2, of="R1", on=61, purpose="replace"))
        town.settle()
        assert (where(town), town.store.verify()) == ({"accepted": 2, "moved": 2, "refused": 1}, [])


def test_ship_notices_that_no_window_waits_for_are_forgotten(tmp_path: Path) -> None:
    with goods_town(tmp_path) as town:
        town.deliver(sale("I1", 9), announced("R1", goods(2)), shipped("S1", of="R1"))
        assert town.store.marks(Kind.SHIPPED, "shop").num_rows == 1
        town.settle()
        assert town.store.marks(Kind.SHIPPED, "shop").num_rows == 0


def test_what_a_cap_held_is_decided_once_there_is_room(tmp_path: Path) -> None:
    with goods_town(tmp_path, caps=[{"name": "share", "percent": 20}]) as town:
        town.deliver(sale("I1", 10), announced("R1", goods(2)), announced("R2", goods(2)))
        town.deliver(receipt("W1", 2, "R1"), receipt("W2", 2, "R2"))
        town.settle()
        assert decisions(town) == [("credit", "conditions.sellable", 2), ("hold", "caps.share", 2)]
        before = town.movements()
        town.settle()
        assert town.movements() == before
        town.deliver(sale("I2", 10, gtin=BOWL))
        town.settle()
        assert decisions(town)[-1] == ("credit", "conditions.sellable", 2)
        assert town.buckets() == {"accepted": 4, "moved": 2}
        before = town.movements()
        town.settle()
        assert (town.movements(), town.store.verify()) == (before, [])


def test_what_a_cap_refused_stays_refused(tmp_path: Path) -> None:
    with goods_town(tmp_path, caps=[{"name": "share", "percent": 10, "over": "refuse"}]) as town:
        town.deliver(sale("I1", 10), announced("R1", goods(2)))
        town.deliver(receipt("W1", 2, "R1"))
        town.settle()
        town.deliver(sale("I2", 90, gtin=BOWL))
        town.settle()
        assert town.buckets() == {"accepted": 1, "refused": 1}
