"""Open this when a posted credit was wrong: the counter-document that takes it back, and what it does to the ledger.

Whole lines, some of their units, or a part of their price. What is left of a line is what it credited, less what posted
counter-documents took back of it; parts are cut by cumulative remainder, so that all parts together are the line.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.movements import move
from schemas.credits import Corrected, CreditLine, CreditRequest, Kind, reference_of
from schemas.errors import PermanentError
from schemas.ledger import Bucket
from schemas.money import share, to_decimal, to_minor
from schemas.partners import Policy

Row = Mapping[str, Any]
_AMOUNTS = ("units", "net_minor", "tax_minor", "withheld_net", "withheld_tax")
_PORTION = ("portion", "return_line", "invoice_line")
_T, _I = pa.string(), pa.int64()
# New rows of schemas.records.CreditIntent and schemas.reversals.ReversalLine.
COUNTER_INTENTS = pa.schema({
    "reference": _T, "company": _T, "retailer": _T, "return_id": _T, "sequence": _I, "currency": _T,
    "net_minor": _I, "tax_minor": _I, "request": _T, "request_hash": _T, "state": _T, "problem": _T,
    "kind": _T, "reverses": _T, "intended_on": pa.date32(), "approvals_needed": _I, "approvals": _I,
})  # fmt: skip
REVERSAL_LINES = pa.schema({
    "reference": _T, "line_no": _I, "of_reference": _T, "of_line_no": _I, "portion": _T, "return_line": _T,
    "invoice_line": _T, **dict.fromkeys(_AMOUNTS, _I), "cause": _T,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be taken back of a line of the credit: all that is left, so many units, or all above a net amount.

    ``net_should_be`` is what should have been credited for the units that are left, in units of the currency.
    """

    line_no: int
    units: int | None = None
    net_should_be: Decimal | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter-document: its request, and its ``REVERSAL_LINES``."""

    request: CreditRequest
    lines: pa.Table


def counter(
    credit: CreditRequest,
    corrects: Corrected,
    left: Sequence[Row],
    wanted: Sequence[Wanted],
    sequence: int,
    return_id: str,
    issued_on: date,
    why: str,
) -> Counter:
    """The counter-document of a posted credit for what is ``wanted``, or for all that is left where nothing is named.

    ``left`` are rows of sql/reports/reversible.sql. PermanentError: a line is named that is not there or twice, more is
    wanted than is left, or nothing would be taken back.
    """
    by_line = {row["line_no"]: row for row in left}
    chosen = list(wanted) or [Wanted(row["line_no"]) for row in left if row["units"]]
    _ensure_named_once(chosen, by_line, credit.reference)
    taken = [_taken(by_line[one.line_no], one, credit) for one in chosen]
    if not taken:
        raise PermanentError(
            f"Nothing is left of {credit.reference}: it was taken back before. Next: `backhaul status` shows by what."
        )
    whole = _is_whole(left, taken)
    kind: Kind = "reversal" if whole else "correction"
    reference = reference_of(credit.company, return_id, sequence)
    original = {line.line_no: line for line in credit.lines}
    lines = [
        _line(original[row["of_line_no"]], number, row, by_line, credit.currency) for number, row in enumerate(taken, 1)
    ]
    changed = {"reference": reference, "issued_on": issued_on, "lines": tuple(lines), "kind": kind}
    request = credit.model_copy(update=changed | {"corrects": corrects, "why": why, "reconciliation": None})
    rows = [{**row, "reference": reference, "line_no": number} for number, row in enumerate(taken, 1)]
    return Counter(request, pa.Table.from_pylist(rows, REVERSAL_LINES))


def _ensure_named_once(chosen: Sequence[Wanted], by_line: Mapping[int, Row], reference: str) -> None:
    numbers = [one.line_no for one in chosen]
    for number in numbers:
        if number not in by_line:
            raise PermanentError(
                f"{reference} has no line {number}. Next: name one of {', '.join(map(str, sorted(by_line)))}."
            )
        if numbers.count(number) > 1:
            raise PermanentError(f"Line {number} of {reference} is named twice. Next: name it once.")


def _taken(left: Row, wanted: Wanted, credit: CreditRequest) -> dict[str, Any]:
    """A row of ``REVERSAL_LINES``, still without its own number."""
    named = {name: left[name] for name in _PORTION} | {
        "of_reference": credit.reference, "of_line_no": left["line_no"], "cause": wanted.cause,
    }  # fmt: skip
    if wanted.net_should_be is None:
        return named | _units_of(left, wanted, credit.reference)
    return named | _price_of(left, to_minor(wanted.net_should_be, credit.currency), credit)


def _units_of(left: Row, wanted: Wanted, reference: str) -> dict[str, int]:
    units = left["units"] if wanted.units is None else wanted.units
    if not 0 < units <= left["units"]:
        raise PermanentError(
            f"Line {left['line_no']} of {reference} has {left['units']} units left to be taken back, not {units}. "
            "Next: name that many or fewer, or another line."
        )
    return {"units": units} | {name: share(left[name], units, left["units"]) for name in _AMOUNTS[1:]}


def _price_of(left: Row, should_be: int, credit: CreditRequest) -> dict[str, int]:
    """Money without units: what was credited above the right price, and its tax."""
    if not 0 <= should_be < left["net_minor"]:
        credited = to_decimal(left["net_minor"], credit.currency)
        raise PermanentError(
            f"Line {left['line_no']} of {credit.reference} credits {credited} {credit.currency} net; only a lower "
            "amount can be corrected by a counter-document. Next: name a lower one; a higher one is a new credit."
        )
    keep = share(left["tax_minor"], should_be, left["net_minor"])
    return {"units": 0, "net_minor": left["net_minor"] - should_be, "tax_minor": left["tax_minor"] - keep,
            "withheld_net": 0, "withheld_tax": 0}  # fmt: skip


def _is_whole(left: Iterable[Row], taken: Sequence[Row]) -> bool:
    """Whether the whole note is taken back at once."""
    back = {row["of_line_no"]: row for row in taken}
    return all(
        row["line_no"] in back and back[row["line_no"]]["units"] == row["units"] == row["credited_units"]
        for row in left
    )


def _line(original: CreditLine, number: int, row: Row, left: Mapping[int, Row], currency: str) -> CreditLine:
    """The line of the credit with what is charged of it; a price alone is that of all units that are left."""
    net = to_decimal(row["net_minor"], currency)
    return original.model_copy(
        update={
            "line_no": number,
            "units": row["units"] or left[row["of_line_no"]]["units"],
            "net": net,
            "tax": to_decimal(row["tax_minor"], currency),
            # Fees were taken off the line as a whole: of a part of it nobody could say which of them it had.
            "fees": original.fees if net == original.net and row["units"] == original.units else (),
        }
    )


def conditions_refused(policy: Policy) -> list[str]:
    """The conditions in which a policy refuses what was announced as sound; none where it credits whatever came."""
    if policy.credit.quantity == "received" or policy.reconciliation.credit_on != "accepted":
        return []
    ours = {"damaged"} if policy.reconciliation.shipping_damage == "us" else set()
    return sorted(name for name, verdict in policy.conditions.items() if verdict == "refuse" and name not in ours)


def taken_off_lines(rows: Iterable[Row]) -> dict[str, list[Wanted]]:
    """What is to be taken back of each credit, from rows of sql/reports/uncounted_credits.sql, in their order.

    A line of a credit is named for one receipt at a time; what another one says of it comes after that.
    """
    open_units: dict[tuple[str, str], int] = {}
    named: dict[tuple[str, int], str] = {}
    wanted: dict[str, list[Wanted]] = {}
    for row in rows:
        subject = (row["return_line"], row["receipt_document"])
        units = min(open_units.setdefault(subject, row["units"]), row["left_units"])
        line = (row["reference"], row["line_no"])
        if units > 0 and line not in named:
            named[line] = row["receipt_document"]
            open_units[subject] -= units
            one = Wanted(row["line_no"], units=units, cause=row["receipt_document"])
            wanted.setdefault(row["reference"], []).append(one)
    return wanted


def intent_of(counter: Counter, credit: Row, sequence: int, approvals_needed: int, told: str) -> pa.Table:
    """The one row of ``COUNTER_INTENTS``: it waits for another person, always."""
    request = counter.request
    text = request.canonical()
    row = {name: credit[name] for name in ("company", "retailer", "return_id", "currency")} | {
        "reference": request.reference,
        "sequence": sequence,
        "net_minor": to_minor(request.net, request.currency),
        "tax_minor": to_minor(request.tax, request.currency),
        "request": text,
        "request_hash": hashlib.sha256(text.encode()).hexdigest(),
        "state": "needs_approval",
        "problem": told,
        "kind": request.kind,
        "reverses": credit["reference"],
        "intended_on": request.issued_on,
        "approvals_needed": approvals_needed,
        "approvals": 0,
    }
    return pa.Table.from_pylist([row], COUNTER_INTENTS)


def reversed_by(lines: pa.Table, reference: str, currency: str, rule_version: str) -> pa.Table:
    """``MOVEMENTS`` of a posted counter-document, caused by its reference, from its ``REVERSAL_LINES``.

    credited→reversed are units with the money of the note, withheld→reversed what the credit had left out of their
    price, credited→withheld is money of a price that was too high.
    """
    own = _portions(lines.filter(pc.equal(lines["reference"], reference)), currency)
    return pa.concat_tables(list(_moved(own, reference, rule_version)))


def _moved(portions: Mapping[str, pa.Table], reference: str, rule_version: str) -> Iterator[pa.Table]:
    units, prices = portions["units"], portions["prices"]
    if units.num_rows:
        yield move(units, Bucket.CREDITED, Bucket.REVERSED, reference, rule_version)
    rest = _withheld(units)
    if rest.num_rows:
        moved = move(rest, Bucket.WITHHELD, Bucket.REVERSED, reference, rule_version)
        # Two movements of a portion into one bucket by one cause: this one has a name of its own.
        names = pc.binary_join_element_wise(moved["portion"], f">reversed@{reference}/withheld", "")
        yield moved.set_column(moved.column_names.index("movement"), "movement", names)
    if prices.num_rows:
        yield move(prices, Bucket.CREDITED, Bucket.WITHHELD, reference, rule_version)


def _portions(lines: pa.Table, currency: str) -> dict[str, pa.Table]:
    """The lines that take units back and those that take money alone, summed by portion."""
    alone = pc.equal(lines["units"], 0)
    parts = {"units": lines.filter(pc.invert(alone)), "prices": lines.filter(alone)}
    return {name: _summed(part, currency) for name, part in parts.items()}


def _summed(lines: pa.Table, currency: str) -> pa.Table:
    sums = lines.group_by(list(_PORTION), use_threads=False).aggregate([(name, "sum") for name in _AMOUNTS])
    sums = sums.rename_columns({f"{name}_sum": name for name in _AMOUNTS}).sort_by("portion")
    return sums.append_column("currency", pa.repeat(pa.scalar(currency), sums.num_rows))


def _withheld(portions: pa.Table) -> pa.Table:
    """The money of the portions that the credit had left out, without units."""
    rest = portions.select([*_PORTION, "currency"])
    rest = rest.append_column("units", pa.repeat(pa.scalar(0, _I), rest.num_rows))
    for name, withheld in (("net_minor", "withheld_net"), ("tax_minor", "withheld_tax")):
        rest = rest.append_column(name, portions[withheld])
    return rest.filter(pc.greater(pc.max_element_wise(rest["net_minor"], rest["tax_minor"]), 0))
