"""``backhaul split-csv``: plain tables in, a plain table out, whatever is wrong with some rows."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.cli import app

SALES = "sale_invoice,sale_line_no,customer,item,timestamp,quantity,unit_price"
RETURNS = "return_invoice,return_line_no,customer,item,timestamp,quantity"
TEAPOTS = ("S1,1,C1,TEAPOT,2026-01-10 09:00,6,2.50", "S2,1,C1,TEAPOT,2026-02-10 09:00,6,3.00")


class Desk:
    """A folder with the two tables, and what the command makes of them."""

    def __init__(self, folder: Path) -> None:
        self.sales, self.returns, self.into = (folder / name for name in ("sales.csv", "returns.csv", "out.csv"))

    def split(self, sales: Sequence[str], returns: Sequence[str], *options: str) -> list[str]:
        """The rows that come out; every row is usable."""
        result = self.run(sales, returns, *options)
        assert result.exit_code == 0, result.output
        return self.rows()

    def run(
        self, sales: Sequence[str], returns: Sequence[str], *options: str, heads: tuple[str, str] = (SALES, RETURNS)
    ) -> Result:
        """Write both tables and run the command."""
        self.sales.write_text("\n".join([heads[0], *sales, ""]), encoding="utf-8")
        self.returns.write_text("\n".join([heads[1], *returns, ""]), encoding="utf-8")
        return self.invoke(*options)

    def invoke(self, *options: str) -> Result:
        """The command on what is there."""
        return CliRunner().invoke(app, ["split-csv", str(self.sales), str(self.returns), str(self.into), *options])

    def rows(self) -> list[str]:
        """The rows of the result, without its header."""
        head, *rows = self.into.read_text(encoding="utf-8").splitlines()
        assert head == "return_invoice,return_line_no,sale_invoice,sale_line_no,quantity,unit_price"
        return rows


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("COLUMNS", "200")
    return Desk(tmp_path)


# --- placing


def test_a_return_stands_on_the_newest_sale_and_has_its_price(desk: Desk) -> None:
    assert desk.split(TEAPOTS, ["R1,1,C1,TEAPOT,2026-03-01 10:00,2"]) == ["R1,1,S2,1,2,3.00"]


def test_the_order_rule_is_an_option(desk: Desk) -> None:
    returns = ["R1,1,C1,TEAPOT,2026-03-01 10:00,2"]
    assert desk.split(TEAPOTS, returns, "--order", "oldest") == ["R1,1,S1,1,2,2.50"]


def test_what_an_earlier_return_took_is_gone_wherever_it_stands_in_the_file(desk: Desk) -> None:
    returns = ["R2,1,C1,TEAPOT,2026-03-02 10:00,4", "R1,1,C1,TEAPOT,2026-03-01 10:00,6"]
    assert desk.split(TEAPOTS, returns) == ["R2,1,S1,1,4,2.50", "R1,1,S2,1,6,3.00"]


def test_a_line_may_stand_on_several_sales_and_on_none(desk: Desk) -> None:
    rows = desk.split(TEAPOTS, ["R1,1,C1,TEAPOT,2026-03-01 10:00,15"])
    assert sorted(rows) == ["R1,1,,,3,", "R1,1,S1,1,6,2.50", "R1,1,S2,1,6,3.00"]


@pytest.mark.parametrize(
    ("sold_at", "returned_at", "stands"),
    [
        ("2026-03-01 10:00", "2026-03-01 10:00", True),
        ("2026-03-01 10:01", "2026-03-01 10:00", False),
        ("2026-03-01 10:01:00", "2026-03-01 10:00:59", False),
        ("2026-03-01 23:00", "2026-03-01", True),
        ("2026-03-01", "2026-03-01 00:00", True),
        ("2026-03-01T12:30:00+02:00", "2026-03-01 10:30", True),
        ("2026-03-01T12:31:00+02:00", "2026-03-01 10:30", False),
    ],
)
def test_only_sales_made_by_the_moment_of_the_return_count(
    desk: Desk, sold_at: str, returned_at: str, stands: bool
) -> None:
    rows = desk.split([f"S1,1,C1,TEAPOT,{sold_at},6,2.50"], [f"R1,1,C1,TEAPOT,{returned_at},2"])
    assert rows == ["R1,1,S1,1,2,2.50" if stands else "R1,1,,,2,"]


def test_of_two_sales_of_a_day_the_later_one_is_newest(desk: Desk) -> None:
    sales = ["S1,1,C1,TEAPOT,2026-03-01 09:00,6,2.50", "S2,1,C1,TEAPOT,2026-03-01 08:00,6,3.00"]
    returns = ["R1,1,C1,TEAPOT,2026-03-05 10:00,2"]
    assert desk.split(sales, returns) == ["R1,1,S1,1,2,2.50"]
    assert desk.split(sales, returns, "--order", "oldest") == ["R1,1,S2,1,2,3.00"]


def test_a_return_of_the_morning_leaves_the_sale_of_noon_to_the_evening(desk: Desk) -> None:
    sales = [TEAPOTS[0], "S3,1,C1,TEAPOT,2026-03-01 12:00,6,4.00"]
    returns = ["R1,1,C1,TEAPOT,2026-03-01 09:00,4", "R2,1,C1,TEAPOT,2026-03-01 18:00,4"]
    assert desk.split(sales, returns) == ["R1,1,S1,1,4,2.50", "R2,1,S3,1,4,4.00"]


def test_customers_and_items_are_kept_apart(desk: Desk) -> None:
    returns = ["R1,1,C2,TEAPOT,2026-03-01 10:00,2", "R1,2,C1,SAUCER,2026-03-01 10:00,2"]
    assert desk.split(TEAPOTS, returns) == ["R1,1,,,2,", "R1,2,,,2,"]


def test_a_stated_price_is_evidence_that_can_be_left_out(desk: Desk) -> None:
    heads = (SALES, f"{RETURNS},unit_price")
    returns = ["R1,1,C1,TEAPOT,2026-03-01 10:00,2,2.5", "R1,2,C1,TEAPOT,2026-03-01 10:00,2,"]
    assert desk.run(TEAPOTS, returns, heads=heads).exit_code == 0
    assert desk.rows() == ["R1,1,S1,1,2,2.50", "R1,2,S2,1,2,3.00"]


def test_a_stated_order_is_evidence(desk: Desk) -> None:
    heads = (f"{SALES},po_number", f"{RETURNS},po_number")
    sales = [f"{sale},PO-{number}00" for number, sale in enumerate(TEAPOTS, 1)]
    assert desk.run(sales, ["R1,1,C1,TEAPOT,2026-03-01 10:00,2,PO-100"], heads=heads).exit_code == 0
    assert desk.rows() == ["R1,1,S1,1,2,2.50"]


def test_quantities_of_a_credit_note_may_all_be_negative(desk: Desk) -> None:
    returns = ["R1,1,C1,TEAPOT,2026-03-01 10:00,-2", "R2,1,C1,TEAPOT,2026-03-02 10:00,-1.0"]
    assert desk.split(TEAPOTS, returns) == ["R1,1,S2,1,2,3.00", "R2,1,S2,1,1,3.00"]


def test_nothing_returned_is_a_header_alone(desk: Desk) -> None:
    assert desk.split(TEAPOTS, []) == []


def test_without_any_sale_every_unit_is_told(desk: Desk) -> None:
    assert desk.split([], ["R1,1,C1,TEAPOT,2026-03-01 10:00,2"]) == ["R1,1,,,2,"]


def test_columns_may_stand_in_any_order_and_texts_keep_their_marks(desk: Desk) -> None:
    heads = (f"note,{','.join(reversed(SALES.split(',')))}", RETURNS)
    sales = ['"old, and ""odd""",2.505,6,2026-01-10 09:00,"TEA, POT",C1,1,"S,1"']
    assert desk.run(sales, ['R1,1,C1,"TEA, POT",2026-03-01,2'], heads=heads).exit_code == 0
    assert desk.rows() == ['R1,1,"S,1",1,2,2.505']


