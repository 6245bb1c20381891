"""Other ways to place returned units on sales, each by an easier rule than ours, for the benchmark of the split.

All of them first give the units of a claim to sales of its item under the order that it states, the oldest first, and
then what is left to any sale of its item, the oldest first. They repair nothing, weigh no other evidence, know no
boxes, windows or policies, tell no doubt, and a claim that could give way does not. Each is given its sales in the form
that it likes best, before the clock starts. Each answers the units that it placed.
"""

import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import MetaData
from sqlmodel import Field, Session, SQLModel, create_engine, select

Placing = Callable[[pa.Table], int]

_SALES = ("invoice_line", "retailer", "gtin", "po_number", "sold_on")
_CLAIMS = ("return_line", "retailer", "gtin", "units", "returned_on", "po_number")


def sales_of(supply: pa.Table) -> pa.Table:
    """What they need of ``SUPPLY``, with the units that are left."""
    left = pc.subtract(supply["units"], supply["units_taken"])
    return supply.select(_SALES).append_column("units_left", left).filter(pc.greater(left, 0))


# --- pandas


def pandas_loop(supply: pa.Table) -> Placing:
    """A loop over groups of a retailer and item and over their claims, with masks; sales are older than returns."""
    sales = sales_of(supply).to_pandas(date_as_object=False).sort_values(["sold_on", "invoice_line"])
    stocks = {key: stock.copy() for key, stock in sales.groupby(["retailer", "gtin"])}

    def place(claims: pa.Table) -> int:
        frame = claims.select(_CLAIMS).to_pandas(date_as_object=False).sort_values(["returned_on", "return_line"])
        placed: list[tuple[str, str, int]] = []
        for key, group in frame.groupby(["retailer", "gtin"]):
            if key in stocks:
                _place_group(group, stocks[key], placed)
        return int(pd.DataFrame(placed, columns=["return_line", "invoice_line", "units"])["units"].sum())

    return place


def _place_group(claims: pd.DataFrame, stock: pd.DataFrame, placed: list[tuple[str, str, int]]) -> None:
    rows = claims.to_dict("records")
    for by_order in (True, False):
        for claim in rows:
            if not claim["units"] or (by_order and pd.isna(claim["po_number"])):
                continue
            fits = (stock["sold_on"] <= claim["returned_on"]) & (stock["units_left"] > 0)
            if by_order:
                fits &= stock["po_number"] == claim["po_number"]
            for sale, left in stock.loc[fits, "units_left"].items():
                units = min(claim["units"], left)
                stock.at[sale, "units_left"] -= units
                claim["units"] -= units
                placed.append((claim["return_line"], stock.at[sale, "invoice_line"], units))
                if not claim["units"]:
                    break


# --- DuckDB


def duckdb_windows(supply: pa.Table) -> Placing:
    """Running totals over windows, and a join where the ranges of claims and sales overlap.

    Running totals cannot know which sale is too young for which return, so this way places units on sales that were
    made after they came back.
    """
    import duckdb

    base = duckdb.connect()
    base.execute("SET threads = 1; SET enable_progress_bar = false")
    base.register("supply", sales_of(supply))
    base.execute(
        f"CREATE TABLE sales AS SELECT *, {_RANGE_OF_SALES.format(over='retailer, gtin, po_number')} FROM supply"
    )
    base.unregister("supply")

    def place(claims: pa.Table) -> int:
        base.register("claims", claims.select(_CLAIMS))
        found = base.sql(_DUCKDB).to_arrow_table()
        base.unregister("claims")
        return pc.sum(found["units"]).as_py() or 0

    return place


_RANGE_OF_SALES = (
    "sum(units_left) OVER (PARTITION BY {over} ORDER BY sold_on, invoice_line ROWS UNBOUNDED PRECEDING)::BIGINT AS ends"
)
_RANGE_OF_CLAIMS = (
    "sum(units) OVER (PARTITION BY {over} ORDER BY returned_on, return_line ROWS UNBOUNDED PRECEDING)::BIGINT AS ends"
)
_OVERLAP = """
  least(c.ends, s.ends) - greatest(c.ends - c.units, s.ends - s.units_left) AS units
"""
_RANGES_MEET = "c.ends - c.units < s.ends AND s.ends - s.units_left < c.ends"
_DUCKDB = f"""
WITH stated AS MATERIALIZED (
  SELECT *, {_RANGE_OF_CLAIMS.format(over="retailer, gtin, po_number")} FROM claims WHERE po_number IS NOT NULL
), by_order AS MATERIALIZED (
  SELECT c.return_line, s.invoice_line, {_OVERLAP}
  FROM stated c JOIN sales s USING (retailer, gtin, po_number) WHERE {_RANGES_MEET}
), wanting AS MATERIALIZED (
  SELECT *, {_RANGE_OF_CLAIMS.format(over="retailer, gtin")} FROM (
    SELECT c.* REPLACE (c.units - coalesce(g.units, 0)::BIGINT AS units) FROM claims c
    LEFT JOIN (SELECT return_line, sum(units) AS units FROM by_order GROUP BY ALL) g USING (return_line)
  ) WHERE units > 0
), stock AS MATERIALIZED (
  SELECT *, {_RANGE_OF_SALES.format(over="retailer, gtin")} FROM (
    SELECT s.* EXCLUDE (ends) REPLACE (s.units_left - coalesce(g.units, 0)::BIGINT AS units_left) FROM sales s
    SEMI JOIN wanting w USING (retailer, gtin)
    LEFT JOIN (SELECT invoice_line, sum(units) AS units FROM by_order GROUP BY ALL) g USING (invoice_line)
  ) WHERE units_left > 0
)
SELECT * FROM by_order UNION ALL
SELECT c.return_line, s.invoice_line, {_OVERLAP}
FROM wanting c JOIN stock s USING (retailer, gtin) WHERE {_RANGES_MEET}
"""


