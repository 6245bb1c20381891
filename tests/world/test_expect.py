"""`backhaul expect`: what is stored is judged by its suites, told in words, and shown on pages without network."""

import re
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from typer.testing import CliRunner

from pipelines import expect_command
from pipelines.cli import app
from pipelines.judged_tables import STORED, rows_of
from schemas.suites import JUDGED
from tests.world.conftest import Bench

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def expect(bench: Bench, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["expect", *arguments, "--settings", str(bench.folder / "backhaul.yaml")])
    return result.exit_code, result.output


def test_every_stored_table_gives_rows_of_its_canonical_shape(settled_bench: Bench) -> None:
    with settled_bench.open() as hub:
        for table in STORED:
            rows = {one.id: rows_of(hub.store, table, one.id) for one in hub.catalog.partners}
            assert all(part.schema.names == JUDGED[table].names for part in rows.values())
            assert sum(part.num_rows for part in rows.values()) > 0
            (first, *_) = (name for name, part in rows.items() if part.num_rows)
            file = rows[first]["file"][0].as_py()
            of_file = rows_of(hub.store, table, first, [file])
            assert of_file.num_rows == pc.sum(pc.equal(rows[first]["file"], file)).as_py()
            assert rows_of(hub.store, table, first, []).num_rows == 0


def test_the_demonstration_is_as_expected(settled_bench: Bench) -> None:
    code, told = expect(settled_bench, "--docs")
    assert code == 0, told
    for partner, table in (("erp-export", "sale_lines"), ("nordstad", "notice_lines"), ("venlo", "receipt_lines")):
        assert re.search(rf"{partner} +{table} +[\d,]+ +\d+ +0", told), told
    index = settled_bench.folder / "data-docs" / "index.html"
    assert str(index) in told
    for link in re.findall(r'href="([^"]+)"', index.read_text(encoding="utf-8")):
        assert (index.parent / link).is_file()


def test_what_is_odd_is_told_with_examples_and_the_next_step(
    settled_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_cartons(*arguments: object) -> pa.Table:
        rows = rows_of(*arguments)  # type: ignore[arg-type]
        if "carton" not in rows.column_names:
            return rows
        return rows.set_column(rows.column_names.index("carton"), "carton", pa.nulls(rows.num_rows, pa.string()))

    monkeypatch.setattr(expect_command, "rows_of", without_cartons)
    code, told = expect(settled_bench, "lindhaus", "--docs")
    assert code == 1
    assert "lindhaus, notice_lines: carton is there, in 90 % of the lines at least" in told
    assert re.search(r"(\d+) of \1 lines break it", told)
    assert "carton (nothing)" in told
    assert "Next: ask the partner for the value" in told
    page = (settled_bench.folder / "data-docs" / "lindhaus" / "notice_lines.html").read_text(encoding="utf-8")
    assert page.count('class="failed"') == 1
    assert "<small>nothing</small>" in page
    assert "Next: ask the partner for the value" in page


def test_pages_need_no_network(settled_bench: Bench) -> None:
    expect(settled_bench, "essen", "--docs")
    pages = list(Path(settled_bench.folder / "data-docs").rglob("*.html"))
    assert len(pages) == 3
    for page in pages:
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//|@import|url\(", page.read_text(encoding="utf-8"))


def test_nothing_to_judge_says_what_to_do(bench: Bench) -> None:
    code, told = expect(bench, "lindhaus")
    assert code == 0
    assert "Next: `backhaul run`" in told


def test_an_unknown_partner_is_told(bench: Bench) -> None:
    code, _ = expect(bench, "lindhause")
    assert code == 2
