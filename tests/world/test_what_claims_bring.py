"""What a claim brings with it, from files to placed units: items, cases, assortments, and our dispatch advice."""

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console, Group

from pipelines.explain_stated import identified, packed, stated
from pipelines.settings import SHIPPED_PARTNERS, Settings
from pipelines.simulate.company import OUR_COMPANIES
from pipelines.wiring import Hub, open_hub
from pipelines.work.run import run_partner
from tests.formats.files import gs, isa, st, x12

STANDARDS = Path(__file__).parents[1] / "mappings" / "standards" / "partners"
PLATE, CASE, SMALL, MEDIUM, APRONS = (
    "9522234400018",
    "19522234400015",
    "9522132300021",
    "9522132300038",
    "9522132300090",
)
BOX = "095200000000051105"
SALES = (SHIPPED_PARTNERS / "erp-export" / "samples" / "sales.csv").read_text(encoding="utf-8").splitlines()[0]
SHIPMENTS = (SHIPPED_PARTNERS / "erp-export" / "samples" / "shipments.csv").read_text(encoding="utf-8").splitlines()[0]


class Shop:
    """Our ERP and one retailer, Northgate, with a mailbox each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        partners = folder / "partners"
        shutil.copytree(SHIPPED_PARTNERS / "erp-export", partners / "erp-export")
        shutil.copytree(STANDARDS / "northgate", partners / "northgate")
        with (partners / "northgate" / "partner.yaml").open("a", encoding="utf-8") as file:
            file.write(
                "party: {legal_name: Northgate Stores Ltd, address: {street: 1 Quay, city: Hull, country: GB}}\n"
            )
        for box in ("erp-export/sales", "erp-export/sales-done", "northgate/in", "northgate/done", "northgate/answers"):
            (folder / "boxes" / box).mkdir(parents=True)
        connections = {one: {"main": {"root": f"boxes/{one}"}} for one in ("erp-export", "northgate")}
        self.settings = Settings(
            folder=folder, companies=OUR_COMPANIES, partners=partners, connections=connections,
            clock=datetime(2026, 12, 1, tzinfo=UTC),
        )  # fmt: skip

    def export(self, name: str, head: str, *rows: str) -> None:
        """A table of our ERP."""
        (self.folder / "boxes/erp-export/sales" / name).write_text("\n".join((head, *rows, "")), encoding="utf-8")
        self.run("erp-export")

    def sell(self, *lines: tuple[str, int, str]) -> None:
        """An invoice a line: item, units, order."""
        rows = (
            f"WR01,northgate,0007,INV{n},1,{order},1,2026-08-03,{item},,,{units},2.00,{units * 2}.00,0.00,Z,0,GBP"
            for n, (item, units, order) in enumerate(lines, 1)
        )
        self.export("sales.csv", SALES, *rows)

    def list_items(self) -> None:
        """Our item list."""
        sample = SHIPPED_PARTNERS / "erp-export" / "samples" / "items.csv"
        self.export("items.csv", *sample.read_text(encoding="utf-8").splitlines())

    def send(self, body: Iterable[str], kind: str = "180", code: str = "AN", control: int = 1) -> None:
        """A message of the retailer."""
        envelope = isa(gs(st(list(body), kind=kind), code=code), sender="NORTHGATE      ", control=f"{control:09d}")
        (self.folder / f"boxes/northgate/in/{control}.x12").write_bytes(x12(envelope))
        self.run("northgate")

    def run(self, partner: str) -> None:
        """The partner's chain."""
        with open_hub(self.settings) as hub:
            run_partner(hub, hub.catalog.partner(partner).partner)

    def placed(self) -> list[tuple[str, str, int]]:
        """Each portion: return line, invoice and units."""
        with open_hub(self.settings) as hub:
            assert hub.store.verify() == []
            rows = hub.store.table("allocation").to_pylist()
        return [(row["return_line"], (row["invoice_line"] or "//").split("/")[1], row["units"]) for row in rows]

    def told(self) -> list[str]:
        """The codes of findings about the retailer's lines."""
        with open_hub(self.settings) as hub:
            return [row["code"] for row in hub.store.findings(partner="northgate").to_pylist()]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_case_is_returned_as_the_pieces_that_were_sold(shop: Shop) -> None:
    shop.list_items()
    shop.sell((PLATE, 30, "P1"))
    shop.send(["BGN*00*R1*20261118", f"BLI*UK*{CASE}*2*EA"])
    assert shop.placed() == [("northgate/R1/1", "INV1", 24)]
    assert shop.told() == []


def test_an_assortment_is_a_return_line_for_each_of_its_parts(shop: Shop) -> None:
    shop.list_items()
    shop.sell((SMALL, 10, "P1"), (MEDIUM, 20, "P1"))
    shop.send(["BGN*00*R1*20261118", f"BLI*EN*{APRONS}*3*EA", f"BLI*EN*{SMALL}*1*EA"])
    assert shop.placed() == [
        ("northgate/R1/1.1", "INV1", 6), ("northgate/R1/1.2", "INV2", 12), ("northgate/R1/2", "INV1", 1),
    ]  # fmt: skip


