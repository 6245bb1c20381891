"""The extract of real data is what its README says, and the rule that made it can be run again."""

import csv
import gzip
from hashlib import sha256
from pathlib import Path

import pytest

from pipelines.simulate.extract import EXTRACT, STORES, choose_stores, read_goods, select, write_extract

README = EXTRACT.with_name("README.md").read_text(encoding="utf-8")


def test_the_readme_names_the_bytes_the_licence_and_the_source():
    packed = EXTRACT.read_bytes()
    assert sha256(packed).hexdigest() in README
    assert sha256(gzip.decompress(packed)).hexdigest() in README
    assert "10.24432/C5BW33" in README
    assert "creativecommons.org/licenses/by/4.0" in README


def test_the_readme_counts_right():
    with gzip.open(EXTRACT, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    returned = [row for row in rows if row["InvoiceNo"].startswith("C")]
    documents = {row["InvoiceNo"] for row in returned}
    counts = f"{len(rows):,} rows: {len(rows) - len(returned):,} sale rows and {len(returned)} rows of {len(documents)}"
    assert counts in README
    assert f"{EXTRACT.stat().st_size:,} bytes" in README


def test_the_extract_is_small():
    assert EXTRACT.stat().st_size < 250_000


def test_the_rule_chooses_the_same_from_its_own_extract():
    """Selecting is stable: the extract holds all that the rule looks at for the customers it chose."""
    header, rows = read_goods(EXTRACT)
    chosen = choose_stores(rows)
    with STORES.open(encoding="utf-8", newline="") as file:
        written = [(row["retailer"], row["customer"]) for row in csv.DictReader(file)]
    assert [(retailer, customer) for retailer, customers in chosen.items() for customer in customers] == written
    assert header + "".join(row.text for row in select(rows, chosen)) == gzip.decompress(EXTRACT.read_bytes()).decode()


def test_rows_keep_their_text(tmp_path: Path):
    header, rows = read_goods(EXTRACT)
    again = tmp_path / "again.csv.gz"
    digest = write_extract(header, rows, again)
    assert gzip.decompress(again.read_bytes()) == gzip.decompress(EXTRACT.read_bytes())
    assert digest == sha256(again.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        ("536365,84029E,BOTTLE,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom", True),
        ("C536379,22411,BAG,-1,2010-12-01 09:41:00,1.95,14527.0,United Kingdom", True),
        ("C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527.0,United Kingdom", False),
        ("536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom", False),
        ("536589,21777,,-10,2010-12-01 16:50:00,0.0,14527.0,United Kingdom", False),
    ],
    ids=["sale", "return", "no goods", "no customer", "write-off"],
)
def test_only_goods_of_known_customers_count(tmp_path: Path, row: str, counts: bool):
    path = tmp_path / "full.csv.gz"
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
    path.write_bytes(gzip.compress(f"{header}\r\n{row}\r\n".encode()))
    _, rows = read_goods(path)
    assert [one.text for one in rows] == ([f"{row}\r\n"] if counts else [])
