"""The simulated world is whole, repeatable, and as spoiled as it promises; its truth agrees with its sales."""

import csv
import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from pipelines.simulate import world as world_module
from pipelines.simulate.truth import TrueLine
from pipelines.simulate.world import MAILBOXES, World, build_world
from schemas.errors import ConfigError


def digests(world: World) -> dict[str, str]:
    files = [path for path in world.folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(world.folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def sales(world: World) -> dict[tuple[str, str], dict[str, str]]:
    """Export rows by invoice and line."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for path in sorted(world.inbox("erp-export").iterdir()):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                assert rows.setdefault((row["invoice_number"], row["invoice_line"]), row) is row
    return rows


def boxes(truth: list[TrueLine]) -> dict[tuple[str, str], list[TrueLine]]:
    grouped: dict[tuple[str, str], list[TrueLine]] = defaultdict(list)
    for line in truth:
        grouped[line.retailer, line.return_number].append(line)
    return grouped


# --- building


def test_a_seed_gives_the_same_bytes_again(small_world: World, tmp_path: Path):
    assert digests(build_world(tmp_path / "again", stores=2)) == digests(small_world)


def test_another_seed_gives_another_world(small_world: World, tmp_path: Path):
    assert digests(build_world(tmp_path / "other", seed=8, stores=2)) != digests(small_world)


def test_a_world_that_stands_is_left_alone(tmp_path: Path):
    world = build_world(tmp_path / "world", stores=1)
    taken = next(world.inbox("nordstad").iterdir())
    taken.rename(world.root("nordstad") / "returns-done" / taken.name)
    before = digests(world)
    assert build_world(tmp_path / "world", stores=1) == world
    assert digests(world) == before


def test_another_world_or_anything_else_in_the_folder_is_refused(tmp_path: Path):
    build_world(tmp_path / "world", stores=1)
    with pytest.raises(ConfigError, match="Next: remove it"):
        build_world(tmp_path / "world", stores=2)
    (tmp_path / "mine").mkdir()
    with pytest.raises(ConfigError, match="Next: choose another folder"):
        build_world(tmp_path / "mine")


def test_a_world_is_built_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(lines: object) -> bytes:
        raise OSError("no space left")

    monkeypatch.setattr(world_module, "write_truth", fail)
    with pytest.raises(OSError, match="no space left"):
        build_world(tmp_path / "world", stores=1)
    assert list(tmp_path.iterdir()) == []


def test_every_mailbox_has_its_folders(world: World):
    for partner, (kind, inbox) in MAILBOXES.items():
        root = world.folder / {"sftp": "sftp", "folder": "folders"}[kind] / partner
        answers = set() if partner == "erp-export" else {"answers"}
        assert {path.name for path in root.iterdir()} == {inbox, f"{inbox}-done"} | answers
        assert any((root / inbox).iterdir())


def test_files_carry_the_time_of_their_sending(world: World):
    """Mailboxes list oldest first: that is also the order of the control numbers."""
    for partner in ("nordstad", "harwich"):
        by_time = sorted(world.inbox(partner).iterdir(), key=lambda path: path.stat().st_mtime)
        controls = [path.read_bytes()[90:99] for path in by_time]
        assert controls == sorted(set(controls))


def test_now_is_a_few_days_after_the_last_receipt(world: World):
    last = max(date.fromisoformat(line.received_on) for line in world.truth() if line.received_on)
    assert world.now == datetime(2011, 6, 6, 9, tzinfo=UTC)
    assert 2 <= (world.now.date() - last).days <= 7


def test_about_file_says_what_was_built(small_world: World):
    about = json.loads((small_world.folder / "world.json").read_text())
    assert about == {"seed": 7, "stores": 2, "now": "2011-06-06T09:00:00+00:00"}


# --- the sales


def test_sales_are_priced_in_pence(world: World):
    for row in sales(world).values():
        net = int(row["units"]) * Decimal(row["unit_price"])
        rate = Decimal(0 if row["retailer"] == "lindhaus" else 20)
        assert abs(Decimal(row["net"]) - net) <= Decimal("0.005")
        assert abs(Decimal(row["tax"]) - Decimal(row["net"]) * rate / 100) <= Decimal("0.005")
        assert row["net"][-3] == "."
        assert (row["tax_category"], Decimal(row["tax_rate"])) == ("G" if rate == 0 else "S", rate)


def test_an_order_belongs_to_one_invoice(world: World):
    invoices: dict[str, set[str]] = defaultdict(set)
    for row in sales(world).values():
        invoices[row["po_number"]].add(row["invoice_number"])
    assert all(len(of_order) == 1 for of_order in invoices.values())


# --- the truth


def test_no_invoice_line_gives_more_than_it_sold(world: World):
    sold, taken = sales(world), Counter[tuple[str, str]]()
    for line in world.truth():
        if line.true_invoice:
            taken[line.true_invoice, line.true_invoice_line] += line.true_units
    assert taken
    assert all(units <= int(sold[invoice_line]["units"]) for invoice_line, units in taken.items())


def test_true_sales_are_of_the_same_item_to_the_same_store_before(world: World):
    sold = sales(world)
    for line in world.truth():
        assert (line.stated_kind == "none_exists") == (not line.true_invoice) or line.fate == "unannounced"
        if line.true_invoice:
            sale = sold[line.true_invoice, line.true_invoice_line]
            assert (sale["store"], sale["vendor_item"]) == (line.store, line.vendor_item)
            assert sale["sold_on"] <= line.sent_on
            assert 0 < line.true_units <= line.units
            assert sale["unit_price"] == line.true_price


def test_most_lines_have_a_possible_placement(world: World):
    truth = world.truth()
    assert 600 <= len(truth) <= 1100
    assert sum(bool(line.true_invoice) for line in truth) >= 450


def test_stated_references_are_right_left_out_or_mistyped_as_they_say(world: World):
    sold = sales(world)
    orders = {row["po_number"] for row in sold.values()}
    for line in world.truth():
        true_order = sold[line.true_invoice, line.true_invoice_line]["po_number"] if line.true_invoice else ""
        match line.stated_kind:
            case "kept":
                assert (line.stated_po, line.stated_invoice) in ((true_order, ""), ("", line.true_invoice))
                assert line.stated_po_line in ("", line.true_invoice_line)
            case "left_out":
                assert (line.stated_po, line.stated_po_line, line.stated_invoice) == ("", "", "")
            case "mistyped":
                assert line.stated_po not in orders
                assert line.typing_error
            case "none_exists":
                assert line.stated_po not in orders
            case _:
                pytest.fail(line.stated_kind)


def test_shares_of_human_errors(world: World):
    announced = [line for line in world.truth() if line.true_invoice and line.fate != "unannounced"]
    kinds = Counter(line.stated_kind for line in announced)
    assert kinds["kept"] / len(announced) == pytest.approx(0.50, abs=0.06)
    assert kinds["left_out"] / len(announced) == pytest.approx(0.25, abs=0.06)
    assert kinds["mistyped"] / len(announced) == pytest.approx(0.25, abs=0.06)
    assert sum(bool(line.stated_price) for line in announced) / len(announced) == pytest.approx(0.70, abs=0.06)
    assert {line.typing_error for line in announced} - {""} == {
        "one_digit_wrong", "digits_transposed", "leading_zeros_lost", "store_added", "letter_for_zero",
    }  # fmt: skip


@pytest.mark.parametrize("retailer", ["nordstad", "brightwell", "lindhaus"])
def test_every_fate_befalls_some_box(small_world: World, world: World, retailer: str):
    for built in (small_world, world):
        fates = {line.fate for line in built.truth() if line.retailer == retailer}
        assert fates >= {"whole", "short", "over", "damaged", "unannounced", "open"}


def test_about_four_fifths_of_the_boxes_that_came_are_whole(world: World):
    came = [lines for lines in boxes(world.truth()).values() if lines[0].receipt]
    whole = [lines for lines in came if all(line.fate in ("whole", "stays") for line in lines)]
    assert len(whole) / len(came) == pytest.approx(0.80, abs=0.06)


def test_counts_fit_the_fates(world: World):
    for line in world.truth():
        assert 0 <= line.damaged <= line.received
        assert (line.damaged > 0) == (line.fate == "damaged")
        compared = {
            "whole": line.received == line.units,
            "damaged": line.received == line.units,
            "unannounced": line.received == line.units,
            "short": line.received < line.units,
            "over": line.received > line.units,
            "open": line.received == 0 and line.receipt == "",
            "stays": line.received == 0 and line.disposition in ("keep", "dispose"),
        }
        assert compared[line.fate], line
        assert (line.disposition == "return") == (line.fate != "stays")


def test_spoiled_lines_can_be_told_apart(world: World):
    """An item that stands twice in a box comes whole, so that a count by item says which line it was."""
    for lines in boxes(world.truth()).values():
        items = Counter(line.gtin for line in lines)
        for line in lines:
            assert items[line.gtin] == 1 or line.fate in ("whole", "open")


def test_boxes_come_days_after_they_are_sent(world: World):
    for line in world.truth():
        if line.received_on:
            days = date.fromisoformat(line.received_on) - date.fromisoformat(line.sent_on)
            assert 2 <= days.days <= 9
