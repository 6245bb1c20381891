"""An export folder: files that are whole, once, in the ERP's own words, and what is told of the others."""

import gzip
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.erp.exports.adapter import ExportsSupply
from connectors.erp.exports.settings import ExportsSettings
from connectors.erp.supply import SupplyPage
from pipelines.settings import Settings
from pipelines.wiring import open_hub
from pipelines.work.supply import pull
from schemas.errors import PermanentError
from schemas.supply import SupplyKind
from tests.supply.rows import invoice

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEAD = ",".join(invoice())


def line(number: int, **changed: str) -> str:
    return ",".join(f'"{value}"' for value in invoice(f"I{number}", **changed).values())


class Folder:
    """An export folder, and what is read of it with this cursor."""

    def __init__(self, path: Path, **settings: Any) -> None:
        self.path, self.at, self.cursor = path, NOON, None
        given = {"kind": "exports", "folder": path, "arrival": {"rule": "rename"}} | settings
        self.settings = ExportsSettings.model_validate(given)

    def write(self, name: str, *lines: str, head: str = HEAD) -> None:
        (self.path / name).write_text("\n".join((head, *lines, "")), encoding="utf-8")

    def read(self, kind: SupplyKind = "invoices") -> list[SupplyPage]:
        """What is new since the last time."""
        pages = []
        try:
            for page in ExportsSupply(self.path, self.settings, lambda: self.at).pages(kind, self.cursor):
                pages.append(page)
                self.cursor = page.cursor
        finally:
            self.pages = pages
        return pages

    def numbers(self) -> list[str]:
        return [number for page in self.read() for number in page.rows["invoice_number"].to_pylist()]


def test_a_file_that_is_being_written_waits_until_it_stands_still(tmp_path: Path) -> None:
    folder = Folder(tmp_path, arrival={"rule": "stable", "settle_seconds": 60})
    folder.write("invoices.csv", line(1))
    assert folder.numbers() == []
    folder.write("invoices.csv", line(1), line(2))
    folder.at += timedelta(seconds=61)
    assert folder.numbers() == []
    folder.at += timedelta(seconds=61)
    assert folder.numbers() == ["I1", "I2"]
    assert folder.numbers() == []


def test_a_file_is_read_once_whatever_it_is_called(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write("invoices-1.csv", line(1))
    assert folder.numbers() == ["I1"]
    shutil.copy(tmp_path / "invoices-1.csv", tmp_path / "INVOICES-2.CSV")
    folder.write("invoices-3.csv.part", line(3))
    folder.write("stock.csv", line(4))
    assert folder.numbers() == []
    folder.write("invoices-4.csv", line(1), line(2))
    assert folder.numbers() == ["I1", "I2"]


def test_headers_companies_and_customers_are_in_the_erps_words(tmp_path: Path) -> None:
    folder = Folder(
        tmp_path, separator=";", encoding="cp1252", files={"invoices": "belege_*"},
        columns={"invoices": {"invoice_number": "Belegnr.", "retailer": "Kunde"}},
        customers={"10023": "nordstad"}, companies={"1000": "WR01"},
    )  # fmt: skip
    head = HEAD.replace("invoice_number", "belegnr.").replace("retailer", "KUNDE") + ",Bearbeiter"
    rows = [line(n, retailer=who, company="1000", description="Tüll") + ',"AB"' for n, who in ((1, "10023"), (2, "9"))]
    text = "\n".join((head, *rows)).replace(",", ";")
    (tmp_path / "Belege_2026.txt").write_text(text, encoding="cp1252")
    (first, *_) = folder.read()
    (row,) = first.rows.to_pylist()
    assert [row[name] for name in ("company", "retailer", "invoice_number", "description")] == [
        "WR01", "nordstad", "I1", "Tüll",
    ]  # fmt: skip
    assert first.left_out == 1


def test_parquet_and_packed_csv_are_read_too(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    table = pa.Table.from_pylist([invoice("I1") | {"units": 10, "sold_on": NOON.date()}])
    pq.write_table(table, tmp_path / "invoices-1.parquet")
    (tmp_path / "invoices-2.csv.gz").write_bytes(gzip.compress(f"{HEAD}\n{line(2)}\n".encode()))
    rows = pa.concat_tables([page.rows for page in folder.read()]).to_pylist()
    assert [(row["invoice_number"], row["units"], row["sold_on"]) for row in rows] == [
        ("I1", "10", "2026-03-01"), ("I2", "10", "2026-01-07"),
    ]  # fmt: skip


def test_a_file_that_nobody_can_read_is_told_when_the_others_were_read(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "invoices-1.csv").write_bytes(b"\xff\xfe\x00\x01")
    folder.write("invoices-2.csv", line(1), head=HEAD.replace("net,", "netto,"))
    folder.write("invoices-3.csv", line(3))
    (tmp_path / "invoices-4.csv").write_bytes(b"")
    with pytest.raises(
        PermanentError, match=r"invoices-2.csv: it has no column net; .*Next: correct the file"
    ) as fault:
        folder.read()
    assert all(name in str(fault.value) for name in ("invoices-1.csv", "invoices-4.csv"))
    assert [page.rows.num_rows for page in folder.pages if page.rows.num_rows] == [1]


def test_a_row_with_too_few_fields_becomes_a_finding_with_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    folder = Folder(tmp_path / "exports")
    folder.write("invoices.csv", line(1), "WR01,nordstad,I2", line(3))
    supplies = {"files": folder.settings.model_copy(update={"folder": Path("exports")})}
    with open_hub(Settings(folder=tmp_path, companies={}, supplies=supplies)) as hub:
        pulled = pull(hub, "files")
        assert [row["invoice_number"] for row in hub.store.table("invoice_line").to_pylist()] == ["I1", "I3"]
        (found,) = hub.store.findings(code="TABLE-ROW-RAGGED").to_pylist()
        said = hub.vault.get(found["file"])[found["offset"] : found["offset"] + found["length"]]
        assert said.strip() == b"WR01,nordstad,I2"
        assert pulled.rows == 3
        assert hub.store.verify() == []


def test_read_files_are_moved_away_where_that_is_wanted(tmp_path: Path) -> None:
    folder = Folder(tmp_path, archive="done")
    folder.write("invoices.csv", line(1))
    assert folder.numbers() == ["I1"]
    assert [path.name.partition("-")[2] for path in (tmp_path / "done").iterdir()] == ["invoices.csv"]
    assert not (tmp_path / "invoices.csv").exists()


def test_pages_end_with_a_document(tmp_path: Path) -> None:
    folder = Folder(tmp_path, page_rows=3)
    folder.write("invoices.csv", *(line(n, invoice_line=str(place)) for n in range(1, 6) for place in (1, 2)))
    pages = [page.rows["invoice_number"].to_pylist() for page in folder.read() if page.rows.num_rows]
    assert pages == [[f"I{n}", f"I{n}"] for n in range(1, 6)]