# --- row by row


class _Apart(SQLModel):
    """These tables are none of the store's."""

    metadata = MetaData()


class PeerSale(_Apart, table=True):
    """A sale of an item."""

    __tablename__ = "peer_sale"
    invoice_line: str = Field(primary_key=True)
    retailer: str
    gtin: str = Field(index=True)
    po_number: str | None
    sold_on: date
    units_left: int


class PeerPlaced(_Apart, table=True):
    """Units of a claim on a sale."""

    __tablename__ = "peer_placed"
    id: int | None = Field(default=None, primary_key=True)
    return_line: str
    invoice_line: str
    units: int


def sqlmodel_rows(supply: pa.Table, folder: Path) -> Placing:
    """Objects of SQLModel on SQLite, one transaction a return line, as systems are written that nobody measured."""
    engine = create_engine(f"sqlite:///{folder / 'objects.sqlite'}")
    _Apart.metadata.create_all(engine)
    with Session(engine) as session:
        session.execute(PeerSale.__table__.insert(), sales_of(supply).to_pylist())  # type: ignore[attr-defined]
        session.commit()

    def place(claims: pa.Table) -> int:
        placed = 0
        for claim in claims.select(_CLAIMS).to_pylist():
            with Session(engine) as session:
                placed += _place_claim(session, claim)
                session.commit()
        engine.dispose()
        return placed

    return place


def _place_claim(session: Session, claim: dict[str, object]) -> int:
    wanted, placed = int(str(claim["units"])), 0
    fits = (
        select(PeerSale)
        .where(PeerSale.retailer == claim["retailer"], PeerSale.gtin == claim["gtin"])
        .where(PeerSale.units_left > 0, PeerSale.sold_on <= claim["returned_on"])  # type: ignore[operator]
        .order_by(PeerSale.sold_on, PeerSale.invoice_line)  # type: ignore[arg-type]
    )
    for query in (fits.where(PeerSale.po_number == claim["po_number"]), fits):
        for sale in session.exec(query).all() if wanted else ():
            units = min(wanted, sale.units_left)
            if units:
                sale.units_left -= units
                session.add(
                    PeerPlaced(return_line=str(claim["return_line"]), invoice_line=sale.invoice_line, units=units)
                )
                wanted, placed = wanted - units, placed + units
        session.flush()
    return placed


def sqlite_rows(supply: pa.Table, folder: Path) -> Placing:
    """The same in SQL alone, with an index for each question, one transaction a return line."""
    base = sqlite3.connect(folder / "rows.sqlite", isolation_level=None)
    base.execute(
        "CREATE TABLE sale"
        " (invoice_line TEXT PRIMARY KEY, retailer TEXT, gtin TEXT, po_number TEXT, sold_on TEXT, left INT)"
    )
    base.execute("CREATE TABLE placed (return_line TEXT, invoice_line TEXT, units INT)")
    rows = sales_of(supply)
    rows = rows.set_column(rows.column_names.index("sold_on"), "sold_on", rows["sold_on"].cast(pa.string()))
    base.execute("BEGIN")
    base.executemany(
        "INSERT INTO sale VALUES (?, ?, ?, ?, ?, ?)", zip(*(c.to_pylist() for c in rows.columns), strict=True)
    )
    base.execute("COMMIT")
    base.execute("CREATE INDEX sale_item ON sale (retailer, gtin, sold_on, invoice_line)")
    base.execute("CREATE INDEX sale_order ON sale (retailer, gtin, po_number)")

    def place(claims: pa.Table) -> int:
        placed = 0
        for claim in claims.select(_CLAIMS).to_pylist():
            base.execute("BEGIN IMMEDIATE")
            placed += _place_row(base, claim | {"returned_on": str(claim["returned_on"])})
            base.execute("COMMIT")
        base.close()
        return placed

    return place


_FITS = (
    "SELECT invoice_line, left FROM sale WHERE retailer = :retailer AND gtin = :gtin AND left > 0"
    " AND sold_on <= :returned_on {} ORDER BY sold_on, invoice_line"
)


def _place_row(base: sqlite3.Connection, claim: dict[str, object]) -> int:
    wanted, placed = int(str(claim["units"])), 0
    for query in (_FITS.format("AND po_number = :po_number"), _FITS.format("")):
        for invoice_line, left in base.execute(query, claim).fetchall() if wanted else ():
            units = min(wanted, left)
            if not units:
                break
            base.execute("UPDATE sale SET left = left - ? WHERE invoice_line = ?", (units, invoice_line))
            base.execute("INSERT INTO placed VALUES (?, ?, ?)", (claim["return_line"], invoice_line, units))
            wanted, placed = wanted - units, placed + units
    return placed
