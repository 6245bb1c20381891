"""Open this when accepted units become a credit note: one intent a company, return and currency, with its request."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.grouping import NoteTerms, Row, gathered
from pipelines.steps.movements import move
from schemas.credits import CreditLine, CreditRequest, Fee, Paper, reference_of
from schemas.errors import ConfigError
from schemas.ledger import Bucket
from schemas.money import to_decimal
from schemas.partners import Limits, Party

_T, _I = pa.string(), pa.int64()
# New rows of schemas.records.CreditIntent and CreditIntentLine; the other columns fill while the intent is posted.
INTENTS = pa.schema({
    "reference": _T, "company": _T, "retailer": _T, "return_id": _T, "sequence": _I, "currency": _T,
    "net_minor": _I, "tax_minor": _I, "request": _T, "request_hash": _T, "state": _T, "problem": _T,
})  # fmt: skip
INTENT_LINES = pa.schema({
    "reference": _T, "line_no": _I, "decision": _T, "portion": _T, "return_line": _T, "invoice_line": _T,
    "units": _I, "net_minor": _I, "tax_minor": _I, "withheld_net": _I, "withheld_tax": _I,
})  # fmt: skip

# The rules of prices (pipelines.steps.price) that stand on a note as fees of their own.
FEES: dict[str, Literal["restocking", "freight", "handling"]] = {
    "credit.fees.restocking_percent": "restocking",
    "credit.fees.freight_percent": "freight",
    "credit.fees.handling": "handling",
}
_MONEY = ("net_minor", "tax_minor")

ReturnKey = tuple[str, str]  # company, return_id


@dataclass(frozen=True, slots=True)
class Composed:
    """Credits ready for the ERP or for approval: rows of ``CreditIntent`` and ``CreditIntentLine``."""

    intents: pa.Table
    intent_lines: pa.Table


def compose(
    credit_lines: pa.Table,
    sellers: Mapping[str, Party],
    buyers: Mapping[str, Party | None],
    sequences: Mapping[ReturnKey, int],
    issued_on: date,
    limits_of: Mapping[str, Limits],
    doubts: Mapping[str, str] = MappingProxyType({}),
    notes_of: Mapping[str, NoteTerms] = MappingProxyType({}),
    fees: Mapping[str, tuple[Fee, ...]] = MappingProxyType({}),
) -> Composed:
    """One credit for each note of ``CREDIT_LINES`` that is ready, as ``pipelines.steps.grouping`` gathers them.

    ``notes_of`` says by retailer what a note gathers; lines that wait for others are in nothing that is answered.
    ``sequences`` holds the next number by (company, return id); a return that is absent starts at 1. ``fees`` are by
    decision. A credit above a limit waits for approval, and its ``problem`` names the limit; so does one with a
    decision that ``doubts`` gives a reason to wait for. ConfigError: a party or limits are not set up.
    """
    following = dict(sequences)
    intents, intent_lines = [], []
    for key, rows in gathered(credit_lines, notes_of):
        company, return_id = key.company, key.return_id
        sequence = following.get((company, return_id), 1)
        following[company, return_id] = sequence + 1
        request = _request(rows, reference_of(company, return_id, sequence), sellers, buyers, issued_on, fees)
        intents.append(_intent(rows, request, sequence, return_id, _problem(rows, request, limits_of, doubts)))
        intent_lines += [_intent_line(request.reference, number, row) for number, row in enumerate(rows, 1)]
    return Composed(pa.Table.from_pylist(intents, INTENTS), pa.Table.from_pylist(intent_lines, INTENT_LINES))


def attached(composed: Composed, papers: Mapping[str, Paper]) -> Composed:
    """The credits with the reconciliation that each names, by reference; the request's hash is also the page's."""
    rows = []
    for row in composed.intents.to_pylist():
        request = CreditRequest.model_validate_json(row["request"])
        text = request.model_copy(update={"reconciliation": papers[row["reference"]]}).canonical()
        rows.append(row | {"request": text, "request_hash": hashlib.sha256(text.encode()).hexdigest()})
    return Composed(pa.Table.from_pylist(rows, composed.intents.schema), composed.intent_lines)


def fees_of(pricings: Iterable[Row]) -> dict[str, tuple[Fee, ...]]:
    """The fees of each decision, in the order in which they were taken, from sql/reports/pricing_of_credits.sql.

    What rounding leaves of a fee below a minor unit is no fee: it stays in the price.
    """
    fees: dict[str, tuple[Fee, ...]] = {}
    for row in pricings:
        minor = row["before_minor"] - row["after_minor"]
        if minor > 0 and row["rule"] in FEES:
            fee = Fee(kind=FEES[row["rule"]], net=to_decimal(minor, row["currency"]), reason=_reason(row["because"]))
            fees[row["decision"]] = (*fees.get(row["decision"], ()), fee)
    return fees


def _reason(because: str) -> str:
    """How a note names a fee: what its step says, without the word that it is taken off."""
    text = because.removeprefix("less ")
    return text[:1].upper() + text[1:]


def credited(intent_lines: pa.Table, reference: str, currency: str, rule_version: str) -> pa.Table:
    """``MOVEMENTS`` of a posted intent, caused by its reference, one a portion: what is credited, and what is withheld.

    accepted→credited are all units with the money of the note; accepted→withheld is the rest of their price alone.
    """
    own = intent_lines.filter(pc.equal(intent_lines["reference"], reference))
    names = ["portion", "return_line", "invoice_line"]
    sums = ("units", "net_minor", "tax_minor", "withheld_net", "withheld_tax")
    portions = own.group_by(names, use_threads=False).aggregate([(name, "sum") for name in sums])
    portions = portions.rename_columns({f"{name}_sum": name for name in sums}).sort_by("portion")
    portions = portions.append_column("currency", pa.repeat(currency, portions.num_rows))
    rest = _rest(portions)
    moved = [move(portions, Bucket.ACCEPTED, Bucket.CREDITED, reference, rule_version)]
    if rest.num_rows:
        moved.append(move(rest, Bucket.ACCEPTED, Bucket.WITHHELD, reference, rule_version))
    return pa.concat_tables(moved)


def _rest(portions: pa.Table) -> pa.Table:
    """The money of the portions that the note leaves out, without units."""
    money = {name: pc.fill_null(portions[f"withheld_{name.removesuffix('_minor')}"], 0) for name in _MONEY}
    kept = portions.select(["portion", "return_line", "invoice_line", "currency"])
    rest = pa.table({name: kept[name] for name in kept.column_names} | money)
    rest = rest.append_column("units", pa.array([0] * rest.num_rows, pa.int64()))
    return rest.filter(pc.greater(pc.max_element_wise(*money.values()), 0))


def _request(
    rows: Sequence[Row],
    reference: str,
    sellers: Mapping[str, Party],
    buyers: Mapping[str, Party | None],
    issued_on: date,
    fees: Mapping[str, tuple[Fee, ...]],
) -> CreditRequest:
    first = min(rows, key=lambda row: (row["return_id"], row["return_line"]))
    return CreditRequest(
        reference=reference,
        company=first["company"],
        seller=_party(sellers, first["company"], "the company", "the settings"),
        retailer=first["retailer"],
        buyer=_party(buyers, first["retailer"], "the retailer", "its partner.yaml"),
        return_number=first["number"],
        issued_on=issued_on,
        currency=first["currency"],
        lines=tuple(_line(number, row, fees.get(row["decision"], ())) for number, row in enumerate(rows, 1)),
    )


def _line(number: int, row: Row, fees: tuple[Fee, ...]) -> CreditLine:
    return CreditLine(
        line_no=number,
        invoice_number=row["invoice_number"],
        invoice_date=row["sold_on"],
        invoice_line=row["invoice_line_no"],
        po_number=row["po_number"],
        po_line=row["po_line"],
        gtin=row["gtin"],
        vendor_item=row["vendor_item"] or "",
        description=row["description"] or "",
        units=row["units"],
        net=to_decimal(row["net_minor"], row["currency"]),
        tax=to_decimal(row["tax_minor"], row["currency"]),
        tax_category=row["tax_category"],
        tax_rate=Decimal(row["tax_rate"]),
        return_line=row["return_line"],
        reason=row["reason"],
        fees=fees,
    )


def _intent(
    rows: Sequence[Row], request: CreditRequest, sequence: int, return_id: str, problem: str | None
) -> dict[str, Any]:
    text = request.canonical()
    return {
        "reference": request.reference,
        "company": request.company,
        "retailer": request.retailer,
        "return_id": return_id,
        "sequence": sequence,
        "currency": request.currency,
        "net_minor": sum(row["net_minor"] for row in rows),
        "tax_minor": sum(row["tax_minor"] for row in rows),
        "request": text,
        "request_hash": hashlib.sha256(text.encode()).hexdigest(),
        "state": "needs_approval" if problem else "ready",
        "problem": problem,
    }


def _intent_line(reference: str, number: int, row: Row) -> dict[str, Any]:
    names = ("decision", "portion", "return_line", "invoice_line", "units", "net_minor", "tax_minor")
    withheld = {name: row[name] or None for name in ("withheld_net", "withheld_tax")}
    return {"reference": reference, "line_no": number, **{name: row[name] for name in names}, **withheld}


def _problem(
    rows: Sequence[Row], request: CreditRequest, limits_of: Mapping[str, Limits], doubts: Mapping[str, str]
) -> str | None:
    """Why the credit needs a person, in words; None when it may go out by itself."""
    own = dict.fromkeys(doubts[row["decision"]] for row in rows if row["decision"] in doubts)
    return "; ".join([*_over_limit(request, _limits(limits_of, request.retailer)), *own]) or None


def _over_limit(request: CreditRequest, limits: Limits) -> list[str]:
    """Which limits of partner.yaml the credit is above, in words."""
    over = [
        f"line {line.line_no} is {line.net} {request.currency} net, above limits.line of {limits.line}"
        for line in request.lines
        if line.net > limits.line
    ]
    if request.net > limits.note:
        over.append(f"the note is {request.net} {request.currency} net, above limits.note of {limits.note}")
    return over


def _party(parties: Mapping[str, Party | None], key: str, who: str, where: str) -> Party:
    party = parties.get(key)
    if party is None:
        raise ConfigError(
            f"A credit note needs the legal name and address of {who} {key}. Next: add `party:` to {where}."
        )
    return party


def _limits(limits_of: Mapping[str, Limits], retailer: str) -> Limits:
    if retailer not in limits_of:
        raise ConfigError(
            f"There are no credit limits for {retailer}. Next: add `policy: limits:` to its partner.yaml."
        )
    return limits_of[retailer]
