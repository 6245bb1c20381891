"""Open this when a claim was decided otherwise than you expect: evidence, warranty and remedy, in this order.

A claim is a counted line with a reason or a requested disposition that the policy names (``goods.claims``). Its rule
stands among the rules of ``decide`` before the window of ordinary returns: a warranty has a time of its own.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.item_flags import names_one_of
from schemas.ledger import Bucket
from schemas.money import to_minor
from schemas.partners import Policy
from schemas.warranty import Claims, Remedy, Supplier, WarrantyTerm

Row = Mapping[str, Any]
_NAMES = ("gtin", "vendor_item", "style")
_NOT_JUDGED = ("unknown", "wrong_item")  # the conditions' own rules speak first of these


def is_claim(facts: pa.Table, claims: Claims) -> Any:
    """Which rows are claims: a mask over ``UNDECIDED``, true or false."""
    named = pa.array([False] * facts.num_rows, pa.bool_())
    for column, codes in (("reason", claims.reasons), ("disposition", claims.requested)):
        if codes:
            named = pc.or_(named, pc.is_in(facts[column], pa.array(codes, pa.string())))
    judged = pc.invert(pc.is_in(pc.fill_null(facts["condition"], "unknown"), pa.array(_NOT_JUDGED)))
    return pc.and_(named, pc.and_(judged, pc.equal(facts["bucket"], Bucket.RECEIVED.value)))


def claimed(facts: pa.Table, policy: Policy) -> Any:
    """The verdict on each claim; null for what is none, and for a claim that is credited like any return."""
    claims = policy.goods.claims
    if not (claims.reasons or claims.requested):
        return pa.nulls(facts.num_rows, pa.string())
    mask = is_claim(facts, claims)
    told = iter(facts.filter(mask).to_pylist())
    verdicts = [_judged(next(told), claims)[0] if one else None for one in mask.to_pylist()]
    return pa.array([None if one == "credit" else one for one in verdicts], pa.string())


def because_claimed(row: Row, policy: Policy) -> str:
    """One sentence about a claim."""
    return _judged(row, policy.goods.claims)[1]


def awaits_evidence(facts: pa.Table, claims: Claims) -> Any:
    """Which rows are claims without all the evidence that they need: a mask over ``UNDECIDED``."""
    lacks = pc.less(pc.fill_null(facts["evidence_files"], 0), claims.files)
    if claims.identified:
        lacks = pc.or_(lacks, pc.invert(pc.fill_null(facts["identified"], False)))
    return pc.and_(is_claim(facts, claims), lacks)


def with_evidence(undecided: pa.Table, evidence: pa.Table) -> pa.Table:
    """``UNDECIDED`` with what ``claim_evidence`` rows say of each line, in columns behind the others.

    evidence_files counts different files, identified is whether a serial or lot number is stated, purchased_on is the
    last day stated.
    """
    files = defaultdict[str, set[str]](set)
    purchased: dict[str, date] = {}
    identified = set()
    for row in evidence.sort_by("evidence").to_pylist():
        line = row["return_line"]
        if row["file"]:
            files[line].add(row["file"])
        if row["serial"] or row["lot"]:
            identified.add(line)
        if row["purchased_on"]:
            purchased[line] = row["purchased_on"]
    lines = undecided["return_line"].to_pylist()
    columns = {
        "evidence_files": pa.array([len(files[line]) for line in lines], pa.int64()),
        "identified": pa.array([line in identified for line in lines], pa.bool_()),
        "purchased_on": pa.array([purchased.get(line) for line in lines], pa.date32()),
    }
    for name, column in columns.items():
        undecided = undecided.append_column(name, column)
    return undecided


def supplier_of(row: Row, claims: Claims) -> Supplier | None:
    """Who answers to us for a defect of this row's item: the first supplier that names it."""
    return next((one for one in claims.suppliers if names_one_of(row, one.items, _NAMES)), None)


def ends_on(start: date, months: int) -> date:
    """The last day of so many calendar months.

    >>> ends_on(date(2026, 1, 31), 1), ends_on(date(2026, 3, 15), 24)
    (datetime.date(2026, 2, 28), datetime.date(2028, 3, 15))
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _judged(row: Row, claims: Claims) -> tuple[str, str]:
    """The verdict on a claim, and why: what the first of the rules says that speaks."""
    said = (rule(row, claims) for rule in _RULES)
    return next(one for one in said if one is not None)


def _evidence(row: Row, claims: Claims) -> tuple[str, str] | None:
    files = row.get("evidence_files") or 0
    if files < claims.files:
        return claims.without_evidence, f"The claim has {files} of the {claims.files} files that it needs."
    if claims.identified and not row.get("identified"):
        return claims.without_evidence, "The claim states neither a serial nor a lot number."
    return None


def _warranty(row: Row, claims: Claims) -> tuple[str, str] | None:
    term = next((one for one in claims.terms if names_one_of(row, one.items, _NAMES)), None)
    if term is None:
        return claims.without_term, "No warranty of ours names the item."
    if row["reason"] in term.excluded:
        return claims.expired, f"The warranty does not cover {row['reason']}."
    start = row.get(f"{term.start}_on")
    if start is None or row["returned_on"] is None:
        return claims.without_term, "The day of the purchase or of the return is not known."
    end = ends_on(start, term.months)
    if row["returned_on"] > end:
        return claims.expired, f"The warranty of {_months(term)} from {start} ended on {end}."
    return None


def _months(term: WarrantyTerm) -> str:
    return "1 month" if term.months == 1 else f"{term.months} months"


def _remedy(row: Row, claims: Claims) -> tuple[str, str]:
    units = f"{row['units']} unit" if row["units"] == 1 else f"{row['units']} units"
    what = f"{units} claimed under warranty ({row['reason'] or row['disposition']})"
    for number, remedy in enumerate(claims.remedies, 1):
        if _fits(remedy, row):
            return remedy.outcome, f"{what}: {remedy.outcome}, by remedy {number} of the policy."
    return "hold", f"{what}: no remedy of the policy fits."


def _fits(remedy: Remedy, row: Row) -> bool:
    if remedy.items and not names_one_of(row, remedy.items, _NAMES):
        return False
    if remedy.reasons and row["reason"] not in remedy.reasons:
        return False
    if remedy.requested and row["disposition"] not in remedy.requested:
        return False
    worth, currency = row["net_minor"] // row["units"], row["currency"]
    if remedy.worth_from is not None and worth < to_minor(remedy.worth_from, currency):
        return False
    return remedy.worth_below is None or worth < to_minor(remedy.worth_below, currency)


_RULES: tuple[Callable[[Row, Claims], tuple[str, str] | None], ...] = (_evidence, _warranty, _remedy)
