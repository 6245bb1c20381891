"""Late documents re-open the units they touch, and no others; what is credited or decided by its goods stays."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connectors.store import Store
from pipelines.wiring import open_hub
from pipelines.work.post import post_credits
from tests.world.town import BOWL, LAMP, PLATE, Town, line, notice, receipt, sale, settings_of


def placed(town: Town) -> list[tuple[object, ...]]:
    """Line, sale, bucket and units."""
    return [(row[0], row[1], row[2], row[4]) for row in town.standing()]


def buckets(town: Town) -> dict[str, int]:
    """Units by the bucket in which they are, over all portions."""
    (total,) = town.store.query("reports/totals.sql").to_pylist() or [{}]
    names = ("announced", "credited", "refused", "short", "cancelled", "open")
    return {name: total[f"{name}_units"] for name in names if total.get(f"{name}_units")}


def test_an_invoice_that_comes_after_the_return_gets_its_units(town: Town) -> None:
    town.deliver(sale("X1", 1, on=90), notice("R1", line(2)))
    assert placed(town) == [("shop/R1/1", "LINE-SOLD-LATER", "announced", 2)]
    town.deliver(sale("I1", 5, 999))
    assert placed(town) == [("shop/R1/1", "WR01/I1/1", "announced", 2)]
    assert town.balances()["WR01/I1/1"] == (2, 1998, 380)
    assert town.store.verify() == []


def test_units_that_were_held_for_want_of_a_sale_are_decided_again(town: Town) -> None:
    town.deliver(notice("R1", line(2)), receipt("W1", 2, "R1"))
    town.settle()
    assert placed(town) == []  # an unknown item is held
    assert buckets(town) == {"announced": 2, "open": 2}
    town.deliver(sale("I1", 5, 999))
    town.settle()
    (intent,) = town.store.table("credit_intent").to_pylist()
    assert (intent["net_minor"], intent["state"]) == (1998, "ready")
    assert town.store.verify() == []


def test_units_that_were_refused_for_want_of_a_sale_go_on_when_it_comes(town: Town) -> None:
    town.deliver(sale("X1", 1, on=90), notice("R1", line(2)), receipt("W1", 2, "R1"))
    town.settle()
    assert buckets(town) == {"announced": 2, "refused": 2}
    town.deliver(sale("I1", 1, 999))
    assert placed(town) == [
        ("shop/R1/1", "LINE-BEYOND-SOLD", "received", 1),
        ("shop/R1/1", "WR01/I1/1", "received", 1),
    ]
    town.settle()
    assert buckets(town) == {"announced": 2, "refused": 1, "open": 1}
    assert town.store.query("reports/received.sql")["units"].to_pylist() == [2]
    assert town.store.verify() == []


def test_units_that_were_refused_for_their_condition_stay_refused(town: Town) -> None:
    town.deliver(sale("I1", 2), notice("R1", line(2)), receipt("W1", 2, "R1", condition="damaged"))
    town.settle()
    before = town.movements()
    town.deliver(sale("I0", 5, on=0))
    assert (town.movements(), buckets(town)) == (before, {"announced": 2, "refused": 2})


def test_credited_units_never_move(town: Town) -> None:
    town.deliver(sale("I1", 5, on=10), notice("R1", line(2)), receipt("W1", 1, "R1"))
    town.settle()
    post_credits(town.store, town.hub.erp, "me", town.hub.now, "shop")
    town.deliver(sale("I0", 5, 999, on=0))
    assert placed(town) == [("shop/R1/1", "WR01/I0/1", "announced", 1)]
    assert town.balances() == {"WR01/I1/1": (1, 1000, 190), "WR01/I0/1": (1, 999, 190)}
    assert buckets(town) == {"announced": 2, "credited": 1, "open": 1}
    assert town.store.verify() == []


def test_an_earlier_return_takes_its_sale_and_the_later_one_makes_room(town: Town) -> None:
    town.deliver(sale("I1", 2, 999, on=1), sale("I2", 3, 1003, on=2), notice("R2", line(2), on=60))
    town.deliver(notice("R1", line(1), on=50))
    assert placed(town) == [
        ("shop/R1/1", "WR01/I1/1", "announced", 1),
        ("shop/R2/1", "WR01/I1/1", "announced", 1),
        ("shop/R2/1", "WR01/I2/1", "announced", 1),
    ]
    portions = town.store.table("allocation", return_line="shop/R2/1")["portion"].to_pylist()
    assert portions == ["shop/R2/1#1", "shop/R2/1#2", "shop/R2/1#3"]


def test_what_is_pushed_off_its_sale_is_told_once(town: Town) -> None:
    town.deliver(sale("I1", 1), notice("R2", line(1), on=60))
    town.deliver(notice("R1", line(1), on=50))
    town.deliver(notice("R0", line(1), on=40))
    told = [row["document"] for row in town.store.findings(code="LINE-BEYOND-SOLD").to_pylist()]
    assert len(told) == len(set(told)) == 2


def test_a_late_document_changes_nothing_of_what_it_does_not_change(town: Town) -> None:
    town.deliver(sale("I1", 9), sale("B1", 9, gtin=BOWL), sale("P1", 9, gtin=PLATE))
    town.deliver(notice("R1", line(2), line(2, BOWL)), notice("R2", line(1, PLATE)))
    before = town.movements()
    town.deliver(notice("R3", line(1, LAMP), on=70))
    assert town.movements() == before + 1
    town.deliver(sale("I2", 9, on=5))
    assert town.movements() == before + 1


def test_reading_what_may_move_never_goes_through_the_whole_ledger(town: Town) -> None:
    with town.store._engine.connect() as connection:
        plan = connection.exec_driver_sql(
            "explain query plan select * from parcel where retailer = 'shop' and gtin in ('1', '2')"
        ).fetchall()
    scanned = [row[3] for row in plan if row[3].startswith("SCAN") and row[3] != "SCAN parcel"]
    assert scanned == []


@pytest.mark.parametrize("first", ["sales", "notice"])
def test_two_runs_that_place_for_one_retailer_at_once_see_each_other(
    town: Town, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a sale nor a claim is missed, whoever writes first."""
    files = {"sales": sale("I1", 2), "notice": notice("R1", line(2))}
    order = [files[first], *(file for name, file in files.items() if name != first)]
    reading, written = threading.Barrier(2), threading.Event()
    record = Store.record

    def late(self: Store, outcome, actor=None):  # type: ignore[no-untyped-def]
        if outcome.action.startswith("process") and not written.is_set():
            reading.wait(300)
            if threading.current_thread() is not leader:
                written.wait(300)
        record(self, outcome, actor)
        if outcome.action.startswith("process"):
            written.set()

    def work(file):  # type: ignore[no-untyped-def]
        with open_hub(town.hub.settings) as hub:
            Town(hub).deliver(file)

    monkeypatch.setattr(Store, "record", late)
    leader = threading.Thread(target=work, args=(order[0],))
    leader.start()
    work(order[1])
    leader.join()
    assert placed(town) == [("shop/R1/1", "WR01/I1/1", "announced", 2)]
    assert town.store.verify() == []


def test_many_runs_at_once_end_as_if_they_had_come_one_by_one(town: Town, built: Path, tmp_path: Path) -> None:
    files = [notice(f"R{n}", line(2), on=40 + n) for n in range(3)] + [sale("I1", 3, 999), sale("I2", 3, 1003, on=2)]

    def work(part):  # type: ignore[no-untyped-def]
        with open_hub(settings_of(town.hub.settings.folder)) as hub:
            for file in part:
                Town(hub).deliver(file)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, [files[:3], files[3:]]))
    town.deliver(notice("R9", line(1, BOWL)))
    assert [(row[1], row[4]) for row in placed_by_sale(town)] == [("WR01/I1/1", 3), ("WR01/I2/1", 3)]
    assert town.store.verify() == []


def placed_by_sale(town: Town) -> list[tuple[object, ...]]:
    """Units of each sale."""
    units: dict[str, int] = {}
    for row in town.standing():
        if str(row[1]).startswith("WR01"):
            units[str(row[1])] = units.get(str(row[1]), 0) + row[4]
    return [(None, name, None, None, count) for name, count in sorted(units.items())]
