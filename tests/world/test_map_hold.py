"""Credits of a mapping that has just changed need a person, until it was live for the agreed days."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import yaml

from pipelines.settings import SHIPPED_PARTNERS
from pipelines.wiring import Hub, open_hub
from pipelines.work.process import process
from pipelines.work.receive import receive
from pipelines.work.settle import Settled, _decide, settle
from pipelines.work.versions import live_maps, note_versions, promote, stored_map, young_maps
from schemas.errors import PermanentError
from schemas.records import CreditIntent, CreditIntentLine, MapVersion, ReturnLine
from tests.world.conftest import Bench

CHANGE = "\nlines:\n  delivery_note:\n"


@pytest.fixture
def own(bench: Bench) -> Bench:
    """A world with a partners' folder of its own."""
    shutil.copytree(SHIPPED_PARTNERS, bench.folder / "partners")
    path = bench.folder / "backhaul.yaml"
    settings = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(settings | {"partners": "partners"}))
    return bench


def change(own: Bench, text: str = CHANGE) -> None:
    """Another version of nordstad's mapping."""
    path = own.folder / "partners" / "nordstad" / "maps" / "returns.yaml"
    path.write_text(path.read_text() + text)


def see(own: Bench) -> None:
    """Nordstad's mappings as they are now are seen at work."""
    with open_hub(own.settings) as hub:
        note_versions(hub, hub.catalog.partner("nordstad"))


@contextmanager
def decided(own: Bench) -> Iterator[Hub]:
    """Nordstad's boxes are counted and decided on; no credit is made yet."""
    with own.open() as hub:
        for name in ("nordstad", "harwich"):
            partner = hub.catalog.partner(name).partner
            receive(hub, partner)
            process(hub, partner)
        _decide(hub, hub.catalog.partner("nordstad").partner, Settled())
        yield hub


def later(hub: Hub, days: int) -> Hub:
    """The same hub some days later."""
    return replace(hub, now=lambda: hub.now() + timedelta(days=days))


def test_a_partners_first_mappings_are_live_and_hold_nothing(own: Bench) -> None:
    with decided(own) as hub:
        nordstad = hub.catalog.partner("nordstad")
        assert young_maps(hub, nordstad.partner) == {}
        (row,) = hub.store.table(MapVersion, partner="nordstad").to_pylist()
        assert (row["state"], row["version"], row["promoted_at"]) == ("live", nordstad.maps[0].version, None)
        assert live_maps(hub.store, nordstad) == nordstad.maps


def test_a_changed_mapping_runs_but_its_credits_wait_for_a_person(own: Bench) -> None:
    see(own)
    change(own)
    with decided(own) as hub:
        nordstad = hub.catalog.partner("nordstad")
        settle(hub, nordstad.partner)
        origin = {row["return_line"]: row["origin"] for row in hub.store.table(ReturnLine).to_pylist()}
        problems = {row["reference"]: row["problem"] or "" for row in hub.store.table(CreditIntent).to_pylist()}
        reason = f"nordstad/returns changed on 2011-06-06 and version {nordstad.maps[0].version} is not promoted"
        announced = [
            row for row in hub.store.table(CreditIntentLine).to_pylist() if origin[row["return_line"]] == "notice"
        ]
        assert announced
        assert all(reason in problems[row["reference"]] for row in announced)
        held = [row for row in hub.store.table(CreditIntent).to_pylist() if row["problem"]]
        assert {row["state"] for row in held} == {"needs_approval"}


def test_promotion_is_recorded_and_ends_the_wait_after_the_agreed_days(own: Bench) -> None:
    see(own)
    old = live_version(own)
    change(own)
    with decided(own) as hub:
        nordstad = hub.catalog.partner("nordstad")
        assert young_maps(later(hub, 400), nordstad.partner)  # a version in test is young for ever
        promote(hub, nordstad, "returns", "Ines", "store numbers agreed")
        (why,) = set(young_maps(later(hub, 2), nordstad.partner).values())
        assert why == f"the map nordstad/returns changed on 2011-06-06, version {nordstad.maps[0].version}"
        assert young_maps(later(hub, 3), nordstad.partner) == {}
        states = {row["version"]: row for row in hub.store.table(MapVersion, partner="nordstad").to_pylist()}
        assert states[old]["state"] == "retired"
        new = states[nordstad.maps[0].version]
        assert (new["state"], new["promoted_by"], new["note"]) == ("live", "Ines", "store numbers agreed")
        assert stored_map(hub.store, nordstad, old[:6]).version == old
        assert hub.store.verify() == []
        with pytest.raises(PermanentError, match="is live already"):
            promote(hub, nordstad, "returns", "Ines", None)


def live_version(own: Bench) -> str:
    with open_hub(own.settings) as hub:
        return str(hub.store.table(MapVersion, partner="nordstad", state="live")["version"][0].as_py())


def test_a_partner_can_agree_that_nothing_waits(own: Bench) -> None:
    path = own.folder / "partners" / "nordstad" / "partner.yaml"
    path.write_text(path.read_text() + "  map_hold_days: 0\n")
    see(own)
    change(own)
    with decided(own) as hub:
        assert young_maps(hub, hub.catalog.partner("nordstad").partner) == {}


def test_a_changed_mapping_of_a_dock_holds_what_it_counted(own: Bench) -> None:
    with open_hub(own.settings) as hub:
        note_versions(hub, hub.catalog.partner("harwich"))
    path = own.folder / "partners" / "harwich" / "maps" / "receipts.yaml"
    path.write_text(path.read_text() + "lines:\n  buyer_item:\n")
    with decided(own) as hub:
        whys = set(young_maps(hub, hub.catalog.partner("nordstad").partner).values())
        assert len(whys) == 1
        assert whys.pop().startswith("the map harwich/receipts changed on 2011-06-06 and version")


def test_a_renamed_mapping_is_no_first_one(own: Bench) -> None:
    see(own)
    maps = own.folder / "partners" / "nordstad" / "maps"
    (maps / "returns.yaml").rename(maps / "notices.yaml")
    see(own)
    with open_hub(own.settings) as hub:
        rows = hub.store.table(MapVersion, partner="nordstad", map="notices").to_pylist()
        assert [row["state"] for row in rows] == ["test"]


def test_a_mapping_that_does_not_exist_is_told(own: Bench) -> None:
    with open_hub(own.settings) as hub, pytest.raises(PermanentError, match="write one of its mappings: returns"):
        promote(hub, hub.catalog.partner("nordstad"), "invoices", "Ines", None)