# --- rows that cannot be used


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("S9,1,,TEAPOT,2026-01-10,6,2.50", "row 3, customer: a field that the return needs is missing"),
        ("S9,1,C1,TEAPOT,10.01.2026,6,2.50", "row 3, timestamp: the value is not a date of the declared form ('10.01"),
        ("S9,1,C1,TEAPOT,2026-01-10,2.5,2.50", "row 3, quantity: the quantity is missing, zero, negative or not whole"),
        ("S9,1,C1,TEAPOT,2026-01-10,0,2.50", "row 3, quantity: the quantity is missing, zero, negative or not whole"),
        ("S9,1,C1,TEAPOT,2026-01-10,-6,2.50", "('-6'; sales are above zero)"),
        ("S9,1,C1,TEAPOT,2026-01-10,six,2.50", "('six')"),
        ("S9,1,C1,TEAPOT,2026-01-10,9999999999,2.50", "('9999999999')"),
        ("S9,1,C1,TEAPOT,2026-01-10,6,two", "row 3, unit_price: the value is not a number ('two')"),
        ("S9,1,C1,TEAPOT,2026-01-10,6,-2", "row 3, unit_price: the value is not a number ('-2')"),
        ("S9,1,C1,TEAPOT,2026-01-10,999999999,99999999", "too much money for one line"),
        ("S9,1,C1,TEAPOT,2026-01-10,6", "row 3: the row has another number of fields than the header"),
        ("S1,1,C1,TEAPOT,2026-01-10,6,9.50", "row 3, sale_line_no: an earlier row has the same document and line"),
    ],
)
def test_a_bad_sale_is_left_out_and_told(desk: Desk, row: str, told: str) -> None:
    result = desk.run([TEAPOTS[0], row], ["R1,1,C1,TEAPOT,2026-03-01 10:00,8"])
    assert result.exit_code == 1
    assert sorted(desk.rows()) == ["R1,1,,,2,", "R1,1,S1,1,6,2.50"]
    assert "sales.csv: 1 row left out" in result.stdout
    assert told in result.stdout
    assert "Next: " in result.stdout.split(told)[1]