def _order(*sub_lines: str) -> list[str]:
    """An order for assortments, with what each holds."""
    return ["BEG*00*SA*P9**20260801", f"PO1*1*5*EA*30**EN*{APRONS}", *sub_lines, "CTT*1"]


def test_an_order_tells_what_an_assortment_holds(shop: Shop) -> None:
    shop.sell((SMALL, 10, "P1"), (MEDIUM, 20, "P1"))
    shop.send(_order(f"SLN*1**I*1*EA****EN*{SMALL}", f"SLN*2**I*3*EA****EN*{MEDIUM}"), "850", "PO")
    shop.send(["BGN*00*R1*20261118", f"BLI*EN*{APRONS}*3*EA"], control=2)
    assert shop.placed() == [("northgate/R1/1.1", "INV1", 3), ("northgate/R1/1.2", "INV2", 9)]


def test_our_item_list_is_stronger_than_what_an_order_says_of_an_assortment(shop: Shop) -> None:
    shop.list_items()
    shop.sell((SMALL, 10, "P1"), (MEDIUM, 20, "P1"))
    shop.send(_order(f"SLN*1**I*1*EA****EN*{SMALL}"), "850", "PO")
    shop.send(["BGN*00*R1*20261118", f"BLI*EN*{APRONS}*3*EA"], control=2)
    assert shop.placed() == [("northgate/R1/1.1", "INV1", 6), ("northgate/R1/1.2", "INV2", 12)]


def test_what_the_warehouse_counts_of_an_assortment_meets_what_was_announced(shop: Shop) -> None:
    shop.list_items()
    shop.sell((SMALL, 10, "P1"), (MEDIUM, 20, "P1"))
    shop.send(["BGN*00*R1*20261118", f"BLI*EN*{APRONS}*3*EA"])
    counted = ["W17*F*20261120*W1*R1", "N1*BY*northgate", f"W07*2*EA**EN*{APRONS}", f"W07*6*EA**EN*{SMALL}", "W14*8"]
    shop.send(counted, "944", "RE", control=2)
    with open_hub(shop.settings) as hub:
        moved = hub.store.table("movement").to_pylist()
    units = {bucket: sorted((m["return_line"], m["units"]) for m in moved if m["to_bucket"] == bucket)
             for bucket in ("received", "short")}  # fmt: skip
    assert units["short"] == [("northgate/R1/1.2", 4)]
    assert sum(count for _, count in units["received"]) == 18  # two assortments of six, and six small ones
    assert {("northgate/R1/1.1", 6), ("northgate/R1/1.2", 8)} <= _sums(units["received"])


def test_single_pieces_of_an_assortment_that_nobody_announced_wait_for_a_person(shop: Shop) -> None:
    counted = ["W17*F*20261120*W1", "N1*BY*northgate", f"W07*2*EA**EN*{SMALL}", f"W07*1*EA**EN*{PLATE}", "W14*3"]
    shop.list_items()
    shop.sell((APRONS, 10, "P1"))
    shop.send(counted, "944", "RE")
    assert _decided(shop) == {SMALL: ("LINE-SOLD-IN-PACKS", "hold"), PLATE: ("LINE-NEVER-SOLD", "refuse")}


def test_single_pieces_say_so_also_when_the_sale_of_the_assortment_becomes_known_later(shop: Shop) -> None:
    shop.list_items()
    shop.send(["BGN*00*R1*20261118", f"BLI*EN*{SMALL}*2*EA"])
    shop.sell((APRONS, 10, "P1"))
    with open_hub(shop.settings) as hub:
        (open_portion,) = hub.store.open_portions().to_pylist()
        why = {row["portion"]: row["unplaced"] for row in hub.store.table("allocation").to_pylist()}
    assert [*why.values()] == ["LINE-NEVER-SOLD", "LINE-SOLD-IN-PACKS"]
    assert why[open_portion["portion"]] == "LINE-SOLD-IN-PACKS"


def _decided(shop: Shop) -> dict[str, tuple[str, str]]:
    """Why units of each item have no sale, and what the policy says of that in the end."""
    with open_hub(shop.settings) as hub:
        gtins = {row["return_line"]: row["gtin"] for row in hub.store.table("return_line").to_pylist()}
        portions = {row["portion"]: row["unplaced"] for row in hub.store.table("allocation").to_pylist()}
        decided = sorted(
            hub.store.table("decision").to_pylist(), key=lambda row: int(row["portion"].rpartition("#")[2])
        )
        assert hub.store.verify() == []
    return {gtins[row["return_line"]].lstrip("0"): (portions[row["portion"]], row["outcome"]) for row in decided}


