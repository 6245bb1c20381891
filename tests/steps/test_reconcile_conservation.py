"""No unit and no minor unit is lost or made: the laws of reconciliation, on generated returns and receipts."""

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.steps.movements import announce
from pipelines.steps.reconcile import Reconciled, receive_found, reconcile
from schemas.tables import ALLOCATIONS, OPEN_PORTIONS, RECEIPT_LINES

laws = settings(max_examples=60, deadline=None)
RETURNS = ("nordstad/R1", "nordstad/R2", "lindhaus/R1")
NAMES = {"NORDSTAD": "nordstad", "LINDHAUS": "lindhaus"}
ITEMS = st.sampled_from([None, "09520000000103", "09520000000202", "09520000000301"])
LABELS = st.sampled_from([None, "A", "B", "095200000000000011"])
MONEY = st.integers(0, 10_000)
KNOWN = pa.table({
    "return_id": RETURNS,
    "retailer": [r.split("/")[0] for r in RETURNS],
    "number": [r.split("/")[1] for r in RETURNS],
    "origin": ["notice"] * len(RETURNS),
})  # fmt: skip

portion = st.fixed_dictionaries({
    "return_id": st.sampled_from(RETURNS), "line": st.integers(1, 3), "gtin": ITEMS, "carton": LABELS,
    "disposition": st.sampled_from([None, "return", "keep"]), "rank": st.integers(0, 3),
    "announced_units": st.integers(0, 5), "announced_net": MONEY, "announced_tax": MONEY,
})  # fmt: skip
receipt_line = st.fixed_dictionaries({
    "document": st.sampled_from(["rec-1", "rec-2", "rec-3"]),
    "retailer": st.sampled_from([None, "NORDSTAD", "LINDHAUS", "SOMEBODY"]),
    "notice_number": st.sampled_from([None, "R1", "R2", "R9"]), "gtin": ITEMS, "carton": LABELS,
    "units": st.sampled_from([None, -1, 0, 1, 2, 3, 8]), "complete": st.sampled_from([True, True, True, False]),
    "condition": st.sampled_from([None, "sellable", "damaged", "unknown"]),
})  # fmt: skip