@pytest.mark.parametrize(
    "row",
    [
        "R2,1,C1,,2026-03-01,2",
        "R2,1,C1,TEAPOT,,2",
        "R2,1,C1,TEAPOT,2026-03-01,-2",
        "R2,1,C1,TEAPOT,2026-03-01,",
        "R1,1,C1,TEAPOT,2026-03-02,2",
        "R2,1",
    ],
)
def test_a_bad_return_is_left_out_and_told(desk: Desk, row: str) -> None:
    result = desk.run(TEAPOTS, [row, "R1,2,C1,TEAPOT,2026-03-01 10:00,2", "R1,1,C1,TEAPOT,2026-03-01 10:00,1"])
    assert result.exit_code == 1
    assert [one for one in desk.rows() if one.startswith("R1,2")] == ["R1,2,S2,1,2,3.00"]
    assert len(desk.rows()) == 2
    assert "returns.csv: 1 row left out" in result.stdout


def test_many_bad_rows_are_told_in_part(desk: Desk) -> None:
    bad = [f"S9,{number},C1,TEAPOT,2026-01-10,none,2.50" for number in range(30)]
    shown = desk.run(bad, [], "--limit", "5").stdout
    assert (shown.count("('none')"), "25 more" in shown) == (5, True)
    assert desk.run(bad, [], "--limit", "0").stdout.count("('none')") == 30


# --- files that cannot be used


def test_a_missing_column_is_named(desk: Desk) -> None:
    result = desk.run(TEAPOTS, [], heads=(SALES.replace("unit_price", "price"), RETURNS))
    assert (result.exit_code, desk.into.exists()) == (2, False)
    assert "sales.csv has no column unit_price" in result.stderr


def test_a_missing_file_is_named(desk: Desk) -> None:
    result = desk.invoke()
    assert result.exit_code == 2
    assert "sales.csv cannot be read: no such file or directory. Next: " in result.stderr


@pytest.mark.parametrize(
    ("options", "told"), [(("--order", "random"), "--order: "), (("--evidence", "price,luck"), "--evidence: ")]
)
def test_a_wrong_option_is_told(desk: Desk, options: tuple[str, str], told: str) -> None:
    result = desk.run(TEAPOTS, [], *options)
    assert (result.exit_code, desk.into.exists()) == (2, False)
    assert told in result.stderr


def test_the_tables_are_never_written_over(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.run(TEAPOTS, [])
    before = desk.sales.read_bytes()
    result = CliRunner().invoke(app, ["split-csv", str(desk.sales), str(desk.returns), str(desk.sales)])
    assert (result.exit_code, desk.sales.read_bytes()) == (2, before)


# --- the same again


def test_the_order_of_the_sales_in_their_file_makes_no_difference(desk: Desk) -> None:
    sales = [f"S{number},1,C1,TEAPOT,2026-01-{number:02} 09:00,3,{number}.00" for number in range(1, 9)]
    returns = [f"R{number},1,C1,TEAPOT,2026-02-{number:02} 09:00,4" for number in range(1, 8)]
    expected = desk.split(sales, returns)
    assert desk.split(sales[::-1], returns) == expected
    assert sorted(desk.split(sales, returns[::-1])) == sorted(expected)
