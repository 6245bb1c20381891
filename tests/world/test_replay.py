"""A changed mapping is judged by the money it moves: both sides rebuilt from the archive, the real store only read."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from mappings import code_lists
from mappings.catalog import PartnerFolder, load_map
from pipelines.wiring import Hub, open_hub
from pipelines.work.replay import Amounts, Replayed, replay
from schemas.records import CreditIntent
from tests.world.conftest import Bench

NORDSTAD = 'extends: x12/180\nclaims: {sender: "ZZ:NORDSTAD", version: "004010"}\n'
ONE_OF_EACH = NORDSTAD + 'lines:\n  split:\n  quantity: {const: "1", as: units}\n'
OTHER_PRICE = NORDSTAD + "lines:\n  unit_price: {from: BLI.03, as: decimal}\n"
NO_ORDER = NORDSTAD + "lines:\n  po_number:\n"


@pytest.fixture(scope="module")
def hub(settled: Path) -> Iterator[Hub]:
    """The settled world, which no test here may change."""
    with open_hub(Bench(settled).settings) as opened:
        before = opened.store.head(), opened.vault.size()
        yield opened
        assert (opened.store.head(), opened.vault.size()) == before


def changed(hub: Hub, folder: Path, text: str) -> PartnerFolder:
    """Nordstad with this mapping."""
    path = folder / "returns.yaml"
    path.write_text(text)
    return replace(hub.catalog.partner("nordstad"), maps=(load_map(path, code_lists.lists_of(code_lists.SHIPPED)),))


@pytest.fixture(scope="module")
def replayed(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Replayed]:
    """Replays with a mapping since a day, each done once for all tests that look at it."""
    folder = tmp_path_factory.mktemp("replay")

    @cache
    def done(text: str, since: date | None = None) -> Replayed:
        steps: list[tuple[str, int, int]] = []
        new = changed(hub, folder, text)
        result = replay(hub, hub.catalog.partner("nordstad"), new, since, lambda *told: steps.append(told), folder)
        assert all(done <= total for _, done, total in steps)
        assert list(folder.glob("backhaul-replay-*")) == []
        return replace(result, seconds=0, scratch_bytes=0)

    return done


def test_the_same_mapping_changes_nothing(replayed: Callable[..., Replayed]) -> None:
    result = replayed(NORDSTAD)
    assert result.is_same
    assert result.files == 8
    assert result.rows == []


def test_a_quantity_that_is_misread_changes_known_credits_by_known_amounts(replayed: Callable[..., Replayed]) -> None:
    result = replayed(ONE_OF_EACH)
    by_return = {one.return_id: one for one in result.credits}
    # NS100010 announced 9 units at 1.25 net; with one unit a line, one of them finds no invoice line of its own.
    one = by_return["nordstad/NS100010"]
    assert (one.currency, one.new.units - one.old.units) == ("GBP", -1)
    assert (one.new.net - one.old.net, one.new.tax - one.old.tax) == (-125, -25)
    old, new = result.totals["GBP"]
    assert new.gross - old.gross == sum(one.new.gross - one.old.gross for one in result.credits) != 0
    assert {field.field for row in result.rows for field in row.change.fields} == {"quantity_raw", "units"}
    behind = [row for row in result.rows if "nordstad/NS100010" in row.returns]
    assert behind
    assert all(row.file.startswith("nordstad-180-") for row in behind)


def test_what_is_rebuilt_with_the_current_mappings_is_what_is_booked(
    hub: Hub, replayed: Callable[..., Replayed]
) -> None:
    result = replayed(ONE_OF_EACH)
    intents = hub.store.table(CreditIntent).to_pylist()
    assert result.totals["GBP"][0] == result.booked["GBP"]
    assert result.booked["GBP"].net == sum(row["net_minor"] for row in intents)
    assert result.booked["GBP"].tax == sum(row["tax_minor"] for row in intents)


def test_a_price_that_nothing_hangs_on_changes_rows_but_no_credit(replayed: Callable[..., Replayed]) -> None:
    result = replayed(OTHER_PRICE)
    assert result.rows
    assert result.is_same


def test_a_lost_reference_moves_units_to_other_invoice_lines(replayed: Callable[..., Replayed]) -> None:
    result = replayed(NO_ORDER)
    assert result.allocations
    gained = Amounts()
    for one in result.allocations:
        assert one.return_line.startswith("nordstad/")
        gained = gained + Amounts(one.new.units - one.old.units)
    assert gained.units == 0


def test_a_change_since_a_day_leaves_the_files_before_it_as_they_were(replayed: Callable[..., Replayed]) -> None:
    assert replayed(ONE_OF_EACH, date(2011, 6, 6)) == replayed(ONE_OF_EACH)
    later = replayed(ONE_OF_EACH, date(2011, 6, 7))
    assert (later.files, later.is_same) == (0, True)