def open_portions(drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Portions numbered in their return lines; no units, no money."""
    numbers: Counter[str] = Counter()
    rows = []
    for one in drawn:
        return_line = f"{one['return_id']}/{one['line']}"
        numbers[return_line] += 1
        row = dict.fromkeys(OPEN_PORTIONS.names) | {name: one[name] for name in one if name != "line"}
        if not row["announced_units"]:
            row |= {"announced_net": 0, "announced_tax": 0}
        row |= {
            "portion": f"{return_line}#{numbers[return_line]}", "return_line": return_line, "origin": "notice",
            "retailer": one["return_id"].split("/")[0], "invoice_line": "WR01/I1/1", "currency": "GBP",
            "expected_in": "announced",
        }  # fmt: skip
        rows.append(row)
    return rows


def receipt_lines(drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    days = {"rec-1": 2, "rec-2": 1, "rec-3": 1}
    rows = []
    for number, one in enumerate(drawn, 1):
        row = dict.fromkeys(RECEIPT_LINES.names) | one | {"line_no": number, "file": "f", "offset": number, "length": 1}
        row["received_on"] = date(2026, 6, 1) + timedelta(days[one["document"]])
        rows.append(row)
    return rows


def run(portions: list[dict[str, Any]], lines: list[dict[str, Any]]) -> Reconciled:
    documents = sorted({line["document"] for line in lines})
    return reconcile(
        pa.Table.from_pylist(portions, OPEN_PORTIONS),
        pa.Table.from_pylist(lines, RECEIPT_LINES),
        KNOWN,
        pa.table({"document": pa.array(documents, pa.string()), "number": pa.array(documents, pa.string())}),
        NAMES,
        "v1",
    )


world = st.tuples(
    st.lists(portion, max_size=8).map(open_portions), st.lists(receipt_line, max_size=10).map(receipt_lines)
)


@laws
@given(world)
def test_every_received_unit_is_matched_over_unannounced_or_of_nobody(drawn):
    portions, lines = drawn
    result = run(portions, lines)
    matched: Counter[str] = Counter()
    for row in result.movements.to_pylist():
        if row["to_bucket"] == "received":
            matched[row["cause"]] += row["units"]
    for row in result.found.to_pylist():
        matched[f"{row['receipt_document']}/{row['receipt_line_no']}"] += row["units"]
    nobody = {r["line_no"] for r in result.findings.to_pylist() if r["code"] == "RECEIPT-RETAILER-UNKNOWN"}
    for line in lines:
        came = max(line["units"] or 0, 0)
        told = matched[f"{line['document']}/{line['line_no']}"]
        assert told == came or (line["line_no"] in nobody and told == 0)


@laws
@given(world)
def test_every_announced_unit_is_received_short_or_still_announced_with_its_exact_money(drawn):
    portions, lines = drawn
    left = {p["portion"]: [p["announced_units"], p["announced_net"], p["announced_tax"]] for p in portions}
    for row in run(portions, lines).movements.to_pylist():
        assert row["from_bucket"] == "announced"
        for place, name in enumerate(("units", "net_minor", "tax_minor")):
            left[row["portion"]][place] -= row[name]
            assert row[name] >= 0
    for units, net, tax in left.values():
        assert units >= 0
        assert net >= 0
        assert tax >= 0
        assert units or (net, tax) == (0, 0)


@laws
@given(world)
def test_matched_units_are_of_the_same_item_and_short_ones_were_expected(drawn):
    portions, lines = drawn
    item = {p["portion"]: p["gtin"] for p in portions}
    stays = {p["portion"] for p in portions if p["disposition"] == "keep"}
    came = {f"{line['document']}/{line['line_no']}": line["gtin"] for line in lines}
    for row in run(portions, lines).movements.to_pylist():
        if row["to_bucket"] == "received":
            assert item[row["portion"]] == came[row["cause"]] is not None
        else:
            assert row["portion"] not in stays


@laws
@given(world)
def test_no_item_is_both_over_and_missing_in_a_return(drawn):
    """Announced goods are used up before anything counts as surplus, also those that should have stayed."""
    portions, lines = drawn
    result = run(portions, lines)
    left: Counter[tuple[str, str]] = Counter()
    for one in portions:
        left[one["return_id"], one["gtin"]] += one["announced_units"]
    for row in result.movements.to_pylist():
        if row["to_bucket"] == "received":
            return_id = row["return_line"].rsplit("/", 1)[0]
            left[return_id, next(p["gtin"] for p in portions if p["portion"] == row["portion"])] -= row["units"]
    for row in result.return_lines.to_pylist():
        assert row["gtin"] is None or left[row["return_id"], row["gtin"]] == 0


@laws
@given(world)
def test_inspections_differences_and_claims_agree_with_the_movements(drawn):
    portions, lines = drawn
    result = run(portions, lines)
    received = result.movements.filter(pc.equal(result.movements["to_bucket"], "received"))
    assert result.inspections["movement"].equals(received["movement"])
    assert result.inspections["units"].equals(received["units"])
    short = result.movements.filter(pc.equal(result.movements["to_bucket"], "short"))
    kinds = Counter()
    for row in result.differences.to_pylist():
        kinds[row["kind"]] += row["units"]
    assert kinds["short"] == (pc.sum(short["units"]).as_py() or 0)
    assert kinds["over"] + kinds["unannounced"] == (pc.sum(result.claims["units"]).as_py() or 0)
    assert result.claims["return_line"].equals(result.found["return_line"])
    assert result.claims["return_line"].equals(result.return_lines["return_line"])


@laws
@given(world)
def test_keys_are_unique(drawn):
    result = run(*drawn)
    keys = {
        "movements": ["movement"], "inspections": ["movement"], "returns": ["return_id"],
        "return_lines": ["return_line"], "cartons": ["carton", "return_id"],
        "differences": ["return_line", "kind", "receipt_document", "receipt_line_no"],
        "findings": ["code", "document", "line_no", "detail"],
    }  # fmt: skip
    for name, columns in keys.items():
        rows = [tuple(row.values()) for row in getattr(result, name).select(columns).to_pylist()]
        assert len(rows) == len(set(rows)), name


@laws
@given(world, st.integers(0, 2**16))
def test_the_order_of_the_rows_changes_nothing(drawn, seed):
    portions, lines = drawn
    result = run(portions, lines)
    shuffled = [list(portions), list(lines)]
    for rows in shuffled:
        Random(seed).shuffle(rows)
    again = run(*shuffled)
    for name in Reconciled.__slots__:
        one, other = getattr(result, name), getattr(again, name)
        assert one == other if name == "changes" else one.equals(other), name


@laws
@given(world)
def test_found_units_all_become_received(drawn):
    result = run(*drawn)
    rows = []
    for claim in result.claims.to_pylist():
        first = claim["units"] // 2
        for number, units in enumerate((units for units in (first, claim["units"] - first) if units), 1):
            rows.append(dict.fromkeys(ALLOCATIONS.names) | {
                "portion": f"{claim['return_line']}#{number}", "return_line": claim["return_line"], "units": units,
                "net_minor": 0, "tax_minor": 0, "currency": "GBP",
            })  # fmt: skip
    allocations = pa.Table.from_pylist(rows, ALLOCATIONS)
    movements, inspections = receive_found(allocations, result.found, "v1")
    assert pc.sum(movements["units"]).as_py() == pc.sum(result.found["units"]).as_py()
    assert inspections["movement"].equals(movements["movement"])
    causes = [line.rsplit("/", 1)[0] for line in allocations["return_line"].to_pylist()]
    assert announce(allocations, causes, "v1")["portion"].equals(movements["portion"])