def _sums(units: list[tuple[str, int]]) -> set[tuple[str, int]]:
    return {(line, sum(count for other, count in units if other == line)) for line, _ in units}


def test_a_carton_speaks_for_the_order_that_it_was_packed_for(shop: Shop) -> None:
    shop.sell((PLATE, 30, "P1"), (PLATE, 30, "P2"))
    shop.export("shipments.csv", SHIPMENTS, f"DA-1,2026-08-03,0007,{BOX},P1,1,,,{PLATE},,30,")
    shop.send(["BGN*00*R1*20261118", f"BLI*EN*{PLATE}*2*EA", f"N9*CN*{BOX}"])
    with open_hub(shop.settings) as hub:
        (line,) = hub.store.table("notice_line").to_pylist()
        assert (line["item_by"], line["carton"]) == ("gtin", BOX)
        assert hub.store.shipped_in([BOX])["po_number"].to_pylist() == ["P1"]
        said = _told(hub, "northgate/R1/1")
    assert f"Our dispatch advice packed this item in carton {BOX} for order P1 line 1." in said


@pytest.mark.parametrize(("order", "invoice"), [("P1", "INV1"), ("P2", "INV2")])
def test_a_dispatch_advice_that_comes_after_the_return_places_its_carton_anew(
    shop: Shop, order: str, invoice: str
) -> None:
    shop.sell((PLATE, 30, "P1"), (PLATE, 30, "P2"))
    shop.send(["BGN*00*R1*20261118", f"BLI*EN*{PLATE}*2*EA", f"N9*CN*{BOX}"])
    shop.export("shipments.csv", SHIPMENTS, f"DA-1,2026-08-03,0007,{BOX},{order},1,,,{PLATE},,30,")
    assert shop.placed()[-1] == (*shop.placed()[0][:1], invoice, 2)


def test_a_carton_of_ours_that_held_other_goods_says_so(shop: Shop) -> None:
    shop.sell((PLATE, 30, "P1"))
    shop.export("shipments.csv", SHIPMENTS, f"DA-1,2026-08-03,0007,{BOX},P1,1,,,{SMALL},,30,")
    shop.send(["BGN*00*R1*20261118", f"BLI*EN*{PLATE}*2*EA", f"N9*CN*{BOX}"])
    with open_hub(shop.settings) as hub:
        assert f"Our dispatch advice packed carton {BOX}, but not this item." in _told(hub, "northgate/R1/1")


def test_the_story_says_how_an_item_was_found_and_counted(shop: Shop) -> None:
    shop.list_items()
    shop.sell((PLATE, 30, "P1"))
    shop.send(["BGN*00*R1*20261118", "PRF*P1", f"BLI*UK*{CASE}*2*EA"])
    with open_hub(shop.settings) as hub:
        said = _told(hub, "northgate/R1/1")
    assert "The item is known: its GTIN is one of ours; the stated item is a case of it." in said
    assert "The stated quantity is 2 EA; of the item that was sold this is 24." in said
    assert "order of the whole return P1" in said


def _told(hub: Hub, line: str) -> str:
    """The story of a line as the terminal shows it, in one line."""
    story = hub.store.story(line)
    console = Console(width=160, color_system=None)
    with console.capture() as capture:
        console.print(Group(*identified(story), *stated(story), *packed(hub, story)))
    return " ".join(capture.get().split())


def test_a_retailers_number_is_learnt_from_a_line_that_states_both(shop: Shop) -> None:
    shop.sell((PLATE, 30, "P1"))
    shop.send(["BGN*00*R1*20261118", f"BLI*EN*{PLATE}*1*EA****IN*0077"])
    shop.send(["BGN*00*R2*20261119", "BLI*IN*77*2*EA"], control=2)
    assert shop.placed() == [("northgate/R1/1", "INV1", 1), ("northgate/R2/1", "INV1", 2)]


def test_a_substitute_of_an_order_comes_back_under_the_number_that_was_ordered(shop: Shop) -> None:
    shop.list_items()
    shop.sell((PLATE, 30, "P1"))
    answer = ["BAK*00*AC*P1*20260801", f"PO1*1*30*EA*2**EN*{SMALL}", f"ACK*IS*30*EA****EN*{PLATE}", "CTT*1"]
    shop.send(answer, "855", "PR")
    shop.send(["BGN*00*R1*20261118", f"BLI*EN*{SMALL}*2*EA"], control=2)
    assert shop.placed() == [("northgate/R1/1", "INV1", 2)]


def test_each_sent_as_case_waits_for_a_person(shop: Shop) -> None:
    shop.list_items()
    shop.sell((PLATE, 30, "P1"))
    shop.send(["BGN*00*R1*20261118", f"BLI*UK*{CASE}*24*EA"])
    assert (shop.placed(), shop.told()) == ([], ["LINE-CASE-DOUBTFUL"])
