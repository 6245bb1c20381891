"""What a case expects beside what came of it, and how the difference is told."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from pipelines.wiring import Hub
from pipelines.work.differences import held
from schemas.credits import CreditRequest
from schemas.ledger import OPEN
from schemas.money import to_decimal
from tests.cases.form import ITEMS, Case, Decided, Different, Note

Row = dict[str, Any]
_NAMES = {gtin: name for name, gtin in ITEMS.items()}


def differing(hub: Hub, case: Case) -> list[str]:
    """Lines that say what is not as the case expects it; none: all is."""
    told: list[str] = []
    decisions, notes = list(_decisions(hub)), list(_notes(hub))
    told += _unlike("decided", [_decided(one) for one in case.decided], decisions)
    told += _unlike("words", [one.model_dump(exclude_none=True) for one in case.words], list(_words(hub)))
    told += list(_not_taken(hub, case))
    told += _unlike("differences", [_different(one) for one in case.differences], list(_differences(hub)))
    if case.notes is None:
        told += _all_posted(decisions, notes)
    else:
        told += _unlike("notes", [_note(one) for one in case.notes], notes)
    told += _unlike("still", [{bucket.value: n} for bucket, n in case.still.items()], list(_still(hub)))
    found = {row["code"] for row in hub.store.findings().to_pylist()}
    told += [f"findings: expected {code}; there are {sorted(found)}" for code in case.findings if code not in found]
    return told


def _unlike(section: str, expected: Sequence[Row], actual: Sequence[Row]) -> Iterator[str]:
    """Rows of one side that the other has not; an expected row matches by what it says, and is used once."""
    left = list(actual)
    for row in expected:
        fitting = next((one for one in left if _fits(row, one)), None)
        if fitting is None:
            yield f"{section}: expected    {_written(row)}"
        else:
            left.remove(fitting)
    yield from (f"{section}: but there is {_written(one)}" for one in left)


def _fits(row: Row, actual: Row) -> bool:
    return all(
        str(value) in str(actual.get(key)) if key in ("says", "waits") else actual.get(key) == value
        for key, value in row.items()
    )


def _written(row: Row) -> str:
    return ", ".join(f"{key}: {value}" for key, value in row.items() if value is not None)


# --- what the case expects


def _decided(one: Decided) -> Row:
    return one.model_dump(exclude_none=True)


def _different(one: Different) -> Row:
    return one.model_dump(exclude_none=True)


def _note(one: Note) -> Row:
    said = one.model_dump(exclude_none=True)
    return said if one.waits else said | {"state": "posted"}


# --- what came of it


def _decisions(hub: Hub) -> Iterator[Row]:
    portions = {row["portion"]: row for row in hub.store.table("allocation").to_pylist()}
    items = {row["return_line"]: row["gtin"] for row in hub.store.table("return_line").to_pylist()}
    for row in hub.store.table("decision").to_pylist():
        currency, credits = row["currency"], row["outcome"] == "credit"
        net, tax = row["net_minor"], row["tax_minor"]
        given = (row.get("credit_net", net), row.get("credit_tax", tax)) if credits else (net, tax)
        yield {
            row["outcome"]: row["units"],
            "item": _NAMES.get(items[row["return_line"]]),
            "invoice": _invoice(portions[row["portion"]]["invoice_line"]),
            "net": to_decimal(given[0], currency),
            "tax": to_decimal(given[1], currency),
            "withheld": to_decimal(net - given[0], currency) if credits else Decimal(0),
            "rule": row["rule"],
            "says": row["because"],
        }


def _words(hub: Hub) -> Iterator[Row]:
    items = {row["return_line"]: row["gtin"] for row in hub.store.table("return_line").to_pylist()}
    for row in hub.store.table("authorisation").to_pylist():
        yield {
            "word": row["outcome"],
            "units": row["units"],
            "item": _NAMES.get(items[row["return_line"]]),
            "percent": row["percent"],
            "rule": row["rule"],
            "says": row["because"],
        }


def _not_taken(hub: Hub, case: Case) -> Iterator[str]:
    """How much of deductions was settled, where the case speaks of deductions."""
    if case.taken is None:
        return
    settled = sum(row["amount_minor"] for row in hub.store.table("settlement").to_pylist())
    if to_decimal(settled, "EUR") != case.taken:
        yield f"taken: expected {case.taken}, settled are {to_decimal(settled, 'EUR')}"


def _invoice(invoice_line: str | None) -> str | None:
    return invoice_line.split("/", 1)[1].removesuffix("/1") if invoice_line else None


def _differences(hub: Hub) -> Iterator[Row]:
    for row in held(hub).to_pylist():
        yield {"kind": row["kind"], "units": row["units"], "item": _NAMES.get(row["gtin"])}


def _notes(hub: Hub) -> Iterator[Row]:
    for row in hub.store.table("credit_intent").to_pylist():
        yield {
            "state": row["state"],
            "net": to_decimal(row["net_minor"], row["currency"]),
            "tax": to_decimal(row["tax_minor"], row["currency"]),
            "waits": row["problem"],
            "approvals": row["approvals_needed"],
            "fees": tuple(
                fee.net for line in CreditRequest.model_validate_json(row["request"]).lines for fee in line.fees
            ),
        }


def _all_posted(decisions: Sequence[Row], notes: Sequence[Row]) -> Iterator[str]:
    """What is credited is on posted notes, to the cent."""
    for key in ("net", "tax"):
        credited = sum((row[key] for row in decisions if "credit" in row), Decimal(0))
        posted = sum((row[key] for row in notes if row["state"] == "posted"), Decimal(0))
        if credited != posted:
            yield f"notes: {credited} {key} is credited, {posted} is posted"
    yield from (f"notes: one is {row['state']}: {row['waits']}" for row in notes if row["state"] != "posted")


def _still(hub: Hub) -> Iterator[Row]:
    """Units that wait, by bucket; those that a decision holds are told by the decision, unless they went on since."""
    gone = {row["replaces"] for row in hub.store.table("inspection").to_pylist()}
    holding = hub.store.table("decision", outcome="hold").to_pylist()
    held = sum(row["units"] for row in holding if row["decision"] not in gone)
    portions = hub.store.open_portions().to_pylist()
    for bucket in OPEN:
        units = Counter[str]()
        for row in portions:
            where = row["expected_in"] if bucket.value == "announced" else bucket.value
            units[where or bucket.value] += row.get(f"{bucket.value}_units") or 0
        units["received"] -= held if bucket.value == "received" else 0
        yield from ({where: count} for where, count in sorted(units.items()) if count and where != "accepted")
