"""The page of the export folder lists the columns as they are."""

from pathlib import Path

from schemas.supply import SUPPLY_COLUMNS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "erp" / "exports.md"


def test_the_page_lists_every_column_with_what_it_holds() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for kind, columns in SUPPLY_COLUMNS.items():
        part = page.partition(f"### {kind}\n")[2].partition("\n### ")[0]
        rows = [line for line in part.splitlines() if line.startswith("| `")]
        assert rows == [f"| `{one.name}` | {'yes' if one.needed else ''} | {one.means} |" for one in columns]
