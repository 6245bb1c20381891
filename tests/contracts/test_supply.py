"""What every supply promises, whatever it reads: nothing is passed over, documents are whole, twice is the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from connectors.erp.supply import SupplyPage
from schemas.supply import CANCELLED, DOCUMENT_OF, SUPPLY_COLUMNS, SUPPLY_KINDS, SUPPLY_PAGES, SupplyKind
from tests.contracts.supply_benches import BENCHES, Bench


@pytest.fixture(params=BENCHES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with request.param(tmp_path, request) as made:
        yield made


@pytest.fixture(params=SUPPLY_KINDS)
def kind(request: pytest.FixtureRequest, bench: Bench) -> SupplyKind:
    if request.param not in bench.kinds:
        pytest.skip("this bench makes none")
    named: SupplyKind = request.param
    return named


def read(bench: Bench, kind: SupplyKind, since: str | None = None) -> list[SupplyPage]:
    return list(bench.supply().pages(kind, since))


def documents(kind: SupplyKind, pages: list[SupplyPage]) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """Each document as it was told last, by what names it."""
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for page in pages:
        here: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        for row in page.rows.to_pylist():
            here.setdefault(tuple(row[name] for name in DOCUMENT_OF[kind]), []).append(row)
        found |= here
    return found


def cursor_of(pages: list[SupplyPage]) -> str:
    return pages[-1].cursor


def test_pages_have_their_columns_and_say_what_is_needed(bench: Bench, kind: SupplyKind) -> None:
    bench.make(kind, 1)
    pages = read(bench, kind)
    assert sum(page.rows.num_rows for page in pages)
    for page in pages:
        assert page.rows.schema.equals(SUPPLY_PAGES[kind])
        for column in SUPPLY_COLUMNS[kind]:
            assert not column.needed or not page.rows[column.name].null_count, column.name


def test_what_comes_later_is_told_behind_the_cursor(bench: Bench, kind: SupplyKind) -> None:
    bench.make(kind, 1)
    first = read(bench, kind)
    bench.make(kind, 2)
    later = documents(kind, read(bench, kind, cursor_of(first)))
    new = set(documents(kind, read(bench, kind))) - set(documents(kind, first))
    assert new
    assert new <= set(later)


def test_reading_can_stop_at_any_page_and_go_on(bench: Bench, kind: SupplyKind) -> None:
    for number in range(1, 6):
        bench.make(kind, number)
    whole = read(bench, kind)
    for stop in range(1, len(whole) + 1):
        parts = [*whole[:stop], *read(bench, kind, whole[stop - 1].cursor)]
        assert documents(kind, parts) == documents(kind, whole)


def test_each_document_stands_whole_in_one_page(bench: Bench, kind: SupplyKind) -> None:
    for number in range(1, 5):
        bench.make(kind, number)
    pages = read(bench, kind)
    for key, rows in documents(kind, pages).items():
        assert len(rows) == (1 if kind == "items" else 2) or kind in ("items", "invoices"), key
        holding = [page for page in pages if key in documents(kind, [page])]
        assert all(documents(kind, [page])[key] == rows for page in holding)


def test_a_changed_document_comes_again_whole_and_as_another_version(bench: Bench, kind: SupplyKind) -> None:
    if kind not in bench.can_change:
        pytest.skip("it does not change")
    bench.make(kind, 1)
    bench.make(kind, 2)
    before = read(bench, kind)
    bench.change(kind, 1)
    told, known = documents(kind, read(bench, kind, cursor_of(before))), documents(kind, before)
    changed = [key for key in told if told[key] != known[key]]
    assert len(changed) == 1
    assert len(told[changed[0]]) == len(known[changed[0]])
    if kind in ("orders", "shipments"):
        assert {row["changed_at"] for row in told[changed[0]]} != {row["changed_at"] for row in known[changed[0]]}


def test_a_document_that_changes_between_two_pages_is_not_passed_over(bench: Bench, kind: SupplyKind) -> None:
    if kind not in bench.can_change:
        pytest.skip("it does not change")
    for number in range(1, 8):
        bench.make(kind, number)
    pages = bench.supply().pages(kind, None)
    seen = [next(pages)]
    bench.change(kind, 1)
    bench.change(kind, 7)
    seen += pages
    seen += read(bench, kind, cursor_of(seen))
    assert documents(kind, seen) == documents(kind, read(bench, kind))


def test_what_is_cancelled_is_told(bench: Bench, kind: SupplyKind) -> None:
    if kind not in bench.can_cancel:
        pytest.skip("it is not cancelled")
    bench.make(kind, 1)
    before = read(bench, kind)
    bench.cancel(kind, 1)
    pages = read(bench, kind, cursor_of(before))
    states = pa.concat_tables([page.rows for page in pages])["state"]
    assert pc.any(pc.equal(states, CANCELLED)).as_py()
